#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "storage/rocksdb/rocksdb.hpp"

namespace pps::storage::rocksdb {

/// `open` over a file system of the caller's: tests inject faults there.
Result<std::shared_ptr<Database>> open_on(runtime::Runtime& runtime, Options options,
                                          std::shared_ptr<::rocksdb::FileSystem> files);

/// The file FORMAT of a data folder: version of what lies there, and count of shards. Checks it, or writes it into a
/// folder that has none and no database. One of an older format is raised by `write_format`, once the folder is ours.
/// Errors as `open`.
enum class Format { current, older };
Result<Format> check_format(::rocksdb::Env& env, const std::string& dir, std::uint16_t shards);
Result<void> write_format(::rocksdb::Env& env, const std::string& dir, std::uint16_t shards);

/// Lets compactions drop rows that expired more than an hour ago; reads pass over them until then. The hour is for a reader
/// whose clock is behind. @param now_s Unix seconds, kept right by the loop: compactions run on threads of RocksDB.
std::shared_ptr<::rocksdb::CompactionFilterFactory> leave_out_expired(std::shared_ptr<const std::atomic<std::int64_t>> now_s);

}  // namespace pps::storage::rocksdb
