#pragma once

#include "services/payment/service.hpp"

namespace pps::payment {

/// How a payment stands when the provider says this of its intent; absent while the intent waits to be confirmed or is
/// being worked on.
std::optional<PaymentState> state_of(const Intent& intent);

class PaymentService::Locked {
 public:
  Locked(std::shared_ptr<PaymentShard> shard, std::shared_ptr<Entry> entry)
      : shard_(std::move(shard)), entry_(std::move(entry)) {}
  ~Locked() { entry_->lock.release(); }
  Locked(const Locked&) = delete;

  PaymentRow& row() { return entry_->row; }
  bool is_new() const { return PaymentShard::is_new(*entry_); }
  void put(std::vector<storage::Event> events = {}) { shard_->put(entry_, std::move(events)); }
  void looked_at() { shard_->looked_at(entry_->row.purchase); }
  Task<void> flush() { return shard_->flush(); }
  Task<void> confirm() { return shard_->shard().confirm(); }
  /// A refusal that only memory gives: it stands if no other process owns the payment by now.
  static Task<PaymentReply> refuse(std::shared_ptr<Locked> payment, std::string code, std::string detail) {
    Result<void> ours = co_await payment->shard_->shard().confirm();
    if (!ours) co_return fail(std::move(ours).error());
    co_return PaymentReply{EffectState::refused, std::move(code), std::move(detail), {}};
  }
  bool broken() { return shard_->shard().broken(); }

 private:
  std::shared_ptr<PaymentShard> shard_;
  std::shared_ptr<Entry> entry_;
};

}  // namespace pps::payment
