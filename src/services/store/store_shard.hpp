#pragma once

#include <memory>

#include "bus/bus.hpp"
#include "runtime/sync.hpp"
#include "services/store/instance_book.hpp"
#include "services/store/stock_ledger.hpp"

namespace pps::store {

/// The memory of one shard of the store: stock and instances, the timer that ends due holds, and
/// the settling of what has ended. Made by `load` for each opening of the shard; dropped when the
/// shard breaks.
class StoreShard : public std::enable_shared_from_this<StoreShard> {
 public:
  static Task<std::shared_ptr<StoreShard>> load(runtime::Runtime& runtime,
                                                std::shared_ptr<bus::Bus> bus,
                                                std::shared_ptr<storage::Shard> shard);

  StockLedger& stock() { return stock_; }
  InstanceBook& instances() { return instances_; }
  storage::Shard& shard() { return *shard_; }
  runtime::Semaphore& changes() { return changes_; }  ///< Taken around an operator's change.
  std::int64_t now_us() const { return to_unix_us(runtime_.clock.now()); }

  /// Hands a decision to the shard, sets the timers, and waits until it is durable. One that writes nothing is an
  /// answer from memory: it stands only if the shard is still ours.
  Task<void> make_durable(storage::Decision decision);

  /// Where the effect stands among what has left the live state; repeats the look-up while effects
  /// are leaving, so that "nothing" means: neither here nor settled, at the moment of the answer.
  Task<std::optional<SettledRow>> settled_if_gone(EffectId effect, std::function<bool()> is_here);

 private:
  StoreShard(runtime::Runtime& runtime, std::shared_ptr<storage::Shard> shard)
      : runtime_(runtime), shard_(shard) {}
  Task<void> read_rows();
  void arm_expiry();
  void arm_settling();
  Task<void> settle();

  runtime::Runtime& runtime_;
  std::shared_ptr<storage::Shard> shard_;
  std::unique_ptr<bus::Relay> relay_;
  StockLedger stock_;
  InstanceBook instances_;
  runtime::TimerHandle expiry_timer_;
  runtime::TimerHandle settle_timer_;
  runtime::Semaphore changes_{1};
  bool settling_ = false;
  std::uint64_t left_ = 0;  ///< Rises whenever effects leave the live state.
};

}  // namespace pps::store
