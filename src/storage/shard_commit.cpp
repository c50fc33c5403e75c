#include "storage/shard_commit.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "storage/keys.hpp"

namespace pps::storage {

namespace {
/// Room for the static row and the range delete of the outbox that each commit carries.
constexpr std::size_t kReserve = 16 << 10;

std::size_t size_of(const Event& event) {
  return 64 + event.topic.size() + event.type.size() + event.key.size() + event.body.size();
}

std::size_t size_of(const Decision& decision) {
  std::size_t bytes = 0;
  for (const auto& mutation : decision.mutations) bytes += rules::size_of(mutation);
  for (const auto& event : decision.events) bytes += size_of(event);
  return bytes;
}

const RowKey* point_of(const Mutation& mutation) {
  if (const auto* put = std::get_if<Put>(&mutation)) return &put->row.at;
  if (const auto* erase = std::get_if<Erase>(&mutation)) return &erase->at;
  return nullptr;
}
}  // namespace

RowKey outbox_key(std::uint64_t seq) { return {kOutboxKind, KeyWriter().u64(seq).take()}; }

bool ShardCommit::fits(const Decision& decision) const {
  if (decisions_ == 0) return true;
  if (bytes_ + size_of(decision) > kMaxBatchBytes - kReserve) return false;
  for (const auto& mutation : decision.mutations) {
    if (const auto* range = std::get_if<EraseRange>(&mutation)) {
      const auto first = points_.lower_bound(RowKey{range->kind, range->from});
      if (first != points_.end() && first->first < RowKey{range->kind, range->to}) return false;
    } else {
      const RowKey& at = *point_of(mutation);
      const auto covers = [&at](const EraseRange& earlier) {
        return earlier.kind == at.kind && earlier.from <= at.key && at.key < earlier.to;
      };
      if (std::ranges::any_of(ranges_, covers)) return false;
    }
  }
  return true;
}

bool ShardCommit::add(Decision& decision, std::uint64_t& next_event) {
  if (!fits(decision)) return false;
  bytes_ += size_of(decision);
  ++decisions_;
  for (auto& mutation : decision.mutations) {
    if (const auto* range = std::get_if<EraseRange>(&mutation)) {
      ranges_.push_back(*range);
      mutations_.push_back(std::move(mutation));
      continue;
    }
    const auto [found, fresh] = points_.try_emplace(*point_of(mutation), mutations_.size());
    if (fresh)
      mutations_.push_back(std::move(mutation));
    else
      mutations_[found->second] = std::move(mutation);
  }
  for (auto& event : decision.events) events_.push_back({next_event++, std::move(event)});
  return true;
}

std::vector<Mutation> ShardCommit::take_mutations() {
  if (PPS_MUTANT("outbox_row_lost")) return std::move(mutations_);
  for (const auto& [seq, event] : events_) mutations_.push_back(Put{{outbox_key(seq), 1, encode_row(event)}});
  return std::move(mutations_);
}

}  // namespace pps::storage
