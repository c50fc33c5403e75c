#include "services/orchestrator/job_handlers.hpp"

#include <algorithm>
#include <array>

namespace pps::orchestrator {

namespace {
using ledger::Command;
using workflow::JobBpmnError;
using workflow::JobDone;
using workflow::JobIncident;
using workflow::JobResult;
using workflow::JobRetry;

constexpr std::string_view kTypePrefix = "purchase.";
constexpr std::array<std::string_view, 9> kCommands{"reserve", "authorize", "prepare",   "commit_hold", "capture",
                                                    "release", "unreserve", "unprepare", "void"};

/// What must be durable before the command goes out: which effects may be on their way (so that an undo after a crash
/// knows them), that the purchase is being undone, that the money is being taken (which closes cancellation). A hold's
/// commitment and a release follow from what was read, and can be read again.
bool needs_commit(Command command) {
  return command.undo || (command.effect != Effect::commit_hold && command.effect != Effect::release);
}

JobResult answer(std::variant<JobDone, JobBpmnError, JobRetry, JobIncident> outcome) {
  JobResult result;
  result.outcome = std::move(outcome);
  return result;
}

const Outcome* first_that(const std::vector<Lesson>& lessons, bool (*wanted)(const Lesson&)) {
  const auto found = std::find_if(lessons.begin(), lessons.end(), wanted);
  return found == lessons.end() ? nullptr : &found->outcome;
}

bool has_no_outcome(const Lesson& lesson) { return lesson.outcome.is == Outcome::Is::retry; }
bool is_waiting(const Lesson& lesson) { return lesson.outcome.is == Outcome::Is::waiting; }
bool is_refused_undo(const Lesson& lesson) {
  return lesson.command.undo && lesson.outcome.is == Outcome::Is::ended && lesson.outcome.standing != Standing::undone;
}

/// The BPMN error of a refused command, as processes/purchase.bpmn catches it; the participant's own code becomes the
/// purchase's reason.
std::string error_of(Effect effect) {
  switch (effect) {
    case Effect::reserve:
      return "stock.insufficient";
    case Effect::authorize:
      return "payment.declined";
    case Effect::prepare:
      return "prepare.refused";
    case Effect::commit_hold:
      return "hold.expired";
    default:
      return "capture.refused";
  }
}

/// The whole task's answer, once every line has one. The lines' earlier outcomes count too (`after`): a second attempt
/// works on the rest only.
JobResult result_of(const PurchaseRow& after, Command command, const std::vector<Lesson>& lessons) {
  if (const Outcome* late = first_that(lessons, has_no_outcome)) return answer(JobRetry{late->code, late->detail});
  if (const Outcome* stuck = first_that(lessons, is_refused_undo))
    return answer(JobIncident{"undo.refused", stuck->code + " " + stuck->detail});
  JobDone done;
  if (command.undo || command.effect == Effect::release) return answer(std::move(done));
  for (const auto& entry : after.effects) {
    const bool ended = entry.standing == Standing::refused || entry.standing == Standing::undone;
    if (entry.effect == command.effect && ended) return answer(JobBpmnError{error_of(command.effect), {}});
  }
  if (command.effect == Effect::authorize) done.variables["requires_action"] = first_that(lessons, is_waiting) != nullptr;
  return answer(std::move(done));
}

Task<Lesson> carry_out_line(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<const PurchaseRow> row,
                            Command command, std::int64_t line, bool begins, Duration deadline) {
  const ShardSetting& setting = shard->setting();
  Result<Outcome> outcome = co_await carry_out(setting.runtime, setting.participants, row, command, line, deadline);
  Lesson lesson;
  lesson.command = command;
  lesson.line = line;
  lesson.begins = begins;
  if (outcome) lesson.outcome = std::move(*outcome);
  else lesson.outcome.code = outcome.error().code;
  co_return lesson;
}

boost::asio::awaitable<std::vector<Lesson>> carry_out_lines(std::shared_ptr<PurchaseShard> shard,
                                                            std::shared_ptr<const PurchaseRow> row, Command command,
                                                            std::vector<std::int64_t> lines, bool begins,
                                                            Duration deadline) {
  std::vector<Lesson> lessons;
  if (lines.size() == 1) {
    Result<Lesson> one = co_await carry_out_line(shard, row, command, lines.front(), begins, deadline);
    lessons.push_back(std::move(*one));
    co_return lessons;
  }
  std::vector<Task<Lesson>> tasks;
  for (const auto line : lines) tasks.push_back(carry_out_line(shard, row, command, line, begins, deadline));
  if (tasks.empty()) co_return lessons;
  std::vector<Result<Lesson>> results = co_await runtime::all_of(std::move(tasks));
  for (auto& result : results) lessons.push_back(std::move(*result));
  co_return lessons;
}

/// What the calls of a command need of a purchase, as it stands now: a copy that leaves out its history.
std::shared_ptr<PurchaseRow> facts_of(const PurchaseRow& row) {
  auto facts = std::make_shared<PurchaseRow>();
  facts->id = row.id;
  facts->customer = row.customer;
  facts->payment_method = row.payment_method;
  facts->total = row.total;
  facts->status = row.status;
  facts->reason = row.reason;
  facts->created_at_us = row.created_at_us;
  facts->lines = row.lines;
  facts->effects = row.effects;
  facts->address = row.address;
  facts->trace = row.trace;
  return facts;
}

std::size_t count_lost_lines(const PurchaseRow& row) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < row.lines.size(); ++i) count += ledger::is_lost_line(row, static_cast<std::int64_t>(i)) ? 1 : 0;
  return count;
}

