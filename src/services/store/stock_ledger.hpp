#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/store/repository.hpp"

namespace pps::store {

/// The stock of one shard's SKUs: decides on memory and says what to write. No I/O and no clock of
/// its own.
///
///     held ──commit──► committed ──consume──► consumed
///      │ unreserve, expire   │ unreserve (compensation)
///      ▼                     ▼
///     unreserved, expired   unreserved
///
/// available = on_hand − held − committed, never negative. Every function appends to `decision`;
/// when it appends nothing, nothing changed. The caller must make the decision durable before it
/// tells anybody.
class StockLedger {
 public:
  void load(StockRow row);
  void load(HoldRow row);
  void set_next_hold(std::uint64_t seq) { next_hold_ = std::max(next_hold_, seq); }

  const HoldRow* find_hold(const EffectId& hold) const;

  /// @pre the hold is neither here nor settled.
  EffectReply reserve(const ReserveRequest& request, std::int64_t now_us,
                      storage::Decision& decision);
  /// @pre the hold is here.
  EffectReply commit(const EffectId& hold, std::int64_t now_us, storage::Decision& decision);
  EffectReply consume(const EffectId& hold, std::int64_t now_us, storage::Decision& decision);
  EffectReply unreserve(const EffectId& hold, std::int64_t now_us, storage::Decision& decision);
  EffectReply extend(const EffectId& hold, std::int64_t expires_at_us, storage::Decision& decision);
  /// Stops a reserve that may come later. @pre the hold is neither here nor settled.
  EffectReply bury(const EffectId& hold, const Sku& sku, storage::Decision& decision);
  /// Ends holds that are `held` and due, the oldest first, as many as one commit takes: call it
  /// again while `next_expiry` is due.
  void expire_due(std::int64_t now_us, storage::Decision& decision);
  std::optional<std::int64_t> next_expiry() const;

  Result<StockLevel> receive(const StockChange& change, std::int64_t now_us,
                             storage::Decision& decision);
  Result<StockLevel> adjust(const StockChange& change, std::int64_t now_us,
                            storage::Decision& decision);
  Result<StockLevel> count(const StockChange& change, std::int64_t now_us,
                           storage::Decision& decision);
  StockLevel set_threshold(const Sku& sku, std::int64_t threshold, std::int64_t now_us,
                           storage::Decision& decision);
  StockLevel level(const Sku& sku) const;
  /// The first `limit` SKUs after `after` with no more available than their threshold, by SKU.
  std::vector<StockLevel> low(const std::string& after, std::size_t limit) const;

  /// Ended holds that are not settled yet; `forget` drops them once they are, and says the mark
  /// below which every hold is gone.
  std::vector<HoldRow> ended(std::size_t limit) const;
  std::uint64_t forget(const std::vector<HoldRow>& settled, storage::Decision& decision);
  std::size_t ended_count() const { return ended_.size(); }
  std::vector<HoldRow> open_holds(const std::string& after, std::size_t limit) const;

  /// What a hold's state answers to whoever asks about the hold.
  static EffectReply reply_to_reserve(HoldState state);
  static EffectReply reply_to_commit(HoldState state);
  static EffectReply reply_to_consume(HoldState state);
  static EffectReply reply_to_unreserve(HoldState state);

 private:
  struct Movement {
    std::string_view verb;
    std::int64_t quantity;
    std::string reference, note, actor;
  };
  /// Asserts the invariants, writes the row, its movement and, when availability crossed, the
  /// event.
  void moved(StockRow& stock, Movement movement, std::int64_t now_us, storage::Decision& decision);
  void tell_crossing(StockRow& stock, std::int64_t now_us, storage::Decision& decision);
  void set_state(HoldRow& hold, HoldState state, storage::Decision& decision);
  HoldRow& add_hold(HoldRow row, storage::Decision& decision);
  Result<StockLevel> set_on_hand(const StockChange& change, std::int64_t on_hand,
                                 std::string_view verb, std::int64_t now_us,
                                 storage::Decision& decision);

  std::unordered_map<Sku, StockRow> stocks_;
  std::unordered_map<EffectId, HoldRow> holds_;
  std::set<std::uint64_t> live_seqs_;
  std::set<std::pair<std::int64_t, std::string>>
      expiries_;  ///< (expires_at_us, hold) of holds that are `held`.
  std::unordered_map<EffectId, std::uint64_t> ended_;
  std::uint64_t next_hold_ = 1;
};

}  // namespace pps::store
