#include "services/orchestrator/purchase_shard.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "runtime/log.hpp"
#include "services/orchestrator/closer.hpp"
#include "services/orchestrator/job_handlers.hpp"
#include "services/orchestrator/purchase_events.hpp"
#include "services/orchestrator/timeline.hpp"
#include "storage/keys.hpp"

namespace pps::orchestrator {

namespace {
std::string scope_of(CustomerId customer, const std::string& client, const std::string& key) {
  return storage::KeyWriter().uuid(customer.value).text(client).text(key).take();
}
std::string scope_of(const PurchaseRow& row) { return scope_of(row.customer, row.client_id, row.idempotency_key); }

workflow::Values variables_of(const PurchaseRow& row) {
  workflow::Values variables;
  variables["purchase_id"] = row.id.to_string();
  variables["total"] = row.total.minor_units;
  variables["currency"] = row.total.currency.to_string();
  variables["lines"] = row.lines.size();
  return variables;
}

Error not_cancellable() {
  return {ErrorKind::conflict, "purchase.not_cancellable", "The money is being taken or was, or the purchase has ended."};
}
}  // namespace

PurchaseShard::PurchaseShard(ShardSetting setting, std::shared_ptr<storage::Shard> shard)
    : setting_(std::move(setting)), shard_(std::move(shard)) {
  workflow::RunnerOptions options;
  options.kind = kInstanceKind;
  runner_ = std::make_unique<workflow::Runner>(setting_.runtime, shard_, options);
}

PurchaseShard::~PurchaseShard() { runner_->stop(); }

Task<std::shared_ptr<PurchaseShard>> PurchaseShard::load(ShardSetting setting, std::shared_ptr<storage::Shard> shard) {
  auto self = std::make_shared<PurchaseShard>(std::move(setting), std::move(shard));
  self->runner_->on_step([weak = self->weak_from_this()](const workflow::StepView& view, storage::Decision& decision) {
    if (const auto alive = weak.lock()) alive->on_step(view, decision);
  });
  JobHandlers::install(self);
  Result<void> read = co_await self->read_rows();
  if (!read) co_return fail(std::move(read).error());
  auto find_definition = self->setting_.find_definition;
  Result<void> recovered = co_await self->runner_->recover(std::move(find_definition));
  if (!recovered) co_return fail(std::move(recovered).error());
  self->relay_ = std::make_unique<bus::Relay>(self->setting_.runtime, self->shard_, self->setting_.bus);
  for (const auto& [id, purchase] : self->purchases_) {
    if (purchase->row.is_final()) self->archive_later(purchase);
    else if (purchase->row.closing) Closer::start(self, purchase);
  }
  co_return self;
}

Task<void> PurchaseShard::read_rows() {
  storage::ScanQuery query;
  query.family = &kLive;
  query.partition = shard_->address().partition();
  query.kind = kPurchaseKind;
  query.from = first_key(shard_->mark(kLowMark));
  query.limit = 1000;
  for (;;) {
    storage::ScanQuery copy = query;
    Result<storage::ScanPage> page = co_await shard_->table().scan(std::move(copy));
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      Result<PurchaseRow> read = storage::decode_row<PurchaseRow>(row.body);
      if (!read) co_return fail(std::move(read).error());
      auto purchase = std::make_shared<LivePurchase>();
      purchase->row = std::move(*read);
      index(std::move(purchase));
    }
    if (!page->more || page->rows.empty()) co_return Result<void>{};
    query.from = page->rows.back().at.key + '\0';
  }
}

void PurchaseShard::index(std::shared_ptr<LivePurchase> purchase) {
  const PurchaseRow& row = purchase->row;
  last_ms_ = std::max(last_ms_, row.id.value.unix_ms());
  by_key_[scope_of(row)] = row.id;
  by_customer_[row.customer].insert(row.id);
  purchases_[row.id] = std::move(purchase);
}

std::shared_ptr<LivePurchase> PurchaseShard::find(PurchaseId id) const {
  const auto found = purchases_.find(id);
  return found == purchases_.end() ? nullptr : found->second;
}

