#include "outside.hpp"

#include <algorithm>

#include "net/described_json.hpp"
#include "runtime/trace.hpp"
#include "services/orchestrator/built_in.hpp"

namespace pps::orchestrator::testing {

namespace {
EffectReply say(EffectState state, std::string code = {}) { return {state, std::move(code), {}, {}}; }

std::string id_of(const provisioner::Line& line, std::string_view effect) {
  return effect_id(line.purchase, effect, static_cast<int>(line.line)).value;
}

/// A call with what befalls it on the way.
template <class Reply>
Task<Reply> with_faults(runtime::Runtime& runtime, Outside& outside, std::string call, std::function<Reply()> act) {
  const Fault fault = outside.next_fault(call, runtime.random);
  outside.calls.push_back(call);
  co_await runtime::sleep_for(runtime, Duration(static_cast<std::int64_t>(50 + runtime.random.below(500))));
  if (fault == Fault::unavailable) co_return fail(ErrorKind::unavailable, "model.unavailable");
  if (fault == Fault::unknown_before) co_return fail(ErrorKind::unknown_outcome, "model.unknown");
  if (fault == Fault::slow) co_await runtime::sleep_for(runtime, std::chrono::seconds(3));
  Reply reply = act();
  if (fault == Fault::twice) reply = act();
  co_await runtime::sleep_for(runtime, Duration(static_cast<std::int64_t>(50 + runtime.random.below(500))));
  if (fault == Fault::unknown_after) co_return fail(ErrorKind::unknown_outcome, "model.unknown");
  co_return reply;
}

class ModelProvisioner final : public provisioner::ProvisionerApi {
 public:
  ModelProvisioner(runtime::Runtime& runtime, Outside& outside) : runtime_(runtime), outside_(outside) {}
  using Line = provisioner::Line;

