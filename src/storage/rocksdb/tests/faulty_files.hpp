#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace pps::storage::rocksdb {

/// A real file system that can lose power, fill up and break. Thread-safe.
class FaultyFiles final : public ::rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFiles(std::uint32_t seed)
      : FileSystemWrapper(::rocksdb::FileSystem::Default()), random_(seed) {}
  const char* Name() const override { return "FaultyFiles"; }

  /// From now on nothing reaches the disk: what a process does after its machine has lost power.
  void cut_power() { off_ = true; }
  /// @pre the database is closed. Takes from every file what was never synced, or, torn, an arbitrary part of it, of
  /// which the last bytes are garbage; then power is back.
  void lose_unsynced(bool torn);

  void set_full(bool full) { full_ = full; }                 ///< Appends fail with ENOSPC.
  void set_free_space(std::uint64_t bytes) { free_ = bytes; }  ///< What statvfs says; UINT64_MAX: the truth.
  void set_sync_error(bool error) { sync_error_ = error; }   ///< Syncs fail with EIO.

  ::rocksdb::IOStatus NewWritableFile(const std::string& path, const ::rocksdb::FileOptions& options,
                                      std::unique_ptr<::rocksdb::FSWritableFile>* file,
                                      ::rocksdb::IODebugContext* debug) override;
  ::rocksdb::IOStatus ReopenWritableFile(const std::string& path, const ::rocksdb::FileOptions& options,
                                         std::unique_ptr<::rocksdb::FSWritableFile>* file,
                                         ::rocksdb::IODebugContext* debug) override;
  ::rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const ::rocksdb::IOOptions& options,
                                 ::rocksdb::IODebugContext* debug) override;
  ::rocksdb::IOStatus DeleteFile(const std::string& path, const ::rocksdb::IOOptions& options,
                                 ::rocksdb::IODebugContext* debug) override;
  ::rocksdb::IOStatus GetFreeSpace(const std::string& path, const ::rocksdb::IOOptions& options, std::uint64_t* free,
                                   ::rocksdb::IODebugContext* debug) override;

  // For the files it hands out.
  ::rocksdb::IOStatus before_append() const;
  ::rocksdb::IOStatus before_sync() const;
  void appended(const std::string& path, std::uint64_t bytes);
  void synced(const std::string& path);

 private:
  struct Size {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  std::atomic<bool> off_{false}, full_{false}, sync_error_{false};
  std::atomic<std::uint64_t> free_{UINT64_MAX};
  std::mutex mutex_;
  std::map<std::string, Size> sizes_;
  std::mt19937 random_;
};

}  // namespace pps::storage::rocksdb
