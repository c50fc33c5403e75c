#pragma once

#include <string>
#include <variant>
#include <vector>

#include "workflow/state.hpp"

/// The process engine itself: a pure function. It reads no clock, no store and no random number;
/// the same definition, state and event give the same step for ever, which is what recovery and the
/// simulation rest on.
namespace pps::workflow {

struct Started {
  Values variables;
};
struct JobCompleted {
  LocalId job = 0;
  Values variables;
};
/// An attempt failed. With `retries_left` > 0 the job stays (the runner tries again), else an
/// incident is raised.
struct JobFailed {
  LocalId job = 0;
  int retries_left = 0;
  std::string code;
  std::string detail;
};
/// The job ended with a BPMN error: an answer, not a fault. Without a boundary event for it: an
/// incident.
struct ErrorThrown {
  LocalId job = 0;
  std::string code;
  Values variables;
};
struct TimerFired {
  LocalId timer = 0;
};
/// The step of a timer's firing could not be taken (a runaway loop, variables too large): an incident stands in the timer's
/// place, and resolving it sets the timer anew.
struct TimerFailed {
  LocalId timer = 0;
  std::string code;
  std::string detail;
};
struct MessageArrived {
  std::string name;
  std::string
      correlation;  ///< Must equal the subscription's, which is "" if its element names none.
  Values variables;
  bool keep = false;  ///< Without an open subscription: keep it for later rather than refuse it.
};
/// Tries again what the incident stopped: the job is started anew under its id, or the gateway's
/// conditions read again.
struct IncidentResolved {
  LocalId incident = 0;
  Values variables;  ///< Merged first: the correction.
};

struct Event {
  Timestamp at{};  ///< When it happened; timers count from it.
  std::variant<Started, JobCompleted, JobFailed, ErrorThrown, TimerFired, TimerFailed,
               MessageArrived, IncidentResolved>
      what;
};

/// What the job is given: job_variables.
struct StartJob {
  LocalId job = 0;
  ElementIndex element = kNone;  ///< Type, effect, headers: Definition::element(element).task.
  bool operator==(const StartJob&) const = default;
};
/// The job's answer is no longer wanted: a late one is refused `workflow.stale`.
struct CancelJob {
  LocalId job = 0;
  ElementIndex element = kNone;
  bool operator==(const CancelJob&) const = default;
};
struct SetTimer {
  LocalId timer = 0;
  ElementIndex element = kNone;
  Timestamp due{};
  bool operator==(const SetTimer&) const = default;
};
struct CancelTimer {
  LocalId timer = 0;
  ElementIndex element = kNone;
  bool operator==(const CancelTimer&) const = default;
};
struct OpenSubscription {
  LocalId subscription = 0;
  ElementIndex element = kNone;
  std::string name;
  std::string correlation;
  bool operator==(const OpenSubscription&) const = default;
};
struct CloseSubscription {
  LocalId subscription = 0;
  ElementIndex element = kNone;
  bool operator==(const CloseSubscription&) const = default;
};
struct RaiseIncident {
  LocalId incident = 0;
  ElementIndex element = kNone;
  std::string code;
  std::string detail;
  bool operator==(const RaiseIncident&) const = default;
};
/// A token reached or left an element: for timelines and pictures; asks nothing of the runner.
struct Entered {
  ElementIndex element = kNone;
  bool operator==(const Entered&) const = default;
};
struct Left {
  ElementIndex element = kNone;
  bool operator==(const Left&) const = default;
};
/// No token is left: the instance is over.
struct Completed {
  ElementIndex end = kNone;
  bool operator==(const Completed&) const = default;
};
using Command = std::variant<StartJob, CancelJob, SetTimer, CancelTimer, OpenSubscription,
                             CloseSubscription, RaiseIncident, Entered, Left, Completed>;

inline constexpr std::size_t kMaxVariableBytes = 256 << 10;
inline constexpr int kMaxVariableDepth = 32;

struct Step {
  State state;
  std::vector<Command> commands;  ///< In the order they came about.
};

/// Errors: `conflict` "workflow.stale" (the job, timer or incident is no longer there: a late or
/// doubled event, drop it), "workflow.finished", "workflow.no_subscription" (no element waits for
/// that message now), "workflow.full" (kMaxBuffered); `invalid` "workflow.too_large" (variables
/// over kMaxVariableBytes or nested deeper than kMaxVariableDepth); `internal`
/// "workflow.wrong_definition", "workflow.runaway" (a loop without a wait).
Result<Step> step(const Definition& definition, State state, const Event& event);

/// The fresh state of an instance pinned to `definition`; the first event is Started.
State fresh(const Definition& definition);

/// The variables an open job is given, after its input mappings.
Values job_variables(const Definition& definition, const State& state, const Job& job);

/// Ids of the elements that have a token, each once: what the page marks.
std::vector<std::string> active_elements(const Definition& definition, const State& state);

}  // namespace pps::workflow
