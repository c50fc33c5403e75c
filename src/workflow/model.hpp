#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/feel.hpp"

/// What a BPMN 2.0 file means to the engine: an immutable graph. Made by read_bpmn
/// (bpmn_reader.hpp).
namespace pps::workflow {

/// Position in Definition::elements / flows. Stable for one file, so instances (pinned to a
/// definition) store it.
using ElementIndex = std::uint16_t;
using FlowIndex = std::uint16_t;
inline constexpr std::uint16_t kNone = 0xFFFF;

enum class ElementKind : std::uint8_t {
  start_event,
  end_event,
  catch_event,  ///< Intermediate.
  throw_event,  ///< Intermediate.
  boundary_event,
  service_task,
  receive_task,
  user_task,  ///< A job of type kUserTaskType.
  exclusive_gateway,
  parallel_gateway,
  sub_process,  ///< Embedded.
};
inline constexpr std::string_view kUserTaskType = "io.camunda.zeebe:userTask";

enum class EventKind : std::uint8_t { none, message, timer, error, compensation };

struct Mapping {
  Expression source;
  std::vector<std::string> target;  ///< A path: `a.b` is {"a", "b"}.
};

/// What a service or user task asks of a worker.
struct TaskSpec {
  std::string type;
  int retries = 3;  ///< Attempts in all, 1 … 1000 (zeebe:taskDefinition retries).
  std::map<std::string, std::string> headers;
  std::vector<Mapping> inputs;   ///< Laid over the variables, for the job alone.
  std::vector<Mapping> outputs;  ///< None: the job's variables are merged into the instance's.

  // Read from the headers at deploy:
  std::string effect;  ///< `effect`: what the task does to stock, money or goods; empty: nothing.
  bool commit_before =
      false;  ///< `commit` = "before": what asks for the job must be durable before it is done.
  Duration backoff =
      std::chrono::milliseconds(200);  ///< `backoff`: the first retry waits up to this, then twice…
  Duration backoff_max = std::chrono::seconds(30);  ///< `backoff_max`
  Duration deadline = std::chrono::seconds(30);     ///< `deadline`: of one attempt.
};

struct TimerSpec {
  bool is_date = false;   ///< timeDate (RFC 3339 text) rather than timeDuration (`PT5M`).
  Expression expression;  ///< Of a text.
};

struct MessageSpec {
  std::string name;
  Expression
      correlation;  ///< Evaluated when the subscription opens; null: the instance alone is the key.
};

struct Element {
  std::string id;
  std::string name;
  ElementKind kind = ElementKind::service_task;
  EventKind event = EventKind::none;
  ElementIndex parent = kNone;  ///< The sub-process around it; kNone: the process.
  std::vector<FlowIndex> incoming, outgoing;
  FlowIndex default_flow = kNone;

  ElementIndex attached_to = kNone;  ///< Of a boundary event.
  bool interrupting = true;
  std::vector<ElementIndex>
      boundaries;  ///< Of an activity; its compensation boundary is not among them.

  bool is_for_compensation = false;           ///< Runs only to undo.
  ElementIndex compensation_handler = kNone;  ///< Of an activity: what undoes it.
  ElementIndex compensates =
      kNone;  ///< Of a compensation throw: one activity only; kNone: its whole scope.

  ElementIndex start = kNone;  ///< Of a sub-process: its start event.
  std::optional<TaskSpec> task;
  std::optional<TimerSpec> timer;
  std::optional<MessageSpec> message;
  std::string error_code;  ///< Thrown (end event), or caught (boundary; empty catches every code).

  bool is_activity() const {
    return kind == ElementKind::service_task || kind == ElementKind::receive_task ||
           kind == ElementKind::user_task || kind == ElementKind::sub_process;
  }
};

struct Flow {
  std::string id;
  ElementIndex from = kNone, to = kNone;
  std::optional<Expression> condition;
};

struct Definition {
  std::string id;  ///< The process's id in the file.
  std::string name;
  std::uint32_t version = 1;  ///< Given at deploy.
  std::uint64_t hash = 0;     ///< FNV-1a 64 of the XML: what an instance is pinned to.
  std::vector<Element> elements;
  std::vector<Flow> flows;
  ElementIndex start = kNone;
  std::string xml;  ///< As deployed; what the page draws.

  const Element& element(ElementIndex at) const { return elements[at]; }
  ElementIndex find(std::string_view id) const;  ///< kNone if there is none.
  /// Whether `inner` is `scope`'s (kNone: the process's) or lies in a sub-process of it.
  bool within(ElementIndex inner, ElementIndex scope) const;
};

/// "serviceTask", as BPMN writes it; for messages.
std::string_view name_of(ElementKind kind);

}  // namespace pps::workflow
