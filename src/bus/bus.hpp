#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/context.hpp"
#include "runtime/task.hpp"
#include "storage/shard.hpp"

/// The event log port. Events come from outboxes at least once and in order per key; consumers are idempotent.
namespace pps::bus {

using storage::Event;

struct Delivered {
  std::uint64_t offset = 0;  ///< Ascending within a topic.
  std::string origin;        ///< "<service>/<shard>/<outbox seq>": the same for a repeated event.
  Event event;
};

/// Handles one batch in order; the offset moves past it only on success. An error repeats the batch after a back-off
/// (100 ms doubling to 10 s).
using Consumer = std::function<Task<void>(std::vector<Delivered>)>;

/// Implementations: bus/embedded (a durable log in a plain family); Kafka later. Loop-confined.
class Bus {
 public:
  virtual ~Bus() = default;
  struct Entry {
    std::string origin;
    Event event;
  };
  /// Durable when it returns. An outbox is carried in order, so an entry whose sequence is not above the greatest appended of
  /// its outbox (in its topic) was appended before, and is dropped.
  virtual Task<void> append(std::vector<Entry> entries) = 0;
  /// Begins at the group's kept offset, or at the oldest entry for a new group. Runs until the bus is destroyed.
  virtual void subscribe(std::string topic, std::string group, Consumer consumer) = 0;
  /// How many entries a group has not handled yet.
  virtual Task<std::uint64_t> lag(std::string topic, std::string group) = 0;
};

/// Carries one shard's outbox to the bus: woken by the shard's commits, never by polling. Keep it as long as the shard.
class Relay {
 public:
  Relay(runtime::Runtime& runtime, std::shared_ptr<storage::Shard> shard, std::shared_ptr<Bus> bus);
  ~Relay();
  Relay(const Relay&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pps::bus
