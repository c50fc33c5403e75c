#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/runtime.hpp"
#include "storage/table.hpp"

/// The table port on RocksDB: one database per data folder, one synced write per group of commits.
namespace pps::storage::rocksdb {

struct Options {
  std::string dir;                            ///< Created if missing; its parent must exist.
  std::uint16_t shards = 16;                  ///< 1 … 4096; kept at creation, because ids and keys depend on it.
  std::size_t cache_bytes = 16 << 20;         ///< Block cache.
  std::size_t write_buffer_bytes = 8 << 20;   ///< Of each of the two column families; up to twice that while it flushes.
  std::uint64_t reserve_bytes = 64 << 20;     ///< Free space below which writes are refused "storage.no_space".
  std::function<void()> on_failed;            ///< Once, on the loop: from now on "storage.failed". May be empty.
};

/// Loop-confined, as every Table. Writes are made by `runtime.sync_pool`, reads from the cache at once and from disk by
/// `runtime.pool`.
///
/// Writes are refused "storage.no_space" while less than the reserve is free, and go on by themselves once there is room. A
/// write or sync that fails all the same is `unknown_outcome`, and later ones are `unavailable`: "storage.no_space" while there
/// is no room, then, or at once after another error, "storage.failed": the process ends and is started again (`on_failed`).
class Database : public Table {
 public:
  /// Copies the database as it is now into `dir` (must not exist, same file system: files are linked). Runs beside
  /// reads and writes.
  virtual Task<void> checkpoint(std::string dir) = 0;
};

/// Blocks (start-up only). Errors: `unavailable` "storage.in_use" (another process has it), `invalid` "storage.newer"
/// (written by a newer version), "storage.shard_count" (made with another count), "storage.foreign" (a folder with
/// something else), `internal` "storage.open" with RocksDB's own words.
Result<std::shared_ptr<Database>> open(runtime::Runtime& runtime, Options options);

}  // namespace pps::storage::rocksdb
