#include "services/payment/service.hpp"

#include "base/mutant.hpp"
#include "runtime/log.hpp"
#include "runtime/sync.hpp"
#include "services/payment/service_locked.hpp"

namespace pps::payment {

namespace {
PaymentReply undone(std::string code = {}) {
  return {EffectState::undone, std::move(code), {}, {}};
}
PaymentReply refused(std::string code, std::string detail) {
  return {EffectState::refused, std::move(code), std::move(detail), {}};
}
PaymentReply done() { return {EffectState::done, {}, {}, {}}; }
std::unexpected<Error> not_known() {
  return fail(ErrorKind::unknown_outcome, "payment.unknown",
              "the provider has not said yet what became of it");
}
constexpr auto kPause = std::chrono::milliseconds(50);
constexpr auto kLookAgain = std::chrono::seconds(5);
}  // namespace

PaymentService::PaymentService(Dependencies dependencies)
    : deps_(std::move(dependencies)), stripe_(deps_.provider, deps_.secret_key) {
  auto load = [this](std::shared_ptr<storage::Shard> shard) {
    return PaymentShard::load(deps_.runtime, deps_.bus, std::move(shard));
  };
  for (std::uint16_t n = 0; n < deps_.shards; ++n)
    hosts_.push_back(std::make_unique<Host>(deps_.runtime, *deps_.table,
                                            storage::ShardAddress{&kLive, "payment", n}, load));
}

Task<void> PaymentService::start() {
  for (auto& host : hosts_) {
    Result<std::shared_ptr<PaymentShard>> opened = co_await host->use();
    if (!opened) co_return fail(std::move(opened).error());
  }
  watch_waiting();
  co_return Result<void>{};
}

Task<std::shared_ptr<PaymentService::Locked>> PaymentService::lock(PurchaseId purchase) {
  Result<std::shared_ptr<PaymentShard>> shard =
      co_await hosts_[purchase.shard() % deps_.shards]->use();
  if (!shard) co_return fail(std::move(shard).error());
  Result<std::shared_ptr<Entry>> entry = co_await (*shard)->find(purchase);
  if (!entry) co_return fail(std::move(entry).error());
  co_await (*entry)->lock.acquire();
  auto locked = std::make_shared<Locked>(*shard, *entry);
  if (locked->broken())
    co_return std::unexpected(
        Error{ErrorKind::unavailable, "shard.recovering", "the data is being recovered", {}, 1});
  co_return locked;
}

// One key per operation and attempt: repeated while nothing was heard, a new one only after the
// provider has recorded a failure under it and the intent was read.
std::string PaymentService::key(PaymentRow& row, const char* operation) const {
  return row.purchase.to_string() + "/" + operation + "/" +
         std::to_string(row.attempts[operation] + 1);
}

void PaymentService::note_recorded(PaymentRow& row, const char* operation,
                                   const Error& error) const {
  if (error.code == "provider.recorded") ++row.attempts[operation];
}

PaymentReply PaymentService::reply_to_authorize(const PaymentRow& row) const {
  switch (row.state) {
    case PaymentState::authorized:
    case PaymentState::captured:
      return done();
    case PaymentState::declined:
      return refused(row.code, row.detail);
    case PaymentState::voided:
      return undone("already_undone");
    case PaymentState::requires_action:
      return {EffectState::pending, "payment.action_required", {}, row.action_url};
    case PaymentState::created:
      break;
  }
  return {EffectState::unknown, {}, {}, {}};
}

std::optional<PaymentState> state_of(const Intent& intent) {
  if (intent.status == "requires_capture") return PaymentState::authorized;
  if (intent.status == "requires_action") return PaymentState::requires_action;
  if (intent.status == "canceled") return PaymentState::voided;
  if (intent.status == "succeeded") return PaymentState::captured;
  if (intent.status == "requires_payment_method") return PaymentState::declined;
  return std::nullopt;
}

PaymentReply PaymentService::take_in(Locked& payment, const Intent& intent) {
  PaymentRow& row = payment.row();
  const PaymentState before = row.state;
  if (row.ended() && row.state != PaymentState::declined) return reply_to_authorize(row);
  const std::optional<PaymentState> now = state_of(intent);
  row.state = now.value_or(before);
  if (now == PaymentState::declined) {
    row.code = "payment.declined";
    row.detail = intent.decline_code;
  }
  row.captured = intent.status == "succeeded" ? intent.amount_received : row.captured;
  row.action_url = intent.action_url;
  if (row.state != before) {
    std::vector<storage::Event> events;
    if (before == PaymentState::requires_action) {
      const bool good =
          row.state == PaymentState::authorized || row.state == PaymentState::captured;
      const std::string id = row.purchase.to_string();
      events.push_back({.topic = "payment",
                        .type = good ? "payment.confirmed" : "payment.failed",
                        .key = id,
                        .body = R"({"purchase":")" + id + R"(","code":")" + row.code + R"("})",
                        .at_us = to_unix_us(deps_.runtime.clock.now())});
    }
    payment.put(std::move(events));
  }
  return reply_to_authorize(row);
}

Task<PaymentReply> PaymentService::authorize(Context context, AuthorizeRequest request) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(request.purchase);
  if (!payment) co_return fail(std::move(payment).error());
  Result<PaymentReply> reply = co_await authorize_locked(context, *payment, std::move(request));
  co_return co_await told(*payment, std::move(reply));
}

