#include "services/payment/payment_shard.hpp"

#include "runtime/log.hpp"

namespace pps::payment {

namespace {
constexpr auto kSettleDelay = std::chrono::milliseconds(500);
constexpr std::size_t kSettleBatch = 500;
}  // namespace

Task<std::shared_ptr<PaymentShard>> PaymentShard::load(runtime::Runtime& runtime,
                                                       std::shared_ptr<bus::Bus> bus,
                                                       std::shared_ptr<storage::Shard> shard) {
  std::shared_ptr<PaymentShard> memory(new PaymentShard(runtime, shard));
  memory->next_ = std::max<std::uint64_t>(1, shard->mark("payments"));
  storage::ScanQuery query{.family = &kLive,
                           .partition = shard->address().partition(),
                           .kind = PaymentRow::kKind,
                           .from = live_key(memory->next_).key,
                           .limit = 1000};
  for (bool more = true; more;) {
    Result<storage::ScanPage> page = co_await shard->table().scan(query);
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      Result<PaymentRow> payment = storage::decode_row<PaymentRow>(row.body);
      if (!payment) co_return fail(std::move(payment).error());
      memory->next_ = payment->seq + 1;
      memory->live_seqs_.emplace(payment->seq, payment->purchase);
      auto entry = std::make_shared<Entry>();
      entry->row = std::move(*payment);
      if (!entry->row.ended()) memory->left_open_.insert(entry->row.purchase);
      memory->entries_[entry->row.purchase] = entry;
    }
    more = page->more;
    if (more) query.from = page->rows.back().at.key + '\0';
  }
  memory->relay_ = std::make_unique<bus::Relay>(runtime, shard, std::move(bus));
  memory->arm_settling();
  co_return memory;
}

Task<std::shared_ptr<Entry>> PaymentShard::find(PurchaseId purchase) {
  for (;;) {
    if (const auto it = entries_.find(purchase); it != entries_.end()) co_return it->second;
    const std::uint64_t left_before = left_;
    Result<std::optional<PaymentRow>> settled = co_await find_settled(shard_->table(), purchase);
    if (!settled) co_return fail(std::move(settled).error());
    if (left_ != left_before) continue;  // it may have left while we looked
    const auto [it, fresh] = entries_.try_emplace(purchase, nullptr);
    if (fresh) {
      it->second = std::make_shared<Entry>();
      it->second->row = settled->value_or(PaymentRow{.version = 0, .purchase = purchase});
      it->second->row.seq = 0;
      arm_settling();
    }
    co_return it->second;
  }
}

void PaymentShard::put(const std::shared_ptr<Entry>& entry, std::vector<storage::Event> events) {
  PaymentRow& row = entry->row;
  if (row.seq == 0) {
    row.seq = next_++;
    live_seqs_.emplace(row.seq, row.purchase);
  }
  ++row.version;
  storage::Decision decision;
  decision.mutations.emplace_back(storage::Put{{live_key(row.seq), 1, storage::encode_row(row)}});
  decision.events = std::move(events);
  const bool repeats = row.state == PaymentState::authorized ||
                       (row.state == PaymentState::captured && row.refunds.empty());
  if (repeats && decision.events.empty()) shard_->enqueue_lazily(std::move(decision));
  else shard_->enqueue(std::move(decision));
  arm_settling();
}

std::vector<PurchaseId> PaymentShard::to_look_at() const {
  std::vector<PurchaseId> purchases(left_open_.begin(), left_open_.end());
  for (const auto& [purchase, entry] : entries_)
    if (entry->row.state == PaymentState::requires_action && entry->row.seq != 0 && !left_open_.contains(purchase))
      purchases.push_back(purchase);
  return purchases;
}

void PaymentShard::arm_settling() {
  if (settling_) return;
  settling_ = true;
  timer_ =
      runtime_.timers.call_at(runtime_.clock.monotonic() + kSettleDelay, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->shard_->broken()) return;
        auto run = [](std::shared_ptr<PaymentShard> memory) -> boost::asio::awaitable<void> {
          const Result<void> settled = co_await memory->settle();
          memory->settling_ = false;
          if (!settled) log::warn("payment.settling_failed", {{"error", settled.error().detail}});
          const bool more = std::ranges::any_of(memory->entries_, [](const auto& one) {
            return one.second->row.seq == 0 || one.second->row.ended();
          });
          if (more && !memory->shard_->broken()) memory->arm_settling();
        };
        runtime::spawn(self->runtime_.executor, run(self));
      });
}

Task<void> PaymentShard::settle() {
  std::vector<std::pair<std::shared_ptr<Entry>, std::uint64_t>>
      leaving;  // with the version that is settled
  std::vector<storage::ViewWrite> writes;
  for (const auto& [purchase, entry] : entries_) {
    if (leaving.size() == kSettleBatch) break;
    const bool idle = entry.use_count() == 1 && (entry->row.seq == 0 || entry->row.ended());
    if (!idle) continue;
    leaving.emplace_back(entry, entry->row.version);
    if (entry->row.seq != 0) writes.push_back(settled_write(entry->row));
  }
  if (leaving.empty()) co_return Result<void>{};
  Result<void> durable =
      co_await shard_->flush();  // the copy must not tell what a crash could take back
  if (durable && !writes.empty()) durable = co_await shard_->table().write_views(std::move(writes));
  if (!durable) co_return durable;
  storage::Decision decision;
  for (auto& [entry, version] : leaving) {
    const bool used_again = entry.use_count() > 2 || entry->row.version != version;
    if (used_again) continue;
    if (entry->row.seq != 0) {
      decision.mutations.emplace_back(storage::Erase{live_key(entry->row.seq)});
      live_seqs_.erase(entry->row.seq);
    }
    entries_.erase(entry->row.purchase);
    ++left_;
  }
  if (decision.mutations.empty()) co_return Result<void>{};
  shard_->set_mark("payments", live_seqs_.empty() ? next_ : live_seqs_.begin()->first);
  shard_->enqueue(std::move(decision));
  co_return co_await shard_->flush();
}

}  // namespace pps::payment
