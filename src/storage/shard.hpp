#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "storage/rows.hpp"
#include "storage/table.hpp"

/// Live state that changes under contention has one owner: the shard. The owner keeps hot rows in memory, decides
/// serially, and writes many decisions in one commit.
///
/// How a service uses it:
///
///     decide on memory, change memory, shard.enqueue(decision);   // no co_await in between: that is the serialisation
///     co_await shard.flush();                                     // durable, or an error
///     answer the caller, publish, show
///
/// Nothing decided may be shown before it is durable; a reader of the memory calls `flush` before it answers. If a
/// commit fails, memory is ahead of the disk: the shard is `broken`, every waiter gets the error, and the owner must
/// drop its memory and open the shard again (ShardHost does).
namespace pps::storage {

/// An event for the bus; the outbox row and the log entry carry it as it is.
struct Event {
  std::string topic;  ///< "purchase", "stock", "product", "user"
  std::string type;   ///< "purchase.completed"
  std::string key;    ///< Orders events: those of one key arrive in order.
  std::string body;   ///< encode_row of a documented struct, or JSON; stated where the type is declared.
  std::int64_t at_us = 0;
  static constexpr auto columns() {
    return std::tuple(column<1>(&Event::topic), column<2>(&Event::type), column<3>(&Event::key), column<4>(&Event::body),
                      column<5>(&Event::at_us));
  }
};

/// What one decision writes. Everything enqueued before one commit begins goes out in that commit.
struct Decision {
  std::vector<Mutation> mutations;
  std::vector<Event> events;
};

struct ShardAddress {
  const Family* family = nullptr;
  std::string service;  ///< "store"
  std::uint16_t number = 0;
  std::string partition() const;  ///< Order-preserving (service, number).
};

/// The static row of a shard's partition (kind 0): the fence and the queue's marks. Its row version is `commit_seq`.
struct ShardStatic {
  std::uint64_t range_id = 0;       ///< Raised at each take-over.
  std::uint64_t commit_seq = 0;     ///< Raised by one at each commit; every commit is conditional on it.
  std::uint64_t outbox_next = 1;    ///< Sequence of the next outbox row.
  std::uint64_t outbox_low = 1;     ///< Everything below has been published: scans start here.
  std::uint64_t outbox_erased = 1;  ///< Everything below is erased; at most a few hundred rows behind `outbox_low`.
  std::map<std::string, std::uint64_t> marks;  ///< The service's own low-water marks (see Shard::set_mark).
  Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(column<1>(&ShardStatic::range_id), column<2>(&ShardStatic::commit_seq),
                      column<3>(&ShardStatic::outbox_next), column<4>(&ShardStatic::outbox_low),
                      column<5>(&ShardStatic::marks), column<6>(&ShardStatic::outbox_erased));
  }
};

/// The outbox row's kind in every live family.
inline constexpr RowKind kOutboxKind = 65'000;

/// Loop-confined. Destroy only when no call is under way.
class Shard {
 public:
  /// Takes the shard over: raises `range_id`, so that the owner before can commit no more.
  static Task<std::shared_ptr<Shard>> open(runtime::Runtime& runtime, Table& table, ShardAddress address);
  virtual ~Shard() = default;

  virtual void enqueue(Decision decision) = 0;
  /// For a decision that nobody waits for: it goes out with the next commit that somebody does wait for, in its place
  /// among the others, or within 5 ms by itself.
  virtual void enqueue_lazily(Decision decision) = 0;
  /// Durable up to here. Errors: `unavailable` (broken: lost to another owner "shard.lost", no space, closed). After an
  /// unknown outcome the shard reads `commit_seq` again by itself and answers only when it knows.
  virtual Task<void> flush() = 0;
  /// The same without hurrying what was enqueued lazily: for who only follows.
  virtual Task<void> durable() = 0;
  /// flush, and then makes sure, by a read, that no other owner has taken the shard over. For an answer that comes from
  /// memory and writes nothing: a former owner that has not noticed would give it too. Errors: as flush.
  virtual Task<void> confirm() = 0;
  /// enqueue + flush.
  Task<void> commit(Decision decision);

  virtual bool broken() const = 0;
  virtual const ShardAddress& address() const = 0;
  virtual Table& table() = 0;
  virtual std::uint64_t mark(const std::string& name) const = 0;
  /// Written with the next commit; @pre not less than before.
  virtual void set_mark(const std::string& name, std::uint64_t value) = 0;

  /// Events that are durable and not yet published, from `after` (exclusive) on, in order. For bus::Relay.
  struct OutboxEntry {
    std::uint64_t seq = 0;
    Event event;
  };
  virtual Task<std::vector<OutboxEntry>> outbox(std::uint64_t after, std::size_t limit) = 0;
  virtual void published(std::uint64_t up_to) = 0;  ///< Erased by a range delete with a later commit.
  /// Called on the loop after each commit that carried events. One listener.
  virtual void on_events(std::function<void()> listener) = 0;

  /// Commits so far, keys and bytes written: for the bench's budget of one purchase.
  struct Stats {
    std::uint64_t commits = 0, decisions = 0, keys = 0, bytes = 0;
  };
  virtual const Stats& stats() const = 0;
};

}  // namespace pps::storage