std::shared_ptr<LivePurchase> PurchaseShard::find_by_key(CustomerId customer, const std::string& client,
                                                         const std::string& key) const {
  const auto found = by_key_.find(scope_of(customer, client, key));
  return found == by_key_.end() ? nullptr : find(found->second);
}

std::vector<std::shared_ptr<LivePurchase>> PurchaseShard::of_customer(CustomerId customer) const {
  std::vector<std::shared_ptr<LivePurchase>> found;
  const auto ids = by_customer_.find(customer);
  if (ids == by_customer_.end()) return found;
  for (const auto& id : ids->second) found.push_back(find(id));
  return found;
}

PurchaseId PurchaseShard::new_id() {
  // Never below an id made before, though the wall clock may step back: the low-water mark counts on it.
  const auto now = static_cast<std::uint64_t>(to_unix_us(setting_.runtime.clock.now()) / 1000);
  last_ms_ = std::max({last_ms_, now, shard_->mark(kLowMark)});
  return {Uuid::v7(last_ms_, shard_->address().number, setting_.runtime.random.next())};
}

Result<std::shared_ptr<LivePurchase>> PurchaseShard::accept(PurchaseRow row,
                                                            std::shared_ptr<const workflow::Definition> definition) {
  auto purchase = std::make_shared<LivePurchase>();
  purchase->row = std::move(row);
  PurchaseRow& kept = purchase->row;
  kept.process_id = definition->id;
  kept.process_version = definition->version;
  kept.process_hash = definition->hash;
  timeline::add(kept, setting_.runtime.clock.now(), {"purchase", "started", Status::accepted});
  index(purchase);
  storage::Decision decision;
  decision.events.push_back(purchase_event("purchase.accepted", kept));
  workflow::Values variables = variables_of(kept);
  Result<void> started = runner_->start(kept.id.value, std::move(definition), std::move(variables), decision);
  if (!started) {
    by_key_.erase(scope_of(kept));
    by_customer_[kept.customer].erase(kept.id);
    purchases_.erase(kept.id);
    return fail(std::move(started).error());
  }
  shard_->enqueue(std::move(decision));
  return purchase;
}

Result<void> PurchaseShard::cancel(LivePurchase& purchase) {
  const PurchaseRow& row = purchase.row;
  const Standing capture = ledger::standing(row, Effect::capture, -1);
  if (PPS_MUTANT("cancel_while_capturing") && capture == Standing::asked) return {};
  if (row.is_final() || capture == Standing::asked || capture == Standing::done) return fail(not_cancellable());
  if (row.cancel_asked || row.status == Status::compensating) return {};
  storage::Decision decision;
  workflow::MessageArrived message;
  message.name = kCancelMessage;
  message.correlation = row.id.to_string();
  Result<void> taken = runner_->message(row.id.value, std::move(message), decision);
  if (!taken) return fail(not_cancellable());
  shard_->enqueue(std::move(decision));
  return {};
}

Result<void> PurchaseShard::payment_event(LivePurchase& purchase, bool confirmed, const std::string& code) {
  if (purchase.row.is_final()) return {};
  storage::Decision decision;
  workflow::MessageArrived message;
  message.name = kPaymentMessage;
  message.correlation = purchase.row.id.to_string();
  message.variables["confirmed"] = confirmed;
  message.variables["payment_code"] = code;
  message.keep = true;
  Result<void> taken = runner_->message(purchase.row.id.value, std::move(message), decision);
  if (taken) shard_->enqueue(std::move(decision));
  // Nothing waits for it any more, or it came before: what the provider knows is read when the ledger needs it.
  return {};
}

Result<void> PurchaseShard::retry(LivePurchase& purchase, std::uint64_t incident) {
  auto& open = purchase.row.incidents;
  const auto found = std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.number == incident; });
  if (found == open.end()) return fail(ErrorKind::not_found, "incident.not_found", "There is no such open incident.");
  storage::Decision decision;
  if (incident >= kOwnIncidents) {
    open.erase(found);
    purchase.row.attention = !open.empty();
    put(purchase, decision);
  } else {
    Result<void> resolved = runner_->resolve_incident(purchase.row.id.value, {incident, {}}, decision);
    if (!resolved) return resolved;
  }
  shard_->enqueue(std::move(decision));
  return {};
}