  Task<provisioner::CheckReply> check(Context, provisioner::CheckRequest request) override {
    if (!outside_.script["check"].empty() && outside_.next_fault("check", runtime_.random) == Fault::slow)
      co_await runtime::sleep_for(runtime_, std::chrono::seconds(3));
    provisioner::CheckReply reply;
    for (const auto& line : request.lines) {
      provisioner::LineCheck one{line.line, true, {}, 0};
      const auto stock = outside_.stock.find(line.sku.value);
      one.available = stock == outside_.stock.end() ? 999 : stock->second;
      if (one.available < line.quantity) one.ok = false, one.code = "stock.insufficient";
      if (line.kind == "physical" && line.shipping_address.name.empty() && line.sku.value == "book")
        one.ok = false, one.code = "shipping_address.missing";
      reply.lines.push_back(one);
    }
    co_return reply;
  }
  Task<EffectReply> reserve(Context context, Line line) override {
    outside_.traces.insert(trace::format(context.trace));
    return call("reserve", line, [this, line] {
      Hold& hold = outside_.holds[id_of(line, "reserve")];
      if (hold.state.empty()) decide_hold(hold, line);
      return state_of(hold);
    });
  }
  Task<EffectReply> unreserve(Context, Line line) override {
    return call("unreserve", line, [this, line] {
      Hold& hold = outside_.holds[id_of(line, "reserve")];
      if (hold.state == "consumed") return say(EffectState::refused, "hold.consumed");
      if (hold.state == "held" || hold.state == "committed") give_back(hold);
      hold.state = "undone";
      return say(EffectState::undone);
    });
  }
  Task<EffectReply> commit_hold(Context, Line line) override {
    return call("commit_hold", line, [this, line] {
      Hold& hold = outside_.holds[id_of(line, "reserve")];
      if (const auto code = refusal("commit_hold", line); !code.empty() && hold.state == "held") {
        give_back(hold);
        hold.state = "undone";
      }
      if (hold.state == "held") hold.state = "committed";
      if (hold.state == "undone") return say(EffectState::refused, "hold.expired");
      return say(EffectState::done);
    });
  }
  Task<EffectReply> prepare(Context, Line line) override {
    return call("prepare", line, [this, line] {
      std::string& state = outside_.prepared[id_of(line, "prepare")];
      if (state.empty()) state = refusal("prepare", line).empty() ? "done" : "refused";
      if (state == "refused") return say(EffectState::refused, refusal("prepare", line));
      return say(state == "done" ? EffectState::done : EffectState::undone);
    });
  }
  Task<EffectReply> unprepare(Context, Line line) override {
    return call("unprepare", line, [this, line] {
      outside_.prepared[id_of(line, "prepare")] = "undone";
      return say(EffectState::undone);
    });
  }
  Task<EffectReply> release(Context, Line line) override {
    return call("release", line, [this, line] {
      std::string& state = outside_.released[id_of(line, "release")];
      if (state.empty()) state = refusal("release", line).empty() ? "done" : "refused";
      if (state == "refused") return say(EffectState::refused, "release.impossible");
      if (state == "undone") return say(EffectState::undone);
      Hold& hold = outside_.holds[id_of(line, "reserve")];
      EXPECT_STATE(hold.state == "committed" || hold.state == "consumed");
      EXPECT_STATE(outside_.payments[line.purchase].captured > 0);
      hold.state = "consumed";
      EffectReply reply = say(EffectState::done);
      reply.tracking = "T-" + line.sku.value;
      return reply;
    });
  }
  Task<EffectReply> lookup(Context, provisioner::LookupRequest request) override {
    const Line line = request.line;
    const std::string effect = request.effect;
    return call("lookup", line, [this, line, effect] {
      if (effect == "prepare") return read(outside_.prepared, id_of(line, "prepare"));
      if (effect == "release") return read(outside_.released, id_of(line, "release"));
      const auto hold = outside_.holds.find(id_of(line, "reserve"));
      if (hold == outside_.holds.end()) return say(EffectState::unknown);
      if (effect == "commit_hold" && hold->second.state == "held") return say(EffectState::unknown);
      return state_of(hold->second);
    });
  }
  Task<provisioner::LineAudit> audit(Context, Line line) override {
    std::function<provisioner::LineAudit()> read = [this, line] {
      const auto named = [](const std::map<std::string, std::string>& states, const std::string& id) {
        const auto found = states.find(id);
        return found == states.end() || found->second.empty() ? std::string("none") : found->second;
      };
      const std::string prepared = named(outside_.prepared, id_of(line, "prepare"));
      const std::string released = named(outside_.released, id_of(line, "release"));
      const auto hold = outside_.holds.find(id_of(line, "reserve"));
      provisioner::LineAudit audit;
      audit.hold = hold == outside_.holds.end() ? "none" : hold->second.state == "refused" ? "undone" : hold->second.state;
      audit.instance = released == "done" ? "active" : prepared == "done" ? "prepared" : prepared == "undone" ? "withdrawn" : "none";
      audit.fulfilment = released == "done" ? "released" : prepared == "done" ? "prepared" : prepared == "undone" ? "cancelled" : "none";
      return audit;
    };
    return with_faults<provisioner::LineAudit>(runtime_, outside_, "audit", std::move(read));
  }
  Task<store::StockLevel> inventory(Context, store::SkuRequest) override { return none<store::StockLevel>(); }
  Task<store::StockLevel> receive(Context, store::StockChange) override { return none<store::StockLevel>(); }
  Task<store::StockLevel> adjust(Context, store::StockChange) override { return none<store::StockLevel>(); }
  Task<store::StockLevel> count(Context, store::StockChange) override { return none<store::StockLevel>(); }
  Task<store::StockLevel> set_policy(Context, provisioner::PolicyRequest) override { return none<store::StockLevel>(); }
  Task<store::MovementsReply> movements(Context, store::MovementsRequest) override { return none<store::MovementsReply>(); }
  Task<provisioner::AlertsReply> alerts(Context, store::LowRequest) override { return none<provisioner::AlertsReply>(); }
  Task<store::LevelsReply> levels(Context, store::LevelsRequest request) override {
    store::LevelsReply reply;
    for (const auto& sku : request.skus) {
      store::StockLevel level;
      level.sku = sku;
      const auto stock = outside_.stock.find(sku.value);
      level.tracked = stock != outside_.stock.end();
      if (level.tracked) level.available = stock->second;
      level.low_stock_threshold = 2;
      reply.levels.push_back(level);
    }
    co_return reply;
  }

