#pragma once

#include <memory>

#include "runtime/runtime.hpp"
#include "storage/memory/disk.hpp"
#include "storage/table.hpp"

namespace pps::storage::memory {

/// The table port on a Disk, for tests and the simulation. What was written and not synced by whoever had the disk
/// before becomes durable now, as a log is replayed after kill -9 (Disk::crash drops it instead).
std::shared_ptr<Table> open_table(runtime::Runtime& runtime, std::shared_ptr<Disk> disk);

}  // namespace pps::storage::memory
