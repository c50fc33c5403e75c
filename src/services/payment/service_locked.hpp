#pragma once

#include "services/payment/service.hpp"

namespace pps::payment {

class PaymentService::Locked {
 public:
  Locked(std::shared_ptr<PaymentShard> shard, std::shared_ptr<Entry> entry)
      : shard_(std::move(shard)), entry_(std::move(entry)) {}
  ~Locked() { entry_->lock.release(); }
  Locked(const Locked&) = delete;

  PaymentRow& row() { return entry_->row; }
  bool is_new() const { return PaymentShard::is_new(*entry_); }
  void put(std::vector<storage::Event> events = {}) { shard_->put(entry_, std::move(events)); }
  Task<void> flush() { return shard_->flush(); }
  bool broken() { return shard_->shard().broken(); }

 private:
  std::shared_ptr<PaymentShard> shard_;
  std::shared_ptr<Entry> entry_;
};

}  // namespace pps::payment
