#pragma once

#include <memory>
#include <set>
#include <unordered_map>

#include "bus/bus.hpp"
#include "runtime/sync.hpp"
#include "services/payment/repository.hpp"

namespace pps::payment {

/// One payment in memory. `lock` is held around every operation on it, the provider's answers
/// included, so that an authorization and its undo never overtake each other.
struct Entry {
  PaymentRow row;  ///< seq 0: not among the live rows (new, or read back from the settled ones).
  runtime::Semaphore lock{1};
};

/// The payments of one shard that have not ended, or ended a moment ago. Made for each opening of
/// the shard.
class PaymentShard : public std::enable_shared_from_this<PaymentShard> {
 public:
  static Task<std::shared_ptr<PaymentShard>> load(runtime::Runtime& runtime,
                                                  std::shared_ptr<bus::Bus> bus,
                                                  std::shared_ptr<storage::Shard> shard);

  /// The payment's entry: live, or settled, or a new one (`row.intent` empty and no state decided:
  /// see is_new).
  Task<std::shared_ptr<Entry>> find(PurchaseId purchase);
  static bool is_new(const Entry& entry) { return entry.row.seq == 0 && entry.row.version == 0; }

  /// Enqueues the entry's row as it is now, and events with it. Not yet durable: `flush`. Nobody waits for a row that only
  /// repeats what the provider knows.
  void put(const std::shared_ptr<Entry>& entry, std::vector<storage::Event> events = {});
  Task<void> flush() { return shard_->flush(); }
  storage::Shard& shard() { return *shard_; }
  /// Payments that wait for their customer, and those whose row a crash may have left behind the provider.
  std::vector<PurchaseId> to_look_at() const;
  /// The provider was asked: its row is as new as the provider.
  void looked_at(PurchaseId purchase) { left_open_.erase(purchase); }

 private:
  PaymentShard(runtime::Runtime& runtime, std::shared_ptr<storage::Shard> shard)
      : runtime_(runtime), shard_(shard) {}
  void arm_settling();
  Task<void> settle();

  runtime::Runtime& runtime_;
  std::shared_ptr<storage::Shard> shard_;
  std::unique_ptr<bus::Relay> relay_;
  std::unordered_map<PurchaseId, std::shared_ptr<Entry>> entries_;
  std::map<std::uint64_t, PurchaseId> live_seqs_;
  std::set<PurchaseId> left_open_;  ///< Had not ended when the shard was opened, and not looked at since.
  std::uint64_t next_ = 1;
  std::uint64_t left_ = 0;  ///< Rises whenever payments leave the memory.
  bool settling_ = false;
  runtime::TimerHandle timer_;
};

}  // namespace pps::payment
