#include <algorithm>

#include "services/orchestrator/closer.hpp"
#include "services/orchestrator/job_handlers.hpp"
#include "services/orchestrator/purchase_events.hpp"
#include "services/orchestrator/purchase_shard.hpp"
#include "services/orchestrator/timeline.hpp"

/// What a step of the process means for the purchase: ledger, timeline, status and incidents.
namespace pps::orchestrator {

namespace {
/// What the participant said when it refused the job's command.
std::optional<std::string> refusal_of(const PurchaseRow& row, const workflow::StepView& view, workflow::LocalId id) {
  const auto& jobs = view.before.jobs;
  const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const auto& one) { return one.id == id; });
  if (job == jobs.end()) return std::nullopt;
  const auto command = command_of(view.definition.element(job->element));
  for (const auto& entry : row.effects)
    if (command && entry.effect == command->effect && entry.standing == Standing::refused && !entry.code.empty())
      return entry.code;
  return std::nullopt;
}

void take_payment(PurchaseRow& row, const workflow::Values& variables, Timestamp now) {
  const auto confirmed = variables.find("confirmed");
  const bool* yes = confirmed == variables.end() ? nullptr : confirmed->second.boolean();
  if (yes && *yes) {
    if (ledger::standing(row, Effect::authorize, -1) != Standing::asked) return;
    ledger::record(row, Effect::authorize, -1, Standing::done);
    timeline::add(row, now, {"authorize", "completed"});
    return;
  }
  // Not recorded as refused: the authorization is voided, so that it can never be taken up again.
  const auto code = variables.find("payment_code");
  const std::string* text = code == variables.end() ? nullptr : code->second.text();
  if (row.reason.empty()) row.reason = text && !text->empty() ? *text : "payment.declined";
}

/// Only a timer undoes without saying why.
std::string reason_of_timer(const PurchaseRow& row) {
  const bool customer = row.status == Status::awaiting_payment || row.status == Status::in_review;
  return customer ? "payment.not_confirmed" : "purchase.expired";
}
}  // namespace

void PurchaseShard::on_step(const workflow::StepView& view, storage::Decision& decision) {
  const std::shared_ptr<LivePurchase> purchase = find(PurchaseId{view.instance});
  if (!purchase || purchase->row.is_final()) return;
  take_event(*purchase, view);
  for (const auto& command : view.commands) take_command(*purchase, view, command);
  put(*purchase, decision);
  if (purchase->row.is_final()) archive_later(purchase);
  else if (purchase->row.closing) Closer::start(shared_from_this(), purchase);
}

void PurchaseShard::take_event(LivePurchase& purchase, const workflow::StepView& view) {
  PurchaseRow& row = purchase.row;
  const Timestamp now = setting_.runtime.clock.now();
  if (const auto* completed = std::get_if<workflow::JobCompleted>(&view.event.what)) {
    apply_lessons(purchase, completed->job);
  } else if (const auto* thrown = std::get_if<workflow::ErrorThrown>(&view.event.what)) {
    apply_lessons(purchase, thrown->job);
    if (row.reason.empty()) row.reason = refusal_of(row, view, thrown->job).value_or(thrown->code);
  } else if (const auto* failed = std::get_if<workflow::JobFailed>(&view.event.what)) {
    apply_lessons(purchase, failed->job);
    const auto& jobs = view.before.jobs;
    const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const auto& one) { return one.id == failed->job; });
    // One entry for a row of failures: the next one comes with the outcome or the incident.
    if (job != jobs.end() && job->failures == 0) {
      const auto command = command_of(view.definition.element(job->element));
      if (command) timeline::add(row, now, {ledger::name_of(command->effect), "retrying", std::nullopt, -1, failed->code});
    }
  } else if (const auto* message = std::get_if<workflow::MessageArrived>(&view.event.what)) {
    if (message->name == kCancelMessage) {
      row.cancel_asked = true;
      row.reason = "customer.cancelled";
    } else if (message->name == kPaymentMessage) {
      take_payment(row, message->variables, now);
    }
  } else if (const auto* resolved = std::get_if<workflow::IncidentResolved>(&view.event.what)) {
    std::erase_if(row.incidents, [&](const auto& one) { return one.number == resolved->incident; });
    row.attention = !row.incidents.empty();
  }
}

void PurchaseShard::take_command(LivePurchase& purchase, const workflow::StepView& view, const workflow::Command& command) {
  PurchaseRow& row = purchase.row;
  const Timestamp now = setting_.runtime.clock.now();
  if (const auto* start = std::get_if<workflow::StartJob>(&command)) {
    const auto asked = command_of(view.definition.element(start->element));
    // What the ledger does not allow is not begun, and its handler makes an incident of it.
    if (!asked || ledger::violation(row, *asked)) return;
    if (asked->undo && row.reason.empty()) row.reason = reason_of_timer(row);
    ledger::begin(row, *asked);
    timeline::command_begun(row, now, *asked);
  } else if (const auto* raised = std::get_if<workflow::RaiseIncident>(&command)) {
    IncidentRow incident;
    incident.number = raised->incident;
    incident.element_id = view.definition.element(raised->element).id;
    incident.code = raised->code;
    incident.detail = raised->detail;
    incident.since_us = to_unix_us(now);
    row.incidents.push_back(std::move(incident));
    row.attention = true;
  } else if (const auto* left = std::get_if<workflow::Left>(&command)) {
    if (std::find(row.passed.begin(), row.passed.end(), left->element) == row.passed.end())
      row.passed.push_back(left->element);
  } else if (std::holds_alternative<workflow::Completed>(command)) {
    process_over(purchase);
  }
}

