#pragma once

#include <deque>

#include "workflow/engine.hpp"

/// The moving parts of `step`. Private to the engine (machine.cpp, machine_waits.cpp, engine.cpp).
namespace pps::workflow {

/// Applies one event to a state in place and notes the commands. Tokens move through a queue rather
/// than by recursion, so that no diagram can exhaust the stack.
class Machine {
 public:
  Machine(const Definition& definition, State& state, Timestamp at, std::vector<Command>& commands)
      : definition_(definition), state_(state), at_(at), commands_(commands) {}

  Result<void> apply(const Started& event);
  Result<void> apply(const JobCompleted& event);
  Result<void> apply(const JobFailed& event);
  Result<void> apply(const ErrorThrown& event);
  Result<void> apply(const TimerFired& event);
  Result<void> apply(const TimerFailed& event);
  Result<void> apply(const MessageArrived& event);
  Result<void> apply(const IncidentResolved& event);
  /// Moves tokens until all wait or none is left. Error `internal` "workflow.runaway".
  Result<void> run();

 private:
  struct Move {
    ElementIndex to;
    LocalId scope;
    FlowIndex by;
  };
  struct Delivery {  ///< A buffered message for a subscription that has just opened.
    LocalId subscription;
    Values variables;
  };

  LocalId next_id() { return ++state_.last_id; }
  const Element& element(ElementIndex at) const { return definition_.elements[at]; }
  Token* token(LocalId id);
  Job* job(LocalId id);

  // machine.cpp: the way of tokens
  void arrive(const Move& move);
  void leave(ElementIndex at, LocalId scope);
  void take(FlowIndex flow, LocalId scope);
  Token place(const Move& move);
  void decide(const Move& move);
  void fork_or_join(const Move& move);
  void end(const Move& move);
  void finish(ElementIndex end, LocalId scope);
  bool is_empty(LocalId scope) const;
  void start_job(LocalId token, ElementIndex at);
  void compensate(LocalId token);
  void throw_error(const std::string& code, const Token& from, LocalId job);
  void leave_by_boundary(LocalId host, ElementIndex boundary);

  // machine_waits.cpp: what a token waits for
  void open_boundaries(const Token& host);
  void open_wait(const Token& token, ElementIndex at);
  void set_timer(const Token& token, ElementIndex at);
  /// It does not wait any more; absent: it did not.
  std::optional<Timer> take_timer(LocalId timer);
  void subscribe(const Token& token, ElementIndex at);
  void trigger(LocalId token, ElementIndex at);
  void close_waits(LocalId token);
  void terminate(LocalId token);
  void cancel_jobs(LocalId token);
  void raise(const Token& token, ElementIndex at, LocalId job, std::string code,
             std::string detail);
  void deliver(const Delivery& delivery);
  void merge(const Values& variables);
  void map_outputs(const TaskSpec& task, const Values& variables);

  const Definition& definition_;
  State& state_;
  Timestamp at_;
  std::vector<Command>& commands_;
  std::deque<std::variant<Move, Delivery>> pending_;
};

}  // namespace pps::workflow