Task<PaymentReply> PaymentService::authorize_locked(Context context,
                                                    std::shared_ptr<Locked> payment,
                                                    AuthorizeRequest request) {
  if (payment->is_new())
    co_return co_await create_and_confirm(context, std::move(payment), std::move(request));
  const PaymentRow& row = payment->row();
  if (row.state == PaymentState::created)
    co_return co_await confirm(context, std::move(payment), std::move(request.return_url));
  if (row.state == PaymentState::requires_action) {
    Result<Intent> intent = co_await stripe_.get_intent(context, row.intent);
    if (!intent) co_return fail(std::move(intent).error());
    co_return take_in(*payment, *intent);
  }
  co_return reply_to_authorize(row);
}

/// What the provider can be asked again by the intent's id, which is durable, is told before it is.
Task<PaymentReply> PaymentService::told(std::shared_ptr<Locked> payment,
                                        Result<PaymentReply> reply) {
  const PaymentState state = payment->row().state;
  if (state == PaymentState::authorized || state == PaymentState::captured) co_return reply;
  Result<void> durable = co_await payment->flush();
  if (!durable) co_return fail(std::move(durable).error());
  co_return reply;
}

Task<PaymentReply> PaymentService::create_and_confirm(Context context,
                                                      std::shared_ptr<Locked> payment,
                                                      AuthorizeRequest request) {
  PaymentRow& row = payment->row();
  const bool token = request.payment_method.starts_with("pm_card_");
  if (token && !deps_.settings.allow_test_tokens)
    co_return refused("payment.method_unknown",
                      "ready-made test payment methods are not taken here");
  StripeClient::NewIntent wanted{.purchase = request.purchase.to_string(),
                                 .payment_method = request.payment_method,
                                 .amount = request.amount};
  if (!token) {
    Result<std::string> customer = co_await provider_customer(context, request.customer, false);
    if (!customer) co_return fail(std::move(customer).error());
    if (customer->empty())
      co_return refused("payment.method_unknown", "this payment method is not the buyer's");
    wanted.customer = *customer;
  }
  // An intent that is not confirmed holds no money: until its id is durable, nothing more is done
  // with it.
  for (;;) {
    Result<Intent> intent = co_await stripe_.create_intent(context, wanted, key(row, "create"));
    if (intent) {
      row.intent = intent->id;
      row.state = PaymentState::created;
      row.amount = request.amount;
      payment->put();
      break;
    }
    const Error& error = intent.error();
    if (error.kind == ErrorKind::invalid || error.kind == ErrorKind::not_found ||
        error.kind == ErrorKind::conflict) {
      row.state = PaymentState::declined;
      row.code = error.kind == ErrorKind::conflict ? "payment.declined" : "payment.method_unknown";
      row.detail = error.detail;
      row.amount = request.amount;
      payment->put();
      co_return reply_to_authorize(row);
    }
    note_recorded(row, "create", error);
    if (past(context))
      co_return error.kind == ErrorKind::unavailable ? Result<PaymentReply>(fail(error))
                                                     : not_known();
    co_await runtime::sleep_for(deps_.runtime, kPause);
  }
  Result<void> durable = co_await payment->flush();
  if (!durable) co_return fail(std::move(durable).error());
  co_return co_await confirm(context, std::move(payment), std::move(request.return_url));
}

