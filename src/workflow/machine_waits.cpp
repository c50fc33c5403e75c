#include "workflow/machine.hpp"

namespace pps::workflow {

void Machine::open_boundaries(const Token& host) {
  for (const ElementIndex boundary : element(host.element).boundaries) {
    if (element(boundary).event != EventKind::error) open_wait(host, boundary);
  }
}

/// @param at the token's own element, or one of its boundary events.
void Machine::open_wait(const Token& token, ElementIndex at) {
  if (element(at).event == EventKind::timer) return set_timer(token, at);
  subscribe(token, at);
}

void Machine::set_timer(const Token& token, ElementIndex at) {
  const TimerSpec& spec = *element(at).timer;
  const Value value = spec.expression.evaluate(state_.variables);
  std::optional<Timestamp> due;
  if (value.text() && spec.is_date) {
    due = parse_rfc3339(*value.text());
  } else if (value.text()) {
    if (const auto duration = parse_duration(*value.text())) due = at_ + *duration;
  }
  if (!due)
    return raise(token, at, 0, "timer.invalid", spec.expression.text() + " is " + to_feel(value));
  const Timer timer{.id = next_id(), .token = token.id, .element = at, .due = *due};
  state_.timers.push_back(timer);
  commands_.push_back(SetTimer{timer.id, at, timer.due});
}

std::optional<Timer> Machine::take_timer(LocalId timer) {
  const auto found = std::ranges::find(state_.timers, timer, &Timer::id);
  if (found == state_.timers.end()) return std::nullopt;
  const Timer taken = *found;
  state_.timers.erase(found);
  return taken;
}

void Machine::subscribe(const Token& token, ElementIndex at) {
  const MessageSpec& spec = *element(at).message;
  const Value key = spec.correlation.evaluate(state_.variables);
  std::string correlation;
  if (key.text()) {
    correlation = *key.text();
  } else if (key.number()) {
    correlation = key.number()->to_string();
  } else if (!spec.correlation.text().empty()) {
    return raise(token, at, 0, "message.no_correlation",
                 spec.correlation.text() + " is " + to_feel(key));
  }
  const Subscription opened{next_id(), token.id, at, spec.name, correlation};
  state_.subscriptions.push_back(opened);
  commands_.push_back(OpenSubscription{opened.id, at, opened.name, opened.correlation});
  const auto kept =
      std::find_if(state_.buffered.begin(), state_.buffered.end(), [&](const Buffered& message) {
        return message.name == opened.name && message.correlation == opened.correlation;
      });
  if (kept == state_.buffered.end()) return;
  pending_.push_back(Delivery{opened.id, std::move(kept->variables)});
  state_.buffered.erase(kept);
}

void Machine::deliver(const Delivery& delivery) {
  const auto found =
      std::find_if(state_.subscriptions.begin(), state_.subscriptions.end(),
                   [&](const Subscription& s) { return s.id == delivery.subscription; });
  if (found == state_.subscriptions.end()) return;
  merge(delivery.variables);
  const Subscription hit = *found;
  trigger(hit.token, hit.element);
}

/// The event at `at` happened for the token: its own, or a boundary event's.
void Machine::trigger(LocalId id, ElementIndex at) {
  const Token waiting = *token(id);
  if (waiting.element != at) {
    if (element(at).interrupting) return leave_by_boundary(id, at);
    pending_.push_back(Move{at, waiting.scope, kNone});
    return;
  }
  close_waits(id);
  std::erase_if(state_.tokens, [&](const Token& t) { return t.id == id; });
  leave(at, waiting.scope);
}

void Machine::close_waits(LocalId of) {
  for (const Timer& timer : state_.timers) {
    if (timer.token == of) commands_.push_back(CancelTimer{timer.id, timer.element});
  }
  std::erase_if(state_.timers, [&](const Timer& timer) { return timer.token == of; });
  for (const Subscription& open : state_.subscriptions) {
    if (open.token == of) commands_.push_back(CloseSubscription{open.id, open.element});
  }
  std::erase_if(state_.subscriptions, [&](const Subscription& open) { return open.token == of; });
  std::erase_if(state_.incidents, [&](const Incident& incident) { return incident.token == of; });
}

void Machine::cancel_jobs(LocalId of) {
  for (const Job& open : state_.jobs) {
    if (open.token != of) continue;
    commands_.push_back(CancelJob{open.id, open.element});
    // What was interrupted may have happened: it stays to be undone, and an undo that was cut off
    // is begun again.
    for (Undo& undo : state_.undos) {
      if (undo.running == open.id) undo.running = 0;
      if (undo.undone_by == open.id) undo.undone_by = 0;
    }
  }
  std::erase_if(state_.jobs, [&](const Job& open) { return open.token == of; });
}

void Machine::terminate(LocalId id) {
  std::vector<LocalId> doomed{id};
  for (std::size_t i = 0; i < doomed.size(); ++i) {
    for (const Token& inner : state_.tokens) {
      if (inner.scope == doomed[i]) doomed.push_back(inner.id);
    }
    const LocalId scope = doomed[i];
    std::erase_if(pending_, [&](const auto& next) {
      const Move* move = std::get_if<Move>(&next);
      return move && move->scope == scope;
    });
  }
  for (auto at = doomed.rbegin(); at != doomed.rend(); ++at) {
    const Token ended = *token(*at);
    cancel_jobs(ended.id);
    close_waits(ended.id);
    if (ended.id != id) commands_.push_back(Left{ended.element});
    std::erase_if(state_.tokens, [&](const Token& t) { return t.id == ended.id; });
  }
}

void Machine::raise(const Token& token, ElementIndex at, LocalId of_job, std::string code,
                    std::string detail) {
  const Incident raised{next_id(), token.id, of_job, at, std::move(code), std::move(detail)};
  state_.incidents.push_back(raised);
  commands_.push_back(RaiseIncident{raised.id, at, raised.code, raised.detail});
}

void Machine::merge(const Values& variables) {
  for (const auto& [name, value] : variables) state_.variables.insert_or_assign(name, value);
}

void Machine::map_outputs(const TaskSpec& task, const Values& variables) {
  if (task.outputs.empty()) return merge(variables);
  Values visible = state_.variables;
  for (const auto& [name, value] : variables) visible.insert_or_assign(name, value);
  for (const Mapping& mapping : task.outputs)
    assign(state_.variables, mapping.target, mapping.source.evaluate(visible));
}

}  // namespace pps::workflow
