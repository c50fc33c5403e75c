#include "storage/rocksdb/tests/faulty_files.hpp"

#include <filesystem>
#include <fstream>

namespace pps::storage::rocksdb {

namespace rdb = ::rocksdb;

namespace {
rdb::IOStatus no_power() { return rdb::IOStatus::IOError("injected: no power"); }

class FaultyTable final : public rdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultyTable(std::unique_ptr<rdb::FSRandomAccessFile> file, FaultyFiles& files)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), files_(files) {}
  rdb::IOStatus Read(std::uint64_t offset, std::size_t n, const rdb::IOOptions& options, rdb::Slice* result, char* scratch,
                     rdb::IODebugContext* debug) const override {
    const auto status = files_.before_read();
    return status.ok() ? target()->Read(offset, n, options, result, scratch, debug) : status;
  }

 private:
  FaultyFiles& files_;
};

class FaultyFile final : public rdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rdb::FSWritableFile> file, FaultyFiles& files, std::string path)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

  rdb::IOStatus Append(const rdb::Slice& data, const rdb::IOOptions& options, rdb::IODebugContext* debug) override {
    auto status = files_.before_append();
    if (status.ok()) status = target()->Append(data, options, debug);
    if (status.ok()) files_.appended(path_, data.size());
    return status;
  }
  rdb::IOStatus Append(const rdb::Slice& data, const rdb::IOOptions& options, const rdb::DataVerificationInfo&,
                       rdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rdb::IOStatus Sync(const rdb::IOOptions& options, rdb::IODebugContext* debug) override {
    auto status = files_.before_sync();
    if (status.ok()) status = target()->Sync(options, debug);
    if (status.ok()) files_.synced(path_);
    return status;
  }
  rdb::IOStatus Fsync(const rdb::IOOptions& options, rdb::IODebugContext* debug) override { return Sync(options, debug); }

 private:
  FaultyFiles& files_;
  const std::string path_;
};
}  // namespace

void FaultyFiles::break_at(Break what, std::uint64_t operation) {
  broken_ = false;
  planned_ = what;
  until_break_ = operation;
}

rdb::IOStatus FaultyFiles::before_change() {
  if (off_) return no_power();
  std::uint64_t left = until_break_;
  while (left > 0 && !until_break_.compare_exchange_weak(left, left - 1)) {
  }
  if (left != 1) return rdb::IOStatus::OK();
  broken_ = true;
  if (planned_ == Break::no_space) return rdb::IOStatus::NoSpace("injected: full");
  if (planned_ == Break::io_error) return rdb::IOStatus::IOError("injected: EIO");
  off_ = true;
  return no_power();
}

rdb::IOStatus FaultyFiles::before_read() const {
  return read_error_ ? rdb::IOStatus::IOError("injected: EIO") : rdb::IOStatus::OK();
}

rdb::IOStatus FaultyFiles::before_append() {
  if (auto broken = before_change(); !broken.ok()) return broken;
  return full_ ? rdb::IOStatus::NoSpace("injected: full") : rdb::IOStatus::OK();
}

rdb::IOStatus FaultyFiles::before_sync() {
  if (auto broken = before_change(); !broken.ok()) return broken;
  return sync_error_ ? rdb::IOStatus::IOError("injected: EIO") : rdb::IOStatus::OK();
}

void FaultyFiles::appended(const std::string& path, std::uint64_t bytes) {
  std::scoped_lock lock(mutex_);
  sizes_[path].written += bytes;
}

void FaultyFiles::synced(const std::string& path) {
  std::scoped_lock lock(mutex_);
  Size& size = sizes_[path];
  size.synced = size.written;
}

rdb::IOStatus FaultyFiles::NewWritableFile(const std::string& path, const rdb::FileOptions& options,
                                           std::unique_ptr<rdb::FSWritableFile>* file, rdb::IODebugContext* debug) {
  if (auto broken = before_change(); !broken.ok()) return broken;
  std::unique_ptr<rdb::FSWritableFile> real;
  auto status = target()->NewWritableFile(path, options, &real, debug);
  if (!status.ok()) return status;
  *file = std::make_unique<FaultyFile>(std::move(real), *this, path);
  std::scoped_lock lock(mutex_);
  sizes_[path] = {};
  return status;
}

rdb::IOStatus FaultyFiles::NewRandomAccessFile(const std::string& path, const rdb::FileOptions& options,
                                               std::unique_ptr<rdb::FSRandomAccessFile>* file, rdb::IODebugContext* debug) {
  std::unique_ptr<rdb::FSRandomAccessFile> real;
  auto status = target()->NewRandomAccessFile(path, options, &real, debug);
  if (status.ok()) *file = std::make_unique<FaultyTable>(std::move(real), *this);
  return status;
}

rdb::IOStatus FaultyFiles::ReopenWritableFile(const std::string& path, const rdb::FileOptions& options,
                                              std::unique_ptr<rdb::FSWritableFile>* file, rdb::IODebugContext* debug) {
  if (auto broken = before_change(); !broken.ok()) return broken;
  std::unique_ptr<rdb::FSWritableFile> real;
  auto status = target()->ReopenWritableFile(path, options, &real, debug);
  if (!status.ok()) return status;
  *file = std::make_unique<FaultyFile>(std::move(real), *this, path);
  std::scoped_lock lock(mutex_);
  if (!sizes_.contains(path)) sizes_[path] = {std::filesystem::file_size(path), std::filesystem::file_size(path)};
  return status;
}

rdb::IOStatus FaultyFiles::RenameFile(const std::string& from, const std::string& to, const rdb::IOOptions& options,
                                      rdb::IODebugContext* debug) {
  if (auto broken = before_change(); !broken.ok()) return broken;
  auto status = target()->RenameFile(from, to, options, debug);
  std::scoped_lock lock(mutex_);
  if (auto moved = sizes_.extract(from); status.ok() && moved) sizes_[to] = moved.mapped();
  return status;
}

rdb::IOStatus FaultyFiles::DeleteFile(const std::string& path, const rdb::IOOptions& options, rdb::IODebugContext* debug) {
  if (off_) return no_power();
  std::scoped_lock lock(mutex_);
  sizes_.erase(path);
  return target()->DeleteFile(path, options, debug);
}

rdb::IOStatus FaultyFiles::GetFreeSpace(const std::string& path, const rdb::IOOptions& options, std::uint64_t* free,
                                        rdb::IODebugContext* debug) {
  const auto status = target()->GetFreeSpace(path, options, free, debug);
  if (free_ != UINT64_MAX) *free = free_;
  return status;
}

FaultyFiles::Loss FaultyFiles::lose_unsynced(bool torn) {
  std::scoped_lock lock(mutex_);
  Loss loss;
  for (auto& [path, size] : sizes_) {
    if (size.synced == size.written || !std::filesystem::exists(path)) continue;
    std::uint64_t kept = size.synced;
    if (torn) kept += random_() % (size.written - size.synced + 1);
    loss.dropped += size.written - kept;
    loss.torn += kept - size.synced;
    std::filesystem::resize_file(path, kept);
    const std::uint64_t garbage = std::min<std::uint64_t>(kept - size.synced, 8);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(kept - garbage));
    for (std::uint64_t i = 0; i < garbage; ++i) file.put(static_cast<char>(random_()));
    size = {kept, kept};
  }
  off_ = false;
  until_break_ = 0;
  return loss;
}

}  // namespace pps::storage::rocksdb
