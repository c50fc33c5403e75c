#pragma once

#include <memory>
#include <string>

#include "runtime/runtime.hpp"
#include "runtime/sync.hpp"
#include "simulators/common/store.hpp"

namespace pps::simulators {

/// A store that survives kill -9 and power loss: pairs in memory, changes in a log that is replayed
/// at the start. What is changed between two calls of `durable` is one record: all of it or nothing
/// is there afterwards. Loop-confined.
class Journal final : public Store {
 public:
  /// Replays `dir`/journal up to its last whole record (a torn end is cut off), then writes it anew
  /// without what was overwritten. Blocks. Errors: `unavailable` "journal.in_use", "journal.open".
  /// @param patience how long to wait for a process that is ending and still holds the folder.
  static Result<std::shared_ptr<Journal>> open(runtime::Runtime& runtime, const std::string& dir,
                                               Duration patience = std::chrono::seconds(5));
  ~Journal() override;

  std::optional<std::string> get(std::string_view key) const override { return pairs_.get(key); }
  std::vector<Pair> scan(std::string_view from, std::string_view to, std::size_t limit,
                         bool backwards) const override {
    return pairs_.scan(from, to, limit, backwards);
  }
  void put(std::string key, std::string value) override;
  void erase(std::string_view key) override;

  /// Everything changed so far is on disk. Many callers share one write and one sync. A failure
  /// ends the process: what is in memory must never be ahead of what is told.
  boost::asio::awaitable<void> durable();

 private:
  explicit Journal(runtime::Runtime& runtime) : runtime_(runtime) {}
  Result<void> replay(const std::string& path);
  Result<void> rewrite(const std::string& path);
  boost::asio::awaitable<void> write_all();

  runtime::Runtime& runtime_;
  MemoryStore pairs_;
  int fd_ = -1;
  int lock_ = -1;
  std::string pending_;        ///< The record being built.
  std::string unwritten_;      ///< Whole records that wait for the next write.
  std::uint64_t changed_ = 0;  ///< Records handed over.
  std::uint64_t written_ = 0;  ///< Records on disk.
  bool writing_ = false;
  runtime::Signal synced_;
};

}  // namespace pps::simulators
