#include <fmt/format.h>

#include <cstdio>

#include "storage/rocksdb/engine.hpp"

namespace pps::storage::rocksdb {

namespace {
/// 2: rows may expire. A folder of format 1 is one of format 2 in which nothing does.
constexpr unsigned kVersion = 2;

std::string content(std::uint16_t shards) { return fmt::format("pps-storage {}\nshards {}\n", kVersion, shards); }

Error open_failed(const std::string& what, const ::rocksdb::Status& status) {
  return {ErrorKind::internal, "storage.open", what + ": " + status.ToString()};
}

}  // namespace

// Written beside, synced and renamed: a crash leaves the whole file or none.
Result<void> write_format(::rocksdb::Env& env, const std::string& dir, std::uint16_t shards) {
  const std::string temporary = dir + "/FORMAT.new";
  auto status = ::rocksdb::WriteStringToFile(&env, content(shards), temporary, /*should_sync=*/true);
  if (status.ok()) status = env.RenameFile(temporary, dir + "/FORMAT");
  std::unique_ptr<::rocksdb::Directory> folder;
  if (status.ok()) status = env.NewDirectory(dir, &folder);
  if (status.ok()) status = folder->Fsync();
  if (!status.ok()) return fail(open_failed("writing " + dir + "/FORMAT", status));
  return {};
}

Result<Format> check_format(::rocksdb::Env& env, const std::string& dir, std::uint16_t shards) {
  auto status = env.CreateDirIfMissing(dir);
  if (!status.ok()) return fail(open_failed("creating " + dir, status));
  if (env.FileExists(dir + "/FORMAT").IsNotFound()) {
    if (env.FileExists(dir + "/CURRENT").ok())
      return fail(ErrorKind::invalid, "storage.foreign", dir + " holds a database that is not of this program");
    if (auto written = write_format(env, dir, shards); !written) return fail(written.error());
    return Format::current;
  }
  std::string text;
  status = ::rocksdb::ReadFileToString(&env, dir + "/FORMAT", &text);
  if (!status.ok()) return fail(open_failed("reading " + dir + "/FORMAT", status));
  unsigned version = 0;
  unsigned kept = 0;
  if (std::sscanf(text.c_str(), "pps-storage %u", &version) != 1)
    return fail(ErrorKind::invalid, "storage.foreign", dir + "/FORMAT is not of this program");
  if (version > kVersion)
    return fail(ErrorKind::invalid, "storage.newer",
                fmt::format("{} was written by a newer version (format {}, this one reads {})", dir, version, kVersion));
  if (std::sscanf(text.c_str(), "pps-storage %*u shards %u", &kept) != 1)
    return fail(ErrorKind::invalid, "storage.foreign", dir + "/FORMAT is not of this program");
  if (kept != shards)
    return fail(ErrorKind::invalid, "storage.shard_count",
                fmt::format("{} was made with {} shards and cannot be opened with {}", dir, kept, shards));
  return version < kVersion ? Format::older : Format::current;
}

}  // namespace pps::storage::rocksdb