void PurchaseShard::raise(LivePurchase& purchase, std::string code, std::string detail) {
  PurchaseRow& row = purchase.row;
  IncidentRow incident;
  incident.number = kOwnIncidents;
  for (const auto& one : row.incidents) incident.number = std::max(incident.number, one.number + 1);
  incident.element_id = row.process_id;
  incident.code = std::move(code);
  incident.detail = std::move(detail);
  incident.since_us = to_unix_us(setting_.runtime.clock.now());
  log::warn("purchase.incident", {{"purchase", row.id.to_string()}, {"code", incident.code}, {"detail", incident.detail}, {"trace", row.trace}});
  row.incidents.push_back(std::move(incident));
  row.attention = true;
}

Task<void> PurchaseShard::flush() { return shard_->flush(); }

void PurchaseShard::put(LivePurchase& purchase, storage::Decision& decision) {
  PurchaseRow& row = purchase.row;
  ++row.version;
  decision.mutations.push_back(storage::Put{{live_key(row.id), row.version, storage::encode_row(row)}});
  for (auto& event : std::exchange(events_, {})) decision.events.push_back(std::move(event));
  purchase.changed.notify();
}

void PurchaseShard::archive_later(const std::shared_ptr<LivePurchase>& purchase) {
  to_archive_.push_back(purchase);
  if (std::exchange(archiving_, true)) return;
  runtime::spawn(setting_.runtime.executor, archive(shared_from_this()));
}

/// Copies final purchases to where readers find them for ever, then lets the live rows go. The final row itself is the
/// order to do so: a crash in between repeats it, and the copies' versions make the repetition harmless.
boost::asio::awaitable<void> PurchaseShard::archive(std::shared_ptr<PurchaseShard> self) {
  constexpr std::size_t kBatch = 64;
  Duration pause = std::chrono::milliseconds(100);
  while (!self->to_archive_.empty() && !self->shard_->broken()) {
    std::vector<std::shared_ptr<LivePurchase>> batch;
    std::vector<storage::ViewWrite> writes;
    for (const auto& purchase : self->to_archive_) {
      if (batch.size() == kBatch) break;
      batch.push_back(purchase);
      for (auto& write : final_copies(purchase->row)) writes.push_back(std::move(write));
    }
    Result<void> done = co_await self->flush();
    if (!done) break;
    done = co_await self->shard_->table().write_views(std::move(writes));
    if (!done) {
      log::warn("purchase.archive", {{"code", done.error().code}});
      co_await runtime::sleep_for(self->setting_.runtime, pause);
      pause = std::min<Duration>(pause * 2, std::chrono::seconds(10));
      continue;
    }
    self->to_archive_.erase(self->to_archive_.begin(), self->to_archive_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
    storage::Decision decision;
    self->forget(batch, decision);
    self->shard_->enqueue(std::move(decision));
  }
  self->archiving_ = false;
}

void PurchaseShard::forget(const std::vector<std::shared_ptr<LivePurchase>>& done, storage::Decision& decision) {
  for (const auto& purchase : done) {
    const PurchaseRow& row = purchase->row;
    if (shard_->mark(kFirstBucketMark) == 0) shard_->set_mark(kFirstBucketMark, record_bucket(row.id.value.unix_ms()));
    decision.mutations.push_back(storage::Erase{live_key(row.id)});
    by_key_.erase(scope_of(row));
    auto& ids = by_customer_[row.customer];
    ids.erase(row.id);
    if (ids.empty()) by_customer_.erase(row.customer);
    purchases_.erase(row.id);
    purchase->changed.notify();
  }
  const std::uint64_t low = purchases_.empty() ? last_ms_ : purchases_.begin()->first.value.unix_ms();
  if (low > shard_->mark(kLowMark)) shard_->set_mark(kLowMark, low);
}

}  // namespace pps::orchestrator
