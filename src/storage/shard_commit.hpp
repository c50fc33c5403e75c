#pragma once

#include <map>

#include "storage/rules.hpp"
#include "storage/shard.hpp"

namespace pps::storage {

/// Decisions gathered for one commit of a shard. A row that several of them write is written once, as the last of them
/// left it: that is what makes a hot row cheap.
class ShardCommit {
 public:
  /// Moves from `decision` and true, or leaves it and false: it must go into the next commit, because this one would
  /// grow beyond kMaxBatchBytes or its ranges and rows overlap (one batch has no order within it).
  /// An empty commit takes any decision. `next_event` is advanced by its events.
  bool add(Decision& decision, std::uint64_t& next_event);

  std::size_t decisions() const { return decisions_; }
  std::vector<Shard::OutboxEntry>& events() { return events_; }
  /// What was gathered, the events' outbox rows included.
  std::vector<Mutation> take_mutations();

 private:
  bool fits(const Decision& decision) const;

  std::vector<Mutation> mutations_;
  std::map<RowKey, std::size_t> points_;
  std::vector<EraseRange> ranges_;
  std::vector<Shard::OutboxEntry> events_;
  std::size_t bytes_ = 0;
  std::size_t decisions_ = 0;
};

RowKey outbox_key(std::uint64_t seq);

}  // namespace pps::storage
