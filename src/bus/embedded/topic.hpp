#pragma once

#include <deque>
#include <map>
#include <memory>

#include "bus/embedded/embedded.hpp"
#include "runtime/sync.hpp"
#include "storage/rows.hpp"

namespace pps::bus::embedded {

/// One topic's log. Every commit is conditional on the static row, so that two processes cannot write one offset; it
/// also carries, per outbox, the greatest sequence appended: an outbox is carried in order, so what is not above it
/// was appended before. Loop-confined.
class Topic : public std::enable_shared_from_this<Topic> {
 public:
  Topic(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, std::string name, Options options)
      : runtime_(runtime), table_(std::move(table)), name_(std::move(name)), options_(options) {}

  using Answer = std::shared_ptr<runtime::Promise<void>>;
  /// @pre one of `chunks`.
  Answer append(std::vector<Bus::Entry> entries);
  /// Cuts what one commit may not hold.
  static std::vector<std::vector<Bus::Entry>> chunks(std::vector<Bus::Entry> entries);

  /// Entries from `offset` on.
  static Task<std::vector<Delivered>> read(std::shared_ptr<Topic> self, std::uint64_t offset, std::size_t limit);
  static Task<std::uint64_t> next_offset(std::shared_ptr<Topic> self);
  static Task<std::uint64_t> oldest_offset(std::shared_ptr<Topic> self);

  /// A group's kept offset: the next entry it has to handle.
  static Task<std::optional<std::uint64_t>> offset_of(std::shared_ptr<Topic> self, std::string group);
  static Task<void> keep_offset(std::shared_ptr<Topic> self, std::string group, std::uint64_t offset);

  runtime::Signal& appended() { return appended_; }
  std::uint64_t appends() const { return appends_; }  ///< To notice what came between a read and a wait.

 private:
  struct Log {
    std::uint64_t next = 0;
    std::uint64_t oldest = 0;
    std::uint64_t commits = 0;  ///< The static row's version.
    storage::Unknown unknown;
    static constexpr auto columns() {
      return std::tuple(storage::column<1>(&Log::next), storage::column<2>(&Log::oldest),
                        storage::column<3>(&Log::commits));
    }
  };
  using Marks = std::map<std::string, std::uint64_t>;
  struct Queued {
    std::vector<Bus::Entry> entries;
    Answer answer;
  };
  struct Attempt {
    storage::Batch batch;
    Log log;
    Marks marks;
    std::vector<Answer> answers;
  };

  static boost::asio::awaitable<void> run(std::shared_ptr<Topic> self);
  static Task<void> write_group(std::shared_ptr<Topic> self, std::shared_ptr<std::vector<Queued>> group);
  static Task<void> load(std::shared_ptr<Topic> self);
  static Task<std::uint64_t> erasable(std::shared_ptr<Topic> self);
  std::vector<Queued> next_group();
  Attempt attempt(const std::vector<Queued>& group, std::uint64_t erase_below) const;

  runtime::Runtime& runtime_;
  std::shared_ptr<storage::Table> table_;
  const std::string name_;
  const Options options_;
  std::deque<Queued> queue_;
  bool running_ = false;
  bool loaded_ = false;
  Log log_;
  Marks marks_;
  runtime::Signal appended_;
  std::uint64_t appends_ = 0;
};

}  // namespace pps::bus::embedded