void PurchaseShard::leave_process(LivePurchase& purchase) {
  storage::Decision decision;
  const Result<void> left = runner_->abandon(purchase.row.id.value, decision);
  if (!left) return;  // ended meanwhile
  process_over(purchase);
  put(purchase, decision);
  shard_->enqueue(std::move(decision));
  const std::shared_ptr<LivePurchase> shared = find(purchase.row.id);
  if (purchase.row.is_final()) archive_later(shared);
  else Closer::start(shared_from_this(), shared);
}

void PurchaseShard::process_over(LivePurchase& purchase) {
  if (try_end(purchase)) return;
  // The diagram came to its end and the ledger has not: the promise is kept without the diagram.
  purchase.row.closing = true;
  raise(purchase, "process.ended_early", "The process ended with effects that are neither released nor undone.");
}

bool PurchaseShard::try_end(LivePurchase& purchase) {
  PurchaseRow& row = purchase.row;
  const ledger::Settlement settlement = ledger::settlement(row);
  if (settlement == ledger::Settlement::open) return false;
  const Timestamp now = setting_.runtime.clock.now();
  const bool delivered = settlement == ledger::Settlement::fulfilled && ledger::any(row, Effect::release, Standing::done);
  if (delivered) {
    timeline::add(row, now, {"purchase", "completed", Status::completed});
  } else if (row.cancel_asked) {
    timeline::add(row, now, {"cancel", "completed", Status::cancelled, -1, row.reason});
  } else {
    if (row.reason.empty()) row.reason = settlement == ledger::Settlement::fulfilled ? "release.impossible" : "purchase.failed";
    timeline::add(row, now, {"purchase", "failed", Status::failed, -1, row.reason});
  }
  row.action_url.clear();
  row.closing = false;
  std::erase_if(row.incidents, [](const auto& one) { return one.number < kOwnIncidents; });
  row.attention = !row.incidents.empty();
  purchase.lessons.clear();
  events_.push_back(purchase_event("purchase." + std::string(timeline::name_of(row.status)), row));
  return true;
}

void PurchaseShard::apply_lessons(LivePurchase& purchase, workflow::LocalId job) {
  const auto found = purchase.lessons.find(job);
  if (found == purchase.lessons.end()) return;
  const std::vector<Lesson> lessons = std::move(found->second);
  purchase.lessons.erase(found);
  for (const auto& lesson : lessons) apply(purchase, lesson);
  if (!lessons.empty()) note_progress(purchase, lessons.front().command);
}

void PurchaseShard::note_progress(LivePurchase& purchase, ledger::Command command) {
  PurchaseRow& row = purchase.row;
  const bool over = ledger::open_lines(row, command).empty();
  const bool waits = command == ledger::Command{Effect::authorize, false} && !over;
  if (!over || waits) return;
  // A refused line has its entry already.
  const bool done = command.undo || ledger::all(row, command.effect, Standing::done) ||
                    (command.effect == Effect::release && ledger::any(row, command.effect, Standing::done));
  if (done) timeline::command_ended(row, setting_.runtime.clock.now(), command, true, {});
}

void PurchaseShard::apply(LivePurchase& purchase, const Lesson& lesson) {
  PurchaseRow& row = purchase.row;
  const Timestamp now = setting_.runtime.clock.now();
  if (lesson.begins) ledger::begin_line(row, lesson.command, lesson.line);
  ledger::count_attempts(row, lesson.command.effect, lesson.line, lesson.outcome.calls);
  const Outcome& outcome = lesson.outcome;
  if (outcome.is == Outcome::Is::waiting) {
    row.action_url = outcome.action_url;
    const Status status = outcome.action_url.empty() ? Status::in_review : Status::awaiting_payment;
    if (row.status != status) timeline::add(row, now, {"authorize", "started", status, -1, outcome.code});
    return;
  }
  if (outcome.is != Outcome::Is::ended) return;
  if (lesson.command.undo && outcome.standing != Standing::undone) return;
  const Standing before = ledger::standing(row, lesson.command.effect, lesson.line);
  ledger::record(row, lesson.command.effect, lesson.line, outcome.standing, outcome.code);
  const std::string_view step = ledger::name_of(lesson.command.effect);
  if (!lesson.command.undo && before != outcome.standing && outcome.standing != Standing::done)
    timeline::add(row, now, {step, "failed", std::nullopt, lesson.line, outcome.code});
  if (lesson.line < 0 || outcome.standing != Standing::done) return;
  LineRow& line = row.lines[static_cast<std::size_t>(lesson.line)];
  if (lesson.command.effect == Effect::release) line.tracking = outcome.tracking;
  if (lesson.command.effect == Effect::refund && line.refunded_at_us == 0) {
    line.refunded = line.total.minor_units;
    line.refunded_at_us = to_unix_us(now);
    timeline::add(row, now, {step, "completed", std::nullopt, lesson.line});
  }
}

}  // namespace pps::orchestrator
