#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>

#include "storage/rocksdb/rocksdb.hpp"

namespace pps::storage::rocksdb {

/// `open` over a file system of the caller's: tests inject faults there.
Result<std::shared_ptr<Database>> open_on(runtime::Runtime& runtime, Options options,
                                          std::shared_ptr<::rocksdb::FileSystem> files);

/// The file FORMAT of a data folder: version of what lies there, and count of shards. Checks it, or writes it into a
/// folder that has none and no database. Errors as `open`.
Result<void> check_format(::rocksdb::Env& env, const std::string& dir, std::uint16_t shards);

}  // namespace pps::storage::rocksdb
