#include "workflow/engine.hpp"

#include "workflow/machine.hpp"

namespace pps::workflow {
namespace {

std::unexpected<Error> stale(const char* what) {
  return fail(ErrorKind::conflict, "workflow.stale",
              std::string("that ") + what + " is no longer open");
}

/// Bytes a value takes, roughly; more than the limit when it is nested too deep.
std::size_t weight(const Value& value, int depth) {
  if (depth > kMaxVariableDepth) return kMaxVariableBytes + 1;
  std::size_t total = 8;
  if (const auto* text = value.text()) total += text->size();
  if (const auto* list = value.list()) {
    for (const Value& item : *list) total += weight(item, depth + 1);
  }
  if (const auto* context = value.context()) {
    for (const auto& [name, item] : *context) total += name.size() + weight(item, depth + 1);
  }
  return total;
}

bool is_too_large(const Values& variables) {
  std::size_t total = 0;
  for (const auto& [name, value] : variables) total += name.size() + weight(value, 1);
  return total > kMaxVariableBytes;
}

}  // namespace

Result<void> Machine::apply(const Started& event) {
  state_.phase = Phase::running;
  state_.variables = event.variables;
  pending_.push_back(Move{definition_.start, 0, kNone});
  return {};
}

Result<void> Machine::apply(const JobCompleted& event) {
  const Job* open = job(event.job);
  if (!open) return stale("job");
  const Job done = *open;
  const Token at = *token(done.token);
  map_outputs(*element(done.element).task, event.variables);
  std::erase_if(state_.jobs, [&](const Job& each) { return each.id == done.id; });
  std::erase_if(state_.incidents, [&](const Incident& each) { return each.job == done.id; });
  if (element(done.element).is_for_compensation) {
    std::erase_if(state_.undos, [&](const Undo& undo) { return undo.undone_by == done.id; });
    commands_.push_back(Left{done.element});
    compensate(at.id);
    return {};
  }
  std::erase_if(state_.undos, [&](const Undo& undo) { return undo.running == done.id; });
  if (element(done.element).compensation_handler != kNone)
    state_.undos.push_back({.activity = done.element});
  close_waits(at.id);
  std::erase_if(state_.tokens, [&](const Token& each) { return each.id == at.id; });
  leave(at.element, at.scope);
  return {};
}

Result<void> Machine::apply(const JobFailed& event) {
  Job* open = job(event.job);
  if (!open) return stale("job");
  ++open->failures;
  const bool known = std::any_of(state_.incidents.begin(), state_.incidents.end(),
                                 [&](const Incident& each) { return each.job == event.job; });
  if (event.retries_left <= 0 && !known)
    raise(*token(open->token), open->element, open->id, event.code, event.detail);
  return {};
}

Result<void> Machine::apply(const ErrorThrown& event) {
  const Job* open = job(event.job);
  if (!open) return stale("job");
  merge(event.variables);
  const Job failed = *open;
  if (element(failed.element).is_for_compensation) {
    raise(*token(failed.token), failed.element, failed.id, "error.uncaught",
          "an undo cannot be refused: '" + event.code + "'");
    return {};
  }
  throw_error(event.code, Token(*token(failed.token)), failed.id);
  return {};
}

Result<void> Machine::apply(const TimerFired& event) {
  const std::optional<Timer> fired = take_timer(event.timer);
  if (!fired) return stale("timer");
  trigger(fired->token, fired->element);
  return {};
}

Result<void> Machine::apply(const TimerFailed& event) {
  const std::optional<Timer> failed = take_timer(event.timer);
  if (!failed) return stale("timer");
  raise(*token(failed->token), failed->element, 0, event.code, event.detail);
  return {};
}

Result<void> Machine::apply(const MessageArrived& event) {
  const auto found = std::find_if(
      state_.subscriptions.begin(), state_.subscriptions.end(), [&](const Subscription& each) {
        return each.name == event.name && each.correlation == event.correlation;
      });
  if (found != state_.subscriptions.end()) {
    deliver({found->id, event.variables});
    return {};
  }
  if (!event.keep)
    return fail(ErrorKind::conflict, "workflow.no_subscription",
                "nothing waits for " + event.name + " now");
  if (state_.buffered.size() >= kMaxBuffered)
    return fail(ErrorKind::conflict, "workflow.full",
                "too many messages are kept for this instance");
  state_.buffered.push_back({event.name, event.correlation, event.variables});
  return {};
}

Result<void> Machine::apply(const IncidentResolved& event) {
  const auto found = std::find_if(state_.incidents.begin(), state_.incidents.end(),
                                  [&](const Incident& each) { return each.id == event.incident; });
  if (found == state_.incidents.end()) return stale("incident");
  merge(event.variables);
  const Incident resolved = *found;
  state_.incidents.erase(found);
  if (Job* open = job(resolved.job)) {
    open->failures = 0;
    commands_.push_back(StartJob{open->id, open->element});
    return {};
  }
  const Token at = *token(resolved.token);
  if (at.element != resolved.element) {
    open_wait(at, resolved.element);
    return {};
  }
  close_waits(at.id);
  std::erase_if(state_.tokens, [&](const Token& each) { return each.id == at.id; });
  pending_.push_back(Move{at.element, at.scope, at.arrived_by});
  return {};
}

State fresh(const Definition& definition) {
  State state;
  state.definition = definition.id;
  state.version = definition.version;
  state.hash = definition.hash;
  return state;
}

Result<Step> step(const Definition& definition, State state, const Event& event) {
  if (state.definition != definition.id || state.hash != definition.hash)
    return fail(ErrorKind::internal, "workflow.wrong_definition",
                "the instance is pinned to another definition");
  if (state.phase == Phase::completed)
    return fail(ErrorKind::conflict, "workflow.finished", "the process has ended");
  if ((state.phase == Phase::fresh) != std::holds_alternative<Started>(event.what))
    return fail(ErrorKind::conflict, "workflow.stale",
                "a process is started once, before anything else");
  std::vector<Command> commands;
  ++state.steps;
  Machine machine(definition, state, event.at, commands);
  Result<void> applied =
      std::visit([&](const auto& what) { return machine.apply(what); }, event.what);
  if (applied) applied = machine.run();
  if (!applied) return fail(std::move(applied).error());
  if (is_too_large(state.variables))
    return fail(ErrorKind::invalid, "workflow.too_large",
                "the variables exceed 256 KiB or 32 levels");
  return Step{std::move(state), std::move(commands)};
}

Values job_variables(const Definition& definition, const State& state, const Job& job) {
  Values variables = state.variables;
  for (const Mapping& mapping : definition.elements[job.element].task->inputs)
    assign(variables, mapping.target, mapping.source.evaluate(state.variables));
  return variables;
}

std::vector<std::string> active_elements(const Definition& definition, const State& state) {
  std::set<ElementIndex> active;
  for (const Token& token : state.tokens) active.insert(token.element);
  for (const Job& job : state.jobs) active.insert(job.element);
  std::vector<std::string> ids;
  for (const ElementIndex at : active) ids.push_back(definition.elements[at].id);
  return ids;
}

}  // namespace pps::workflow