 private:
  static void EXPECT_STATE(bool holds) { PPS_INVARIANT(holds); }
  template <class T>
  static Task<T> none() {
    co_return fail(ErrorKind::unavailable, "model.none");
  }
  Task<EffectReply> call(std::string name, Line, std::function<EffectReply()> act) {
    return with_faults<EffectReply>(runtime_, outside_, std::move(name), std::move(act));
  }
  std::string refusal(const std::string& call, const Line& line) const {
    for (const auto& key : {call, call + "/" + line.sku.value})
      if (const auto found = outside_.refusals.find(key); found != outside_.refusals.end()) return found->second;
    return {};
  }
  void decide_hold(Hold& hold, const Line& line) {
    hold.sku = line.sku.value;
    hold.quantity = line.quantity;
    const auto stock = outside_.stock.find(line.sku.value);
    const bool enough = stock == outside_.stock.end() || stock->second >= line.quantity;
    hold.state = enough && refusal("reserve", line).empty() ? "held" : "refused";
    if (hold.state == "held" && stock != outside_.stock.end()) stock->second -= line.quantity;
  }
  void give_back(const Hold& hold) {
    if (const auto stock = outside_.stock.find(hold.sku); stock != outside_.stock.end()) stock->second += hold.quantity;
  }
  static EffectReply state_of(const Hold& hold) {
    if (hold.state == "undone") return say(EffectState::undone);
    if (hold.state == "refused") return say(EffectState::refused, "stock.insufficient");
    return say(EffectState::done, hold.state);
  }
  static EffectReply read(const std::map<std::string, std::string>& states, const std::string& id) {
    const auto found = states.find(id);
    if (found == states.end() || found->second.empty()) return say(EffectState::unknown);
    if (found->second == "refused") return say(EffectState::refused, "model.refused");
    return say(found->second == "done" ? EffectState::done : EffectState::undone);
  }

  runtime::Runtime& runtime_;
  Outside& outside_;
};

payment::PaymentReply pay(EffectState state, std::string code = {}, std::string url = {}) {
  return {state, std::move(code), {}, std::move(url)};
}

class ModelPayment final : public payment::PaymentApi {
 public:
  ModelPayment(runtime::Runtime& runtime, Outside& outside) : runtime_(runtime), outside_(outside) {}
  Task<payment::Session> create_session(Context, payment::CreateSessionRequest) override { co_return fail(ErrorKind::unavailable, "none"); }
  Task<payment::Session> get_session(Context, payment::SessionRequest) override { co_return fail(ErrorKind::unavailable, "none"); }
  Task<payment::WebhookReply> webhook(Context, payment::WebhookRequest) override { co_return fail(ErrorKind::unavailable, "none"); }

  Task<payment::PaymentReply> authorize(Context context, payment::AuthorizeRequest request) override {
    outside_.traces.insert(trace::format(context.trace));
    return call("authorize", [this, request] {
      PaymentModel& payment = outside_.payments[request.purchase];
      if (payment.status.empty()) {
        payment.amount = request.amount.minor_units;
        const bool declined = outside_.refusals.contains("authorize");
        payment.status = declined ? "declined" : outside_.ask_for_confirmation ? "requires_action" : "authorized";
      }
      if (payment.status == "declined") return pay(EffectState::refused, "payment.declined");
      if (payment.status == "voided") return pay(EffectState::undone, "already_undone");
      if (payment.status == "requires_action") return pay(EffectState::pending, {}, "https://bank.example/3ds");
      return pay(EffectState::done);
    });
  }
  Task<payment::PaymentReply> capture(Context, payment::CaptureRequest request) override {
    return call("capture", [this, request] {
      PaymentModel& payment = outside_.payments[request.purchase];
      if (outside_.refusals.contains("capture") && payment.status == "authorized")
        return pay(EffectState::refused, "payment.capture_refused");
      if (payment.status == "authorized") {
        payment.status = "captured";
        payment.captured += request.amount.minor_units;
        ++payment.captures;
      }
      return payment.status == "captured" ? pay(EffectState::done) : pay(EffectState::refused, "payment.capture_refused");
    });
  }
  Task<payment::PaymentReply> void_authorization(Context, payment::PaymentRequest request) override {
    return call("void", [this, request] {
      PaymentModel& payment = outside_.payments[request.purchase];
      PPS_INVARIANT(payment.captured == 0);
      payment.status = "voided";
      return pay(EffectState::undone);
    });
  }
  Task<payment::PaymentReply> refund(Context, payment::RefundRequest request) override {
    return call("refund", [this, request] {
      PaymentModel& payment = outside_.payments[request.purchase];
      if (payment.refunds.emplace(request.effect.value, request.amount.minor_units).second)
        payment.refunded += request.amount.minor_units;
      PPS_INVARIANT(payment.refunded <= payment.captured);
      return pay(EffectState::done);
    });
  }
  Task<payment::PaymentView> lookup(Context, payment::PaymentRequest request) override {
    const auto found = outside_.payments.find(request.purchase);
    if (found == outside_.payments.end() || found->second.status.empty()) co_return fail(ErrorKind::not_found, "payment.not_found");
    const PaymentModel payment = found->second;
    std::function<payment::PaymentView()> read = [payment, request] {
      const Currency euro = *Currency::parse("EUR");
      return payment::PaymentView{request.purchase, "pi_" + request.purchase.to_string(), payment.status, {payment.amount, euro},
                                  {payment.captured, euro}, {payment.refunded, euro}};
    };
    co_return co_await with_faults<payment::PaymentView>(runtime_, outside_, "lookup_payment", std::move(read));
  }
  Task<payment::PaymentView> audit(Context context, payment::PaymentRequest request) override {
    return lookup(context, request);
  }