std::vector<std::int64_t> lost_lines(const PurchaseRow& row, Command command) {
  std::vector<std::int64_t> lines;
  for (std::size_t i = 0; i < row.lines.size(); ++i) {
    const auto line = static_cast<std::int64_t>(i);
    if (!ledger::is_lost_line(row, line)) continue;
    const Standing now = ledger::standing(row, command.effect, line);
    const bool to_do = command.undo ? now == Standing::asked || now == Standing::done : now != Standing::done;
    if (to_do) lines.push_back(line);
  }
  return lines;
}
}  // namespace

std::optional<Command> command_of(const workflow::Element& element) {
  if (!element.task) return std::nullopt;
  std::string_view type = element.task->type;
  if (!type.starts_with(kTypePrefix)) return std::nullopt;
  return ledger::command_of(type.substr(kTypePrefix.size()));
}

boost::asio::awaitable<std::vector<Lesson>> carry_out_all(std::shared_ptr<PurchaseShard> shard,
                                                          std::shared_ptr<const PurchaseRow> row, Command command,
                                                          Duration deadline) {
  std::vector<std::int64_t> lines = ledger::open_lines(*row, command);
  co_return co_await carry_out_lines(shard, row, command, std::move(lines), false, deadline);
}

boost::asio::awaitable<std::vector<Lesson>> give_lost_lines_back(std::shared_ptr<PurchaseShard> shard,
                                                                 std::shared_ptr<const PurchaseRow> row,
                                                                 Duration deadline) {
  std::vector<Lesson> lessons;
  for (const Command command : {Command{Effect::refund, false}, Command{Effect::prepare, true}, Command{Effect::reserve, true}}) {
    std::vector<std::int64_t> lines = lost_lines(*row, command);
    std::vector<Lesson> some = co_await carry_out_lines(shard, row, command, std::move(lines), true, deadline);
    for (auto& lesson : some) lessons.push_back(std::move(lesson));
  }
  co_return lessons;
}

std::shared_ptr<const PurchaseRow> row_after(const PurchaseRow& row, const std::vector<Lesson>& lessons) {
  std::shared_ptr<PurchaseRow> after = facts_of(row);
  for (const auto& lesson : lessons) {
    if (lesson.begins) ledger::begin_line(*after, lesson.command, lesson.line);
    const Outcome& outcome = lesson.outcome;
    const bool kept = outcome.is == Outcome::Is::ended && !(lesson.command.undo && outcome.standing != Standing::undone);
    if (kept) ledger::record(*after, lesson.command.effect, lesson.line, outcome.standing, outcome.code);
  }
  return after;
}

Task<JobResult> JobHandlers::run(std::shared_ptr<PurchaseShard> shard, workflow::JobCall call) {
  const std::shared_ptr<LivePurchase> purchase = shard->find(PurchaseId{call.instance});
  const std::optional<Command> command = command_of(*call.element);
  if (!purchase || !command) co_return answer(JobIncident{"effect.unknown", "no purchase or no such command"});
  if (!ledger::is_begun(purchase->row, *command)) {
    const auto violation = ledger::violation(purchase->row, *command);
    co_return answer(JobIncident{"effect.precondition", violation.value_or("the command was not begun")});
  }
  // What a job did is recorded by the step that ends it: if it is done before the job has done anything, another did it.
  const bool for_good = !command->undo && (command->effect == Effect::capture || command->effect == Effect::release);
  if (for_good && ledger::all(purchase->row, command->effect, Standing::done)) {
    shard->leave_process(*purchase);
    co_return answer(JobIncident{"effect.repeated", "what cannot be undone was to be done again"});
  }
  if (needs_commit(*command)) {
    Result<void> durable = co_await shard->flush();
    if (!durable) co_return answer(JobRetry{durable.error().code, durable.error().detail});
  }
  const std::shared_ptr<const PurchaseRow> row = facts_of(purchase->row);
  std::vector<Lesson> lessons = co_await carry_out_all(shard, row, *command, call.deadline);
  std::shared_ptr<const PurchaseRow> after = row_after(purchase->row, lessons);
  JobResult result = result_of(*after, *command, lessons);
  if (count_lost_lines(*after) > count_lost_lines(*row)) {
    // That a line is lost has to be kept before anything is given back for it: the next attempt does.
    result = answer(JobRetry{"line.lost", "a line can never be released"});
  } else if (*command == Command{Effect::release, false} && count_lost_lines(*row) > 0) {
    Result<void> durable = co_await shard->flush();
    if (!durable) co_return answer(JobRetry{durable.error().code, durable.error().detail});
    std::vector<Lesson> given_back = co_await give_lost_lines_back(shard, row, call.deadline);
    for (auto& lesson : given_back) lessons.push_back(std::move(lesson));
    result = result_of(*row_after(*row, lessons), *command, lessons);
  }
  purchase->lessons[call.job] = std::move(lessons);
  co_return result;
}

void JobHandlers::install(const std::shared_ptr<PurchaseShard>& shard) {
  for (const auto command : kCommands) {
    std::string type = std::string(kTypePrefix).append(command);
    shard->runner().handle(std::move(type), [weak = std::weak_ptr(shard)](workflow::JobCall call) -> Task<JobResult> {
      auto alive = weak.lock();
      if (!alive) return []() -> Task<JobResult> { co_return fail(ErrorKind::unavailable, "shard.closed"); }();
      return run(std::move(alive), std::move(call));
    });
  }
}

}  // namespace pps::orchestrator
