#include "workflow/machine.hpp"

namespace pps::workflow {
namespace {
constexpr int kMaxMoves = 10'000;  // In one step: more is a loop without a wait.
}

Token* Machine::token(LocalId id) {
  const auto found = std::find_if(state_.tokens.begin(), state_.tokens.end(),
                                  [&](const Token& t) { return t.id == id; });
  return found == state_.tokens.end() ? nullptr : &*found;
}

Job* Machine::job(LocalId id) {
  const auto found = std::find_if(state_.jobs.begin(), state_.jobs.end(),
                                  [&](const Job& j) { return j.id == id; });
  return found == state_.jobs.end() ? nullptr : &*found;
}

Result<void> Machine::run() {
  for (int moves = 0; !pending_.empty(); ++moves) {
    if (moves == kMaxMoves)
      return fail(ErrorKind::internal, "workflow.runaway", "the process loops without a wait");
    const auto next = std::move(pending_.front());
    pending_.pop_front();
    if (const Move* move = std::get_if<Move>(&next)) {
      arrive(*move);
    } else {
      deliver(std::get<Delivery>(next));
    }
  }
  return {};
}

void Machine::arrive(const Move& move) {
  const Element& at = element(move.to);
  commands_.push_back(Entered{move.to});
  switch (at.kind) {
    case ElementKind::start_event:
    case ElementKind::boundary_event:
      return leave(move.to, move.scope);
    case ElementKind::end_event:
      return end(move);
    case ElementKind::throw_event:
      if (at.event != EventKind::compensation) return leave(move.to, move.scope);
      return compensate(place(move).id);
    case ElementKind::exclusive_gateway:
      return decide(move);
    case ElementKind::parallel_gateway:
      return fork_or_join(move);
    case ElementKind::catch_event:
      return open_wait(place(move), move.to);
    case ElementKind::receive_task: {
      const Token waiting = place(move);
      open_boundaries(waiting);
      return open_wait(waiting, move.to);
    }
    case ElementKind::service_task:
    case ElementKind::user_task: {
      const Token working = place(move);
      open_boundaries(working);
      return start_job(working.id, move.to);
    }
    case ElementKind::sub_process: {
      const Token around = place(move);
      open_boundaries(around);
      pending_.push_back(Move{at.start, around.id, kNone});
    }
  }
}

Token Machine::place(const Move& move) {
  const Token placed{.id = next_id(), .scope = move.scope, .element = move.to, .arrived_by = kNone};
  state_.tokens.push_back(placed);
  return placed;
}

void Machine::leave(ElementIndex at, LocalId scope) {
  commands_.push_back(Left{at});
  for (const FlowIndex flow : element(at).outgoing) take(flow, scope);
}

void Machine::take(FlowIndex flow, LocalId scope) {
  pending_.push_back(Move{definition_.flows[flow].to, scope, flow});
}

void Machine::decide(const Move& move) {
  const Element& gateway = element(move.to);
  for (const FlowIndex at : gateway.outgoing) {
    const Flow& flow = definition_.flows[at];
    if (at == gateway.default_flow) continue;
    const Value answer = flow.condition ? flow.condition->evaluate(state_.variables) : Value(true);
    if (!answer.boolean())
      return raise(place(move), move.to, 0, "gateway.not_boolean",
                   flow.id + ": " + flow.condition->text());
    if (!*answer.boolean()) continue;
    commands_.push_back(Left{move.to});
    return take(at, move.scope);
  }
  if (gateway.default_flow == kNone)
    return raise(place(move), move.to, 0, "gateway.no_flow",
                 "no condition holds and there is no default flow");
  commands_.push_back(Left{move.to});
  take(gateway.default_flow, move.scope);
}

void Machine::fork_or_join(const Move& move) {
  const Element& gateway = element(move.to);
  if (gateway.incoming.size() < 2) return leave(move.to, move.scope);
  place(move);
  state_.tokens.back().arrived_by = move.by;
  std::vector<LocalId> used;
  for (const FlowIndex flow : gateway.incoming) {
    const auto waiting =
        std::find_if(state_.tokens.begin(), state_.tokens.end(), [&](const Token& t) {
          return t.element == move.to && t.scope == move.scope && t.arrived_by == flow;
        });
    if (waiting == state_.tokens.end()) return;
    used.push_back(waiting->id);
  }
  std::erase_if(state_.tokens, [&](const Token& t) {
    return std::find(used.begin(), used.end(), t.id) != used.end();
  });
  leave(move.to, move.scope);
}

void Machine::end(const Move& move) {
  const Element& at = element(move.to);
  if (at.event == EventKind::compensation) return compensate(place(move).id);
  if (at.event == EventKind::error) {
    const Token thrown = place(move);
    return throw_error(at.error_code, thrown, 0);
  }
  finish(move.to, move.scope);
}

bool Machine::is_empty(LocalId scope) const {
  const auto here = [&](const auto& each) { return each.scope == scope; };
  if (std::any_of(state_.tokens.begin(), state_.tokens.end(), here)) return false;
  return std::none_of(pending_.begin(), pending_.end(), [&](const auto& next) {
    const Move* move = std::get_if<Move>(&next);
    return move && here(*move);
  });
}

void Machine::finish(ElementIndex end, LocalId scope) {
  commands_.push_back(Left{end});
  if (!is_empty(scope)) return;
  if (scope == 0) {
    state_.phase = Phase::completed;
    state_.ended_at = end;
    state_.undos.clear();
    state_.buffered.clear();
    commands_.push_back(Completed{end});
    return;
  }
  const Token around = *token(scope);
  close_waits(around.id);
  std::erase_if(state_.tokens, [&](const Token& t) { return t.id == around.id; });
  leave(around.element, around.scope);
}

void Machine::start_job(LocalId of, ElementIndex at) {
  const Element& task = element(at);
  const Job started{.id = next_id(), .token = of, .element = at};
  state_.jobs.push_back(started);
  if (task.compensation_handler != kNone && !task.task->effect.empty())
    state_.undos.push_back({.activity = at, .running = started.id});
  commands_.push_back(StartJob{started.id, at});
}

/// Undoes the next activity of the throw event's reach, the last completed first; goes on when
/// nothing is left.
void Machine::compensate(LocalId thrower) {
  const Token at = *token(thrower);
  const Element& event = element(at.element);
  const auto next = std::find_if(state_.undos.rbegin(), state_.undos.rend(), [&](const Undo& undo) {
    if (undo.running != 0 || undo.undone_by != 0) return false;
    return event.compensates == kNone ? definition_.within(undo.activity, event.parent)
                                      : undo.activity == event.compensates;
  });
  if (next != state_.undos.rend()) {
    const ElementIndex handler = element(next->activity).compensation_handler;
    commands_.push_back(Entered{handler});
    next->undone_by = state_.last_id + 1;
    return start_job(thrower, handler);
  }
  std::erase_if(state_.tokens, [&](const Token& t) { return t.id == thrower; });
  if (event.kind == ElementKind::end_event) return finish(at.element, at.scope);
  leave(at.element, at.scope);
}

/// Looks outwards from `from` for an activity with a boundary event for the code; one that names it
/// goes before one that catches all.
void Machine::throw_error(const std::string& code, const Token& from, LocalId of_job) {
  for (const Token* at = &from; at; at = token(at->scope)) {
    ElementIndex caught = kNone;
    for (const ElementIndex boundary : element(at->element).boundaries) {
      const Element& event = element(boundary);
      if (event.event != EventKind::error) continue;
      if (event.error_code == code || (event.error_code.empty() && caught == kNone))
        caught = boundary;
    }
    if (caught == kNone) continue;
    for (Undo& undo : state_.undos) {
      if (undo.running == of_job) undo.running = 0;
    }
    std::erase_if(state_.jobs, [&](const Job& ended) { return ended.id == of_job; });
    return leave_by_boundary(at->id, caught);
  }
  raise(from, from.element, of_job, "error.uncaught", "no boundary event catches '" + code + "'");
}

void Machine::leave_by_boundary(LocalId host, ElementIndex boundary) {
  const Token left = *token(host);
  terminate(host);
  commands_.push_back(Left{left.element});
  pending_.push_back(Move{boundary, left.scope, kNone});
}

}  // namespace pps::workflow