 private:
  Task<payment::PaymentReply> call(std::string name, std::function<payment::PaymentReply()> act) {
    return with_faults<payment::PaymentReply>(runtime_, outside_, std::move(name), std::move(act));
  }
  runtime::Runtime& runtime_;
  Outside& outside_;
};

class ModelCatalogue final : public catalogue::QuoteApi {
 public:
  ModelCatalogue(runtime::Runtime& runtime, Outside& outside) : runtime_(runtime), outside_(outside) {}
  Task<catalogue::QuoteReply> quote(Context, catalogue::QuoteRequest request) override {
    std::function<catalogue::QuoteReply()> read = [this, request] {
      catalogue::QuoteReply reply;
      for (const auto& sku : request.skus) {
        catalogue::Quote quote;
        quote.sku = sku;
        const auto price = outside_.prices.find(sku.value);
        quote.found = price != outside_.prices.end() && (request.currency.empty() || request.currency == "EUR");
        if (quote.found) quote.price = {price->second, *Currency::parse("EUR")};
        quote.name = "The " + sku.value;
        quote.kind = sku.value == "key" ? "licence" : "physical";
        quote.stock_tracked = quote.kind == "physical";
        reply.quotes.push_back(std::move(quote));
      }
      return reply;
    };
    return with_faults<catalogue::QuoteReply>(runtime_, outside_, "quote", std::move(read));
  }

