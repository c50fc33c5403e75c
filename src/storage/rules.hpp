#pragma once

#include <optional>

#include "base/error.hpp"
#include "storage/table.hpp"

/// What the port does not allow, whatever the engine could do: see table.hpp. Nothing: it is allowed.
namespace pps::storage::rules {

std::optional<Error> refuse(const Family* family);
std::optional<Error> refuse(const Batch& batch);
std::optional<Error> refuse(const ViewWrite& write);
std::optional<Error> refuse(const ScanQuery& query);

/// What counts towards kMaxBatchBytes.
std::size_t size_of(const Mutation& mutation);
std::size_t size_of(const Batch& batch);

}  // namespace pps::storage::rules
