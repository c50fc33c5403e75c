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
  struct Loss {
    std::uint64_t dropped = 0;  ///< Bytes that were written and are gone.
    std::uint64_t torn = 0;     ///< Bytes that were never synced and stayed, garbage at their end.
  };
  Loss lose_unsynced(bool torn);

  enum class Break { io_error, no_space, power };
  /// Something happens to the n-th change of files from now (1: the next): append, sync, new file, rename. An error befalls
  /// that one alone; from a cut of power on nothing reaches the disk.
  void break_at(Break what, std::uint64_t operation);
  bool has_broken() const { return broken_; }

  void set_full(bool full) { full_ = full; }                 ///< Appends fail with ENOSPC.
  void set_free_space(std::uint64_t bytes) { free_ = bytes; }  ///< What statvfs says; UINT64_MAX: the truth.
  void set_sync_error(bool error) { sync_error_ = error; }   ///< Syncs fail with EIO.
  void set_read_error(bool error) { read_error_ = error; }   ///< Reads of table files fail with EIO.

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

  ::rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const ::rocksdb::FileOptions& options,
                                          std::unique_ptr<::rocksdb::FSRandomAccessFile>* file,
                                          ::rocksdb::IODebugContext* debug) override;

  // For the files it hands out.
  ::rocksdb::IOStatus before_append();
  ::rocksdb::IOStatus before_sync();
  ::rocksdb::IOStatus before_read() const;
  void appended(const std::string& path, std::uint64_t bytes);
  void synced(const std::string& path);

 private:
  struct Size {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  ::rocksdb::IOStatus before_change();

  std::atomic<bool> off_{false}, full_{false}, sync_error_{false}, read_error_{false}, broken_{false};
  std::atomic<std::uint64_t> until_break_{0};  ///< 0: nothing is planned.
  std::atomic<Break> planned_{Break::io_error};
  std::atomic<std::uint64_t> free_{UINT64_MAX};
  std::mutex mutex_;
  std::map<std::string, Size> sizes_;
  std::mt19937 random_;
};

}  // namespace pps::storage::rocksdb