 private:
  runtime::Runtime& runtime_;
  Outside& outside_;
};
}  // namespace

Fault Outside::next_fault(const std::string& call, runtime::Random& random) {
  auto& scripted = script[call];
  if (!scripted.empty()) {
    const Fault fault = scripted.front();
    scripted.pop_front();
    return fault;
  }
  if (chaos_per_cent == 0 || random.below(100) >= static_cast<std::uint64_t>(chaos_per_cent)) return Fault::none;
  return static_cast<Fault>(1 + random.below(5));
}

std::int64_t Outside::calls_of(const std::string& call) const { return std::count(calls.begin(), calls.end(), call); }

Task<void> ModelBus::append(std::vector<Entry> entries) {
  for (auto& entry : entries) outside_.published.push_back(std::move(entry.event));
  co_return Result<void>{};
}

std::shared_ptr<provisioner::ProvisionerApi> make_provisioner(runtime::Runtime& runtime, Outside& outside) {
  return std::make_shared<ModelProvisioner>(runtime, outside);
}
std::shared_ptr<payment::PaymentApi> make_payment(runtime::Runtime& runtime, Outside& outside) {
  return std::make_shared<ModelPayment>(runtime, outside);
}
std::shared_ptr<catalogue::QuoteApi> make_catalogue(runtime::Runtime& runtime, Outside& outside) {
  return std::make_shared<ModelCatalogue>(runtime, outside);
}

Process::Process(runtime::SimulatedWorld& world, Outside& out, std::string name)
    : outside(out), process(world.process(std::move(name))), runtime(process.runtime()) {}

Process::~Process() {
  if (process.alive()) process.kill();
}

Task<void> Process::open() {
  table = storage::memory::open_table(runtime, outside.disk);
  bus = std::make_shared<ModelBus>(outside);
  definitions = std::make_shared<Definitions>(*table);
  Result<void> loaded = co_await definitions->load();
  if (!loaded) co_return loaded;
  std::string xml(built_in_purchase_process());
  Result<Definitions::Deployed> deployed = co_await definitions->deploy(std::move(xml), "test", runtime.clock.now());
  if (!deployed) co_return fail(std::move(deployed).error());
  if (sabotage) sabotage(*definitions);
  ServiceParts parts{runtime, table, bus, make_catalogue(runtime, outside),
                     {make_provisioner(runtime, outside), make_payment(runtime, outside), "https://shop.example/orders/"},
                     definitions, 2};
  service = std::make_shared<OrchestratorService>(std::move(parts));
  co_return co_await service->start();
}

void Process::kill(bool power_loss) {
  process.kill();
  if (power_loss) outside.disk->crash();
  else outside.disk->replay();
}

Task<void> Process::tell_payment(PurchaseId purchase, std::string type, std::string code) {
  bus::Delivered delivered;
  delivered.event.topic = "payment";
  delivered.event.type = std::move(type);
  delivered.event.body = net::to_json(payment::PaymentEvent{purchase, std::move(code)});
  return bus->consumers.at("payment")({delivered});
}

CustomerId customer(int number) { return {Uuid::v7(1'700'000'000'000, 0, static_cast<std::uint64_t>(number))}; }

AcceptRequest order(int customer_number, std::string key, std::vector<std::pair<std::string, std::int64_t>> lines,
                    const Outside& outside) {
  AcceptRequest request;
  request.customer = customer(customer_number);
  request.client_id = "pps-web";
  request.idempotency_key = std::move(key);
  request.payment_method = "pm_card_visa";
  request.expected_total.currency = *Currency::parse("EUR");
  for (auto& [sku, quantity] : lines) {
    const auto price = outside.prices.find(sku);
    if (price != outside.prices.end()) request.expected_total.minor_units += price->second * quantity;
    request.fingerprint += sku + std::to_string(quantity);
    request.lines.push_back({{sku}, quantity, {}});
  }
  request.shipping_address = provisioner::Address{"Ada", "1 Street", "", "London", "SW1", "", "GB"};
  return request;
}

std::string broken_promise(const Outside& outside, const Purchase& purchase) {
  const std::string name = purchase.id.to_string() + ": ";
  const auto found = outside.payments.find(purchase.id);
  const PaymentModel payment = found == outside.payments.end() ? PaymentModel{} : found->second;
  if (payment.captures > 1) return name + "captured twice";
  std::int64_t owed = 0;
  for (const auto& line : purchase.lines) {
    const int at = static_cast<int>(line.line);
    const auto hold = outside.holds.find(effect_id(purchase.id, "reserve", at).value);
    const std::string held = hold == outside.holds.end() ? "" : hold->second.state;
    const auto release = outside.released.find(effect_id(purchase.id, "release", at).value);
    const bool released = release != outside.released.end() && release->second == "done";
    const auto prepare = outside.prepared.find(effect_id(purchase.id, "prepare", at).value);
    const bool prepared = prepare != outside.prepared.end() && prepare->second == "done";
    if (held == "held" || held == "committed") return name + "orphan hold";
    if (released != (line.fulfilment == "released")) return name + "released and shown differ";
    if (released && held != "consumed") return name + "released without consuming the hold";
    if (!released && prepared) return name + "orphan preparation";
    if (released) owed += line.total.minor_units;
  }
  if (payment.captured - payment.refunded != owed) return name + "paid is not what was delivered";
  if (payment.status == "authorized") return name + "orphan authorization";
  const bool completed = purchase.status == Status::completed;
  if (completed != (owed > 0)) return name + "status is not what was delivered";
  if (!completed && purchase.status != Status::failed && purchase.status != Status::cancelled) return name + "not final";
  for (std::size_t i = 0; i < purchase.timeline.size(); ++i)
    if (purchase.timeline[i].seq != static_cast<std::int64_t>(i) + 1) return name + "timeline is not dense";
  return {};
}

std::string broken_stock(const Outside& outside, const std::map<std::string, std::int64_t>& at_first) {
  for (const auto& [sku, first] : at_first) {
    std::int64_t gone = 0;
    for (const auto& [id, hold] : outside.holds)
      if (hold.sku == sku && hold.state == "consumed") gone += hold.quantity;
    if (outside.stock.at(sku) != first - gone) return sku + " does not add up";
    if (outside.stock.at(sku) < 0) return sku + " is oversold";
  }
  return {};
}

}  // namespace pps::orchestrator::testing