Task<PaymentReply> PaymentService::confirm(Context context, std::shared_ptr<Locked> payment,
                                           std::string return_url) {
  PaymentRow& row = payment->row();
  for (;;) {
    Result<Intent> intent =
        co_await stripe_.confirm_intent(context, row.intent, return_url, key(row, "confirm"));
    if (intent) co_return take_in(*payment, *intent);
    const Error error = intent.error();
    // Whatever it said, the intent itself knows: a decline leaves its reason there, an outcome
    // unheard of its state.
    intent = co_await stripe_.get_intent(context, row.intent);
    if (intent && intent->status != "requires_confirmation" && intent->status != "processing")
      co_return take_in(*payment, *intent);
    if (intent && error.kind == ErrorKind::conflict) {
      Intent declined = *intent;
      declined.status = "requires_payment_method";
      declined.decline_code = error.detail;
      co_return take_in(*payment, declined);
    }
    if (intent && error.kind == ErrorKind::invalid)
      co_return fail(ErrorKind::internal, "payment.refused", error.code + ": " + error.detail);
    if (intent) note_recorded(row, "confirm", error);
    if (past(context)) co_return not_known();
    co_await runtime::sleep_for(deps_.runtime, kPause);
  }
}

Task<PaymentReply> PaymentService::capture(Context context, CaptureRequest request) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(request.purchase);
  if (!payment) co_return fail(std::move(payment).error());
  PaymentRow& row = (*payment)->row();
  if (!(*payment)->is_new() && row.state == PaymentState::captured) co_return done();
  if ((*payment)->is_new() || row.intent.empty() || row.ended())
    co_return co_await Locked::refuse(*payment, "payment.capture_refused",
                                      "there is no authorization to capture");
  if (request.amount.currency != row.amount.currency || request.amount.minor_units < 1 ||
      request.amount.minor_units > row.amount.minor_units)
    co_return fail(ErrorKind::invalid, "payment.amount", "nothing, or more than was authorized");
  for (;;) {
    Result<Intent> intent = co_await stripe_.capture_intent(
        context, row.intent, request.amount.minor_units, key(row, "capture"));
    if (PPS_MUTANT("capture_without_read") && !intent) {
      if (intent.error().kind == ErrorKind::conflict || intent.error().kind == ErrorKind::invalid) {
        row.state = PaymentState::voided;
        (*payment)->put();
        co_return refused("payment.capture_refused", intent.error().detail);
      }
      ++row.attempts["capture"];
    } else if (!intent) {
      const Error error = intent.error();
      intent = co_await stripe_.get_intent(context, row.intent);
      if (intent) note_recorded(row, "capture", error);
    }
    if (intent && intent->status == "succeeded") {
      take_in(**payment, *intent);
      PPS_INVARIANT(row.captured <= row.amount.minor_units);
      Result<PaymentReply> captured = done();
      co_return co_await told(*payment, std::move(captured));
    }
    if (intent && (intent->status == "canceled" || intent->status == "requires_payment_method")) {
      take_in(**payment, *intent);
      Result<PaymentReply> impossible = refused(
          "payment.capture_refused", "the provider says that the intent is " + intent->status);
      co_return co_await told(*payment, std::move(impossible));
    }
    if (past(context)) co_return not_known();
    co_await runtime::sleep_for(deps_.runtime, kPause);
  }
}

Task<PaymentReply> PaymentService::void_authorization(Context context, PaymentRequest request) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(request.purchase);
  if (!payment) co_return fail(std::move(payment).error());
  PaymentRow& row = (*payment)->row();
  if ((*payment)->is_new()) {
    row.state = PaymentState::voided;  // a tombstone: the late authorize finds it
    (*payment)->put();
    Result<PaymentReply> stopped = undone();
    co_return co_await told(*payment, std::move(stopped));
  }
  while (!row.ended()) {
    Result<Intent> intent = co_await stripe_.cancel_intent(context, row.intent, key(row, "cancel"));
    if (!intent) {
      const Error error = intent.error();
      intent = co_await stripe_.get_intent(context, row.intent);
      if (intent) note_recorded(row, "cancel", error);
    }
    if (intent && (intent->status == "canceled" || intent->status == "succeeded")) {
      take_in(**payment, *intent);
      break;
    }
    if (past(context)) co_return not_known();
    co_await runtime::sleep_for(deps_.runtime, kPause);
  }
  Result<void> durable = co_await (*payment)->flush();
  if (!durable) co_return fail(std::move(durable).error());
  if (row.state != PaymentState::captured) co_return undone();
  const Money rest{row.captured - row.refunded(), row.amount.currency};
  payment->reset();  // the refund locks it again
  if (rest.minor_units <= 0) co_return undone();
  RefundRequest whole{effect_id(request.purchase, "refund", -1), request.purchase, rest};
  Result<PaymentReply> refunded = co_await refund(context, std::move(whole));
  if (!refunded || refunded->state != EffectState::done) co_return refunded;
  co_return undone("payment.refunded");
}

