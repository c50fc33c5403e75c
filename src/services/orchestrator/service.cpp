#include "services/orchestrator/service.hpp"

#include <algorithm>

#include "runtime/log.hpp"
#include "runtime/trace.hpp"
#include "services/orchestrator/pricing.hpp"
#include "services/orchestrator/purchase_events.hpp"
#include "services/orchestrator/timeline.hpp"
#include "services/orchestrator/views.hpp"

namespace pps::orchestrator {

namespace {
constexpr Duration kLongestWait = std::chrono::seconds(30);
constexpr Duration kReconcilePause = std::chrono::seconds(1);
constexpr Duration kSupervision = std::chrono::milliseconds(250);
constexpr const char* kProcess = "purchase";

Error not_found() { return {ErrorKind::not_found, "purchase.not_found", "There is no such purchase."}; }

AddressRow row_of(const provisioner::Address& to) {
  return {to.name, to.line1, to.line2, to.city, to.postal_code, to.region, to.country, {}};
}
}  // namespace

OrchestratorService::OrchestratorService(ServiceParts parts)
    : parts_(std::move(parts)), reconciler_(parts_.runtime, parts_.table, parts_.participants, parts_.reconcile) {
  PPS_INVARIANT(parts_.shards >= 1 && parts_.shards <= 4096);
  ShardSetting setting{parts_.runtime, parts_.participants, parts_.bus,
                       [definitions = parts_.definitions](const std::string& id, std::uint64_t hash) {
                         return definitions->find(id, hash);
                       }};
  for (std::uint16_t number = 0; number < parts_.shards; ++number) {
    storage::ShardAddress address{&kLive, "orchestrator", number};
    hosts_.push_back(std::make_unique<storage::ShardHost<PurchaseShard>>(
        parts_.runtime, *parts_.table, std::move(address),
        [setting](std::shared_ptr<storage::Shard> shard) { return PurchaseShard::load(setting, std::move(shard)); }));
  }
}

OrchestratorService::~OrchestratorService() { stop(); }

void OrchestratorService::stop() {
  stopped_ = true;
  for (const auto& host : hosts_)
    if (const auto memory = host->now()) memory->runner().stop();
}

Task<void> OrchestratorService::start() {
  for (std::uint16_t number = 0; number < parts_.shards; ++number) {
    Result<std::shared_ptr<PurchaseShard>> opened = co_await shard(number);
    if (!opened) co_return fail(std::move(opened).error());
    runtime::spawn(parts_.runtime.executor, keep_open(weak_from_this(), number));
  }
  if (parts_.reconcile.per_second > 0) runtime::spawn(parts_.runtime.executor, reconcile(weak_from_this()));
  parts_.bus->subscribe("payment", "orchestrator", [weak = weak_from_this()](std::vector<bus::Delivered> events) -> Task<void> {
    const auto self = weak.lock();
    if (!self) return []() -> Task<void> { co_return fail(ErrorKind::unavailable, "shard.closed"); }();
    return self->payment_events(std::move(events));
  });
  co_return Result<void>{};
}

/// A shard that broke (lost, no space) is opened again even if nobody asks for it: its purchases wait in it. One that
/// another process took over and left would break only at the next commit, and none may come: so it is asked about.
boost::asio::awaitable<void> OrchestratorService::keep_open(std::weak_ptr<OrchestratorService> weak, std::uint16_t number) {
  for (;;) {
    auto self = weak.lock();
    if (!self || self->stopped_) co_return;
    runtime::Runtime& runtime = self->parts_.runtime;
    if (const auto memory = self->hosts_[number]->now()) {
      const Result<void> ours = co_await memory->shard().confirm();
      if (!ours) log::warn("orchestrator.shard", {{"shard", number}, {"code", ours.error().code}});
    }
    if (!self->hosts_[number]->now()) {
      Result<std::shared_ptr<PurchaseShard>> opened = co_await self->shard(number);
      if (!opened) log::warn("orchestrator.shard", {{"shard", number}, {"code", opened.error().code}});
    }
    self.reset();
    co_await runtime::sleep_for(runtime, kSupervision);
  }
}

boost::asio::awaitable<void> OrchestratorService::reconcile(std::weak_ptr<OrchestratorService> weak) {
  for (std::size_t turn = 0;; ++turn) {
    auto self = weak.lock();
    if (!self || self->stopped_) co_return;
    runtime::Runtime& runtime = self->parts_.runtime;
    const auto budget = static_cast<std::size_t>(self->parts_.reconcile.per_second);
    if (auto memory = self->hosts_[turn % self->hosts_.size()]->now()) {
      Result<void> done = co_await self->reconciler_.sweep(std::move(memory), budget);
      if (!done) log::warn("orchestrator.reconcile", {{"code", done.error().code}});
    }
    self.reset();
    co_await runtime::sleep_for(runtime, kReconcilePause);
  }
}

Task<std::shared_ptr<PurchaseShard>> OrchestratorService::shard(std::uint16_t number) {
  return hosts_[number]->use();
}

Task<AcceptReply> OrchestratorService::accept(Context context, AcceptRequest request) {
  const auto self = shared_from_this();
  const std::uint16_t number = shard_of(request.customer.to_string(), parts_.shards);
  Result<std::shared_ptr<PurchaseShard>> memory = co_await shard(number);
  if (!memory) co_return fail(std::move(memory).error());
  // One at a time for one key: the second waits for the first and then finds its purchase.
  const std::string scope = request.customer.to_string() + "\n" + request.client_id + "\n" + request.idempotency_key;
  for (auto first = accepting_.find(scope); first != accepting_.end(); first = accepting_.find(scope)) {
    const std::shared_ptr<runtime::Event> over = first->second;
    co_await over->wait();
  }
  const auto over = std::make_shared<runtime::Event>();
  accepting_[scope] = over;
  Result<AcceptReply> reply = co_await accept_once(context, std::move(request), *memory);
  accepting_.erase(scope);
  over->set();
  co_return reply;
}

Task<std::optional<AcceptReply>> OrchestratorService::replay(AcceptRequest request, std::shared_ptr<PurchaseShard> memory) {
  const Error reused{ErrorKind::invalid, "idempotency.key_reused",
                     "This Idempotency-Key was used for another purchase. A new purchase needs a new key."};
  if (const auto live = memory->find_by_key(request.customer, request.client_id, request.idempotency_key)) {
    PurchaseRow row = live->row;
    Result<void> durable = co_await memory->flush();
    if (!durable) co_return fail(std::move(durable).error());
    if (row.fingerprint != request.fingerprint) co_return fail(reused);
    co_return AcceptReply{views::purchase_of(row, true), true};
  }
  const Timestamp now = parts_.runtime.clock.now();
  Result<std::optional<SettledKeyRow>> settled =
      co_await find_settled(*parts_.table, request.customer, request.client_id, request.idempotency_key, now);
  if (!settled) co_return fail(std::move(settled).error());
  if (!*settled) co_return std::nullopt;
  if ((*settled)->fingerprint != request.fingerprint) co_return fail(reused);
  Result<std::optional<PurchaseRow>> record = co_await find_record(*parts_.table, (*settled)->purchase);
  if (!record) co_return fail(std::move(record).error());
  if (!*record) co_return fail(ErrorKind::internal, "purchase.record_missing", (*settled)->purchase.to_string());
  co_return AcceptReply{views::purchase_of(**record, true), true};
}

/// What is agreed with the buyer, or why it cannot be. Nothing is kept yet.
Task<PurchaseRow> OrchestratorService::agree(Context context, AcceptRequest request, PurchaseId id) {
  std::string currency = request.expected_total.currency.to_string();
  Result<pricing::Priced> priced =
      co_await pricing::price(parts_.catalogue, context, request.lines, std::move(currency), "/expected_total/currency");
  if (!priced) co_return fail(std::move(priced).error());
  if (priced->total != request.expected_total)
    co_return fail(ErrorKind::conflict, "price.changed", pricing::to_text(priced->total));
  if (auto refusal = pricing::beyond_charge(priced->total)) co_return fail(std::move(*refusal));
  PurchaseRow row;
  row.id = id;
  row.customer = request.customer;
  row.client_id = std::move(request.client_id);
  row.idempotency_key = std::move(request.idempotency_key);
  row.fingerprint = std::move(request.fingerprint);
  row.payment_method = std::move(request.payment_method);
  row.total = priced->total;
  row.lines = std::move(priced->lines);
  row.created_at_us = to_unix_us(parts_.runtime.clock.now());
  if (trace::is_set(context.trace)) row.trace = trace::format(context.trace);
  if (request.shipping_address) row.address = row_of(*request.shipping_address);
  provisioner::CheckRequest check;
  for (std::size_t i = 0; i < row.lines.size(); ++i) check.lines.push_back(line_of(row, static_cast<std::int64_t>(i)));
  Result<provisioner::CheckReply> checked = co_await parts_.participants.provisioner->check(context, std::move(check));
  if (!checked) co_return fail(std::move(checked).error());
  if (auto refusal = pricing::refusal_of(*checked, row.lines)) co_return fail(std::move(*refusal));
  co_return row;
}

Task<AcceptReply> OrchestratorService::accept_once(Context context, AcceptRequest request, std::shared_ptr<PurchaseShard> memory) {
  Result<std::optional<AcceptReply>> before = co_await replay(request, memory);
  if (!before) co_return fail(std::move(before).error());
  if (*before) co_return std::move(**before);
  auto definition = parts_.definitions->newest(kProcess);
  if (!definition) co_return fail(ErrorKind::unavailable, "process.missing", "No purchase process is deployed.");
  Result<PurchaseRow> row = co_await agree(context, std::move(request), memory->new_id());
  if (!row) co_return fail(std::move(row).error());
  if (stopped_) co_return fail(ErrorKind::unavailable, "draining", "The server is stopping.");
  // Whoever asked has given up, and may have asked again and been refused: nothing is bought behind his back.
  if (parts_.runtime.clock.monotonic() >= context.deadline)
    co_return fail(ErrorKind::unavailable, "purchase.too_late", "The caller does not wait for this any more.");
  // Made only now: others may have begun and ended since `agree` asked around, and the low-water mark with them. An id
  // below it would not be found again after a crash.
  row->id = memory->new_id();
  Result<std::shared_ptr<LivePurchase>> live = memory->accept(std::move(*row), std::move(definition));
  if (!live) co_return fail(std::move(live).error());
  AcceptReply reply{views::purchase_of((*live)->row, true), false};
  Result<void> durable = co_await memory->flush();
  if (!durable) co_return fail(std::move(durable).error());
  co_return reply;
}

Task<OrchestratorService::Found> OrchestratorService::find(PurchaseRequest request) {
  const std::uint16_t number = request.id.shard();
  if (number >= parts_.shards) co_return fail(not_found());
  Result<std::shared_ptr<PurchaseShard>> memory = co_await shard(number);
  if (!memory) co_return fail(std::move(memory).error());
  Found found{*memory, (*memory)->find(request.id), {}};
  if (!found.live) {
    Result<std::optional<PurchaseRow>> record = co_await find_record(*parts_.table, request.id);
    if (!record) co_return fail(std::move(record).error());
    if (!*record) {
      // Not if another process has it by now.
      Result<void> ours = co_await (*memory)->shard().confirm();
      if (!ours) co_return fail(std::move(ours).error());
      co_return fail(not_found());
    }
    found.record = std::move(**record);
  }
  if (request.customer && *request.customer != found.row().customer) co_return fail(not_found());
  co_return found;
}

Task<PurchaseRow> OrchestratorService::read(PurchaseRequest request) {
  Result<Found> found = co_await find(request);
  if (!found) co_return fail(std::move(found).error());
  if (!found->live) co_return std::move(found->record);
  PurchaseRow row = found->live->row;
  Result<void> durable = co_await found->shard->flush();
  if (!durable) co_return fail(std::move(durable).error());
  co_return row;
}

Task<Purchase> OrchestratorService::get(Context, PurchaseRequest request) {
  const auto self = shared_from_this();
  Result<PurchaseRow> row = co_await read(request);
  if (!row) co_return fail(std::move(row).error());
  co_return views::purchase_of(*row, true);
}

Task<PurchasePage> OrchestratorService::list(Context, ListRequest request) {
  const auto self = shared_from_this();
  if (!request.customer) co_return fail(ErrorKind::invalid, "fields.invalid", "whose purchases?");
  std::optional<PurchaseId> before;
  if (!request.cursor.empty()) {
    before = PurchaseId::parse(request.cursor);
    if (!before) co_return fail(ErrorKind::malformed, "cursor.invalid", "The cursor is not one of this list.");
  }
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  Result<std::shared_ptr<PurchaseShard>> memory = co_await shard(shard_of(request.customer->to_string(), parts_.shards));
  if (!memory) co_return fail(std::move(memory).error());
  // First what lives, then the view: what moves over in between is in both, and is shown once.
  std::map<PurchaseId, Purchase, std::greater<>> newest;
  for (const auto& live : (*memory)->of_customer(*request.customer))
    if (!before || live->row.id < *before) newest[live->row.id] = views::purchase_of(live->row, false);
  Result<void> durable = co_await (*memory)->flush();
  if (!durable) co_return fail(std::move(durable).error());
  Result<std::vector<PurchaseRow>> finished = co_await find_orders(*parts_.table, *request.customer, before, limit + 1);
  if (!finished) co_return fail(std::move(finished).error());
  for (const auto& row : *finished) newest.try_emplace(row.id, views::purchase_of(row, false));
  PurchasePage page;
  for (auto& [id, purchase] : newest) {
    if (page.items.size() == limit) {
      page.next_cursor = page.items.back().id.to_string();
      break;
    }
    page.items.push_back(std::move(purchase));
  }
  co_return page;
}

Task<Purchase> OrchestratorService::cancel(Context, PurchaseRequest request) {
  const auto self = shared_from_this();
  Result<Found> found = co_await find(request);
  if (!found) co_return fail(std::move(found).error());
  if (!found->live) co_return fail(ErrorKind::conflict, "purchase.not_cancellable", "The purchase has ended.");
  Result<void> cancelled = found->shard->cancel(*found->live);
  Purchase purchase = views::purchase_of(found->live->row, true);
  // The refusal too tells what was decided.
  Result<void> durable = co_await found->shard->flush();
  if (!durable) co_return fail(std::move(durable).error());
  if (!cancelled) co_return fail(std::move(cancelled).error());
  co_return purchase;
}

namespace {
EventsReply events_after(const PurchaseRow& row, const EventsRequest& request) {
  EventsReply reply;
  reply.entries = views::entries_after(row, request.after_seq);
  reply.final = row.is_final();
  if (request.with_purchase) reply.purchase = views::purchase_of(row, true);
  return reply;
}
}  // namespace

Task<EventsReply> OrchestratorService::events(Context, EventsRequest request) {
  const auto self = shared_from_this();
  runtime::Clock& clock = parts_.runtime.clock;
  const Duration wait = std::clamp(Duration(request.wait_us), Duration(0), kLongestWait);
  Duration until = clock.monotonic() + wait;
  bool has_news = false;
  for (;;) {
    Result<Found> found = co_await find(request.purchase);
    if (!found) co_return fail(std::move(found).error());
    const std::shared_ptr<LivePurchase> live = found->live;
    const PurchaseRow& row = found->row();
    const bool news = static_cast<std::int64_t>(row.timeline.size()) > request.after_seq;
    if (news && !std::exchange(has_news, true)) until = std::min(until, clock.monotonic() + Duration(request.gather_us));
    if (row.is_final() || stopped_ || clock.monotonic() >= until) {
      EventsReply reply = events_after(row, request);
      if (!live) co_return reply;
      Result<void> durable = co_await found->shard->shard().durable();
      if (!durable) co_return fail(std::move(durable).error());
      co_return reply;
    }
    const runtime::TimerHandle timer = parts_.runtime.timers.call_at(until, [live] { live->changed.notify(); });
    co_await live->changed.wait();
  }
}

Task<void> OrchestratorService::payment_events(std::vector<bus::Delivered> events) {
  const auto self = shared_from_this();
  for (const auto& delivered : events) {
    Result<payment::PaymentEvent> event = read_payment_event(delivered.event.body);
    if (!event) {
      log::error("orchestrator.payment_event", {{"origin", delivered.origin}, {"detail", event.error().detail}});
      continue;
    }
    if (event->purchase.shard() >= parts_.shards) continue;
    Result<std::shared_ptr<PurchaseShard>> memory = co_await shard(event->purchase.shard());
    if (!memory) co_return fail(std::move(memory).error());
    const std::shared_ptr<LivePurchase> live = (*memory)->find(event->purchase);
    if (!live) continue;
    Result<void> taken = (*memory)->payment_event(*live, delivered.event.type == "payment.confirmed", event->code);
    if (!taken) co_return taken;
    Result<void> durable = co_await (*memory)->flush();
    if (!durable) co_return durable;
  }
  co_return Result<void>{};
}

Task<void> OrchestratorService::flush_all() {
  for (const auto& host : hosts_) {
    const auto memory = host->now();
    if (!memory) continue;
    Result<void> durable = co_await memory->flush();
    if (!durable) co_return durable;
  }
  co_return Result<void>{};
}

}  // namespace pps::orchestrator
