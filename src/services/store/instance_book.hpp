#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "services/store/repository.hpp"

namespace pps::store {

/// The product instances of one shard that are on their way: prepared, or ended and not yet in the
/// views. Decides on memory like StockLedger; the caller makes the decision durable.
///
///     prepared ──release──► active (the owner sees it)
///         └────withdraw───► withdrawn
class InstanceBook {
 public:
  void load(InstanceRow row);
  void set_next(std::uint64_t seq) { next_ = std::max(next_, seq); }

  const InstanceRow* find(const EffectId& prepared) const;
  /// @pre the effect is neither here nor settled; `row` has its id.
  EffectReply prepare(InstanceRow row, storage::Decision& decision);
  /// @pre the effect is here. `sealed_keys` as the keyring made them.
  EffectReply release(const EffectId& prepared, std::string sealed_keys, std::string tracking,
                      std::int64_t now_us, storage::Decision& decision);
  EffectReply withdraw(const EffectId& prepared, storage::Decision& decision);
  EffectReply bury(const EffectId& prepared, CustomerId owner, storage::Decision& decision);

  std::vector<InstanceRow> active_of(CustomerId owner) const;
  const InstanceRow* active(InstanceId id) const;

  std::vector<InstanceRow> ended(std::size_t limit) const;
  /// Drops them from the live state; the mark below which every instance is gone.
  std::uint64_t forget(const std::vector<InstanceRow>& settled, storage::Decision& decision);
  std::size_t ended_count() const { return ended_.size(); }

  static EffectReply reply_to_prepare(InstanceState state);
  static EffectReply reply_to_release(InstanceState state, const std::string& tracking);
  static EffectReply reply_to_withdraw(InstanceState state);

 private:
  InstanceRow& add(InstanceRow row, storage::Decision& decision);
  void end(InstanceRow& row, InstanceState state, storage::Decision& decision);

  std::unordered_map<EffectId, InstanceRow> rows_;
  std::set<std::uint64_t> live_seqs_;
  std::set<std::string> ended_;  ///< Effects whose instance is active or withdrawn.
  std::uint64_t next_ = 1;
};

}  // namespace pps::store
