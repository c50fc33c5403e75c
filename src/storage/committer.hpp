#pragma once

#include <deque>
#include <memory>
#include <variant>

#include "runtime/sync.hpp"
#include "storage/engine.hpp"

namespace pps::storage {

/// Writes many commits with one sync. There is no timer: while one group syncs, the next one gathers. A conflict drops
/// only its own commit; nothing is visible before its group is synced; when a group fails, every commit of it has the
/// group's outcome. Loop-confined; the work on a group is done on `runtime.sync_pool`.
class Committer : public std::enable_shared_from_this<Committer> {
 public:
  /// View writes of one call: each by itself, and all in one group.
  using Request = std::variant<std::shared_ptr<const Batch>, std::vector<ViewWrite>>;
  Committer(runtime::Runtime& runtime, std::shared_ptr<Engine> engine)
      : runtime_(runtime), engine_(std::move(engine)) {}

  using Answer = std::shared_ptr<runtime::Promise<void>>;
  /// Queues it at once, so that calls keep their order. @pre rules::refuse found nothing.
  Answer submit(Request request);

 private:
  struct Queued {
    Request request;
    Answer answer;
    std::size_t bytes = 0;
  };
  /// What the committer's thread made of a group.
  struct Written {
    std::vector<Result<void>> results;
    std::optional<std::uint64_t> ticket;  ///< Absent: nothing was written.
  };
  static boost::asio::awaitable<void> run(std::shared_ptr<Committer> self);
  static Result<Written> write(Engine& engine, const std::vector<Queued>& group, std::int64_t now_s);
  std::vector<Queued> next_group();

  runtime::Runtime& runtime_;
  std::shared_ptr<Engine> engine_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool running_ = false;
};

}  // namespace pps::storage