Task<PaymentReply> PaymentService::refund(Context context, RefundRequest request) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(request.purchase);
  if (!payment) co_return fail(std::move(payment).error());
  PaymentRow& row = (*payment)->row();
  const std::string effect = request.effect.value;
  if (row.refunds.contains(effect)) co_return done();
  if (!(*payment)->is_new() && !row.ended() && !row.intent.empty()) {
    // A capture may have been told that a crash took back from this row.
    Result<Intent> intent = co_await stripe_.get_intent(context, row.intent);
    if (!intent) co_return fail(std::move(intent).error());
    if (intent->status == "succeeded") take_in(**payment, *intent);
  }
  if ((*payment)->is_new() || row.state != PaymentState::captured)
    co_return co_await Locked::refuse(*payment, "payment.not_captured",
                                      "there is nothing to refund");
  if (request.amount.currency != row.amount.currency || request.amount.minor_units < 1 ||
      row.refunded() + request.amount.minor_units > row.captured)
    co_return co_await Locked::refuse(*payment, "payment.refund_too_much",
                                      "more than was captured and not refunded yet");
  const std::string operation = "refund " + effect;
  for (;;) {
    Result<RefundObject> refunded = co_await stripe_.create_refund(
        context, row.intent, request.amount.minor_units, effect, key(row, operation.c_str()));
    bool found = refunded.has_value();
    if (PPS_MUTANT("line_refunded_twice") && !found) ++row.attempts[operation];
    if (!found && !PPS_MUTANT("line_refunded_twice")) {
      Result<std::vector<RefundObject>> all = co_await stripe_.list_refunds(context, row.intent);
      found = all && std::ranges::any_of(
                         *all, [&](const RefundObject& one) { return one.effect == effect; });
      // Unread, a recorded failure may have paid back: another key could pay back twice.
      if (all && !found) note_recorded(row, operation.c_str(), refunded.error());
    }
    if (found) {
      row.refunds[effect] = request.amount.minor_units;
      PPS_INVARIANT(row.refunded() <= row.captured);
      (*payment)->put();
      Result<void> durable = co_await (*payment)->flush();
      if (!durable) co_return fail(std::move(durable).error());
      co_return done();
    }
    if (refunded.error().kind == ErrorKind::invalid)
      co_return refused("payment.refund_refused", refunded.error().detail);
    if (past(context)) co_return not_known();
    co_await runtime::sleep_for(deps_.runtime, kPause);
  }
}

void PaymentService::watch_waiting() {
  const Duration at = deps_.runtime.clock.monotonic() + kLookAgain;
  watch_timer_ = deps_.runtime.timers.call_at(at, [this] {
    for (auto& host : hosts_) {
      const auto shard = host->now();
      if (!shard) continue;
      for (const auto& purchase : shard->to_look_at()) {
        auto look = [](PaymentService* self, PurchaseId id) -> boost::asio::awaitable<void> {
          const Result<void> looked = co_await self->look_again(id);
          if (!looked) log::debug("payment.look_failed", {{"purchase", id.to_string()}});
        };
        runtime::spawn(deps_.runtime.executor, look(this, purchase));
      }
    }
    watch_waiting();
  });
}

Task<void> PaymentService::look_again(PurchaseId purchase) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(purchase);
  if (!payment) co_return fail(std::move(payment).error());
  PaymentRow& row = (*payment)->row();
  if ((*payment)->is_new() || row.ended() || row.intent.empty()) {
    (*payment)->looked_at();
    co_return Result<void>{};
  }
  Context context;
  context.deadline = deps_.runtime.clock.monotonic() + kLookAgain;
  Result<Intent> intent = co_await stripe_.get_intent(context, row.intent);
  if (!intent) co_return fail(std::move(intent).error());
  (*payment)->looked_at();
  if (intent->status != "requires_confirmation" && intent->status != "processing")
    take_in(**payment, *intent);
  co_return co_await (*payment)->flush();
}

}  // namespace pps::payment
