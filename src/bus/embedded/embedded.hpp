#pragma once

#include <memory>

#include "bus/bus.hpp"

namespace pps::bus::embedded {

struct Options {
  /// Entries kept per topic behind the slowest group. What a group has not handled is never erased.
  std::uint64_t keep = 100'000;
};

/// A durable log in the table: a partition per topic, entries by ascending offset. Many appends share a commit.
/// Subscribers are woken by appends through this object. Those of another process on the same table, as there are while a
/// replaced one has not noticed it, hear of them within a second.
std::shared_ptr<Bus> open(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, Options options = {});

}  // namespace pps::bus::embedded
