#include "services/orchestrator/participants.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "runtime/sync.hpp"
#include "runtime/trace.hpp"

namespace pps::orchestrator {

namespace {
using ledger::Command;

constexpr Duration kFirstPause = std::chrono::milliseconds(20);
constexpr Duration kLongestPause = std::chrono::seconds(2);

/// What one exchange with a participant says, whoever it is.
struct Answer {
  EffectState state = EffectState::unknown;
  std::string code, detail, tracking, action_url;
};

Answer answer_of(EffectReply reply) {
  return {reply.state, std::move(reply.code), std::move(reply.detail), std::move(reply.tracking), {}};
}
Answer answer_of(payment::PaymentReply reply) {
  return {reply.state, std::move(reply.code), std::move(reply.detail), {}, std::move(reply.action_url)};
}

/// A payment's state says how each effect on it stands.
Answer answer_of(const payment::PaymentView& view, Command command) {
  Answer answer;
  const std::string& status = view.status;
  const bool taken = status == "captured" || status == "refunded";
  if (command.undo) {
    answer.state = status == "voided" || status == "refunded" || status == "declined" ? EffectState::undone : EffectState::done;
  } else if (command.effect == Effect::authorize) {
    if (status == "authorized" || taken) answer.state = EffectState::done;
    if (status == "requires_action") answer.state = EffectState::pending;
    if (status == "voided") answer.state = EffectState::undone;
    if (status == "declined") answer.state = EffectState::refused;
    if (status == "declined") answer.code = "payment.declined";
  } else if (taken) {
    answer.state = EffectState::done;
  }
  return answer;
}

/// One command on one line, with all that its calls need.
struct Work {
  Participants participants;
  std::shared_ptr<const PurchaseRow> row;
  Command command;
  std::int64_t line;
};

Task<Answer> look_payment(const Work& work, Context context) {
  payment::PaymentRequest request{work.row->id};
  Result<payment::PaymentView> view = co_await work.participants.payment->lookup(context, request);
  if (view) co_return answer_of(*view, work.command);
  if (view.error().kind == ErrorKind::not_found) co_return Answer{};
  co_return fail(std::move(view).error());
}

Task<Answer> look(const Work& work, Context context) {
  // A refund is named by its effect id, which the payment's view does not tell: asking again is the look-up.
  if (work.command.effect == Effect::refund) co_return Answer{};
  if (ledger::is_whole(work.command.effect)) co_return co_await look_payment(work, context);
  provisioner::LookupRequest request{line_of(*work.row, work.line), std::string(ledger::name_of(work.command.effect))};
  Result<EffectReply> reply = co_await work.participants.provisioner->lookup(context, std::move(request));
  if (!reply) co_return fail(std::move(reply).error());
  // Nothing came of what was refused, so there is nothing left to undo.
  if (work.command.undo && reply->state == EffectState::refused) reply->state = EffectState::undone;
  co_return answer_of(std::move(*reply));
}

Task<payment::PaymentReply> pay(const Work& work, Context context) {
  auto& api = *work.participants.payment;
  const PurchaseRow& row = *work.row;
  if (PPS_MUTANT("void_omitted_after_expired") && work.command.undo && row.reason == "hold.expired") return []() -> Task<payment::PaymentReply> {
    co_return payment::PaymentReply{EffectState::undone, {}, {}, {}};
  }();
  if (work.command.undo) return api.void_authorization(context, {row.id});
  if (work.command.effect == Effect::capture) return api.capture(context, {row.id, row.total});
  if (work.command.effect == Effect::refund) {
    payment::RefundRequest refund{effect_id(row.id, "refund", static_cast<int>(work.line)), row.id,
                                  row.lines[static_cast<std::size_t>(work.line)].total};
    return api.refund(context, std::move(refund));
  }
  payment::AuthorizeRequest request{row.id, row.customer, row.total, row.payment_method, work.participants.order_url + row.id.to_string()};
  return api.authorize(context, std::move(request));
}

Task<EffectReply> provision(const Work& work, Context context) {
  auto& api = *work.participants.provisioner;
  provisioner::Line line = line_of(*work.row, work.line);
  switch (work.command.effect) {
    case Effect::reserve:
      return work.command.undo ? api.unreserve(context, std::move(line)) : api.reserve(context, std::move(line));
    case Effect::prepare:
      return work.command.undo ? api.unprepare(context, std::move(line)) : api.prepare(context, std::move(line));
    case Effect::commit_hold:
      return api.commit_hold(context, std::move(line));
    default:
      return api.release(context, std::move(line));
  }
}

Task<Answer> act(const Work& work, Context context) {
  const Effect effect = work.command.effect;
  if (ledger::is_whole(effect) || effect == Effect::refund) {
    Task<payment::PaymentReply> call = pay(work, context);
    Result<payment::PaymentReply> reply = co_await std::move(call);
    if (!reply) co_return fail(std::move(reply).error());
    co_return answer_of(std::move(*reply));
  }
  Task<EffectReply> call = provision(work, context);
  Result<EffectReply> reply = co_await std::move(call);
  if (!reply) co_return fail(std::move(reply).error());
  co_return answer_of(std::move(*reply));
}

Outcome ended(Standing standing, Answer answer) {
  Outcome outcome;
  outcome.is = Outcome::Is::ended;
  outcome.standing = standing;
  outcome.code = std::move(answer.code);
  outcome.detail = std::move(answer.detail);
  outcome.tracking = std::move(answer.tracking);
  return outcome;
}

Outcome waiting(Answer answer) {
  std::string url = std::move(answer.action_url);
  Outcome outcome = ended(Standing::asked, std::move(answer));
  outcome.is = Outcome::Is::waiting;
  outcome.action_url = std::move(url);
  return outcome;
}

/// The outcome that an answer means; nothing if the participant has to be asked once more.
std::optional<Outcome> read(const Command& command, Answer answer) {
  switch (answer.state) {
    case EffectState::refused:
      return ended(Standing::refused, std::move(answer));
    case EffectState::undone:
      // What was taken back can never be released: the line is lost, as if that had been said.
      if (command == Command{Effect::release, false}) return ended(Standing::refused, std::move(answer));
      return ended(Standing::undone, std::move(answer));
    case EffectState::done:
      if (command.undo) return std::nullopt;
      return ended(Standing::done, std::move(answer));
    case EffectState::pending:
      if (command != Command{Effect::authorize, false}) return std::nullopt;
      return waiting(std::move(answer));
    case EffectState::unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

Outcome try_later(std::string code, std::string detail) {
  Outcome outcome;
  outcome.code = std::move(code);
  outcome.detail = std::move(detail);
  return outcome;
}

bool is_unknown(ErrorKind kind) { return kind == ErrorKind::unknown_outcome || kind == ErrorKind::timeout; }
}  // namespace

provisioner::Line line_of(const PurchaseRow& row, std::int64_t at) {
  const LineRow& from = row.lines[static_cast<std::size_t>(at)];
  provisioner::Line line;
  line.purchase = row.id;
  line.line = at;
  line.customer = row.customer;
  line.product = from.product;
  line.sku = from.sku;
  line.quantity = from.quantity;
  line.kind = from.kind;
  line.stock_tracked = from.stock_tracked.value_or(from.kind == "physical");
  line.name = from.name;
  line.variant = from.variant;
  line.customization = from.customization;
  // Derived from what was committed, so that a repeated reserve asks for the same.
  line.hold_expires_at_us = row.created_at_us + kHoldFor.count();
  if (row.address && from.kind == "physical") {
    const AddressRow& to = *row.address;
    line.shipping_address = {to.name, to.line1, to.line2, to.city, to.postal_code, to.region, to.country};
  }
  return line;
}

Task<Outcome> carry_out(runtime::Runtime& runtime, Participants participants, std::shared_ptr<const PurchaseRow> row,
                        Command command, std::int64_t line, Duration deadline) {
  const Work work{std::move(participants), std::move(row), command, line};
  const Context context{deadline, trace::parse(work.row->trace).value_or(TraceContext{})};
  Duration pause = kFirstPause;
  bool looking = false;  // After an unknown outcome: read before anything is asked again.
  std::string last = "effect.no_answer";
  for (int calls = 1;; ++calls) {
    Task<Answer> exchange = looking ? look(work, context) : act(work, context);
    Result<Answer> answer = co_await std::move(exchange);
    bool at_once = false;
    if (answer) {
      const EffectState state = answer->state;
      if (std::optional<Outcome> outcome = read(command, std::move(*answer))) {
        outcome->calls = calls;
        co_return std::move(*outcome);
      }
      // A look-up that finds nothing (or, for an undo, the effect still standing) says that it must be asked again.
      at_once = looking && state != EffectState::pending;
      // Begun and left off, perhaps: every command may be asked again, and only that carries it on.
      looking = !looking && state == EffectState::pending;
      last = "effect.pending";
    } else if (is_unknown(answer.error().kind)) {
      looking = true;
      last = answer.error().code;
    } else if (!looking) {
      co_return try_later(answer.error().code, answer.error().detail);
    }
    if (runtime.clock.monotonic() + pause >= deadline) co_return try_later(last, "no outcome before the deadline");
    if (at_once) continue;
    co_await runtime::sleep_for(runtime, pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace pps::orchestrator
