#include "workflow/bpmn_structure.hpp"

namespace pps::workflow {
namespace {

class Checker {
 public:
  explicit Checker(const Definition& definition) : definition_(definition) {}

  std::vector<FieldError> run() {
    check_starts(kNone, definition_.id);
    for (std::size_t i = 0; i < definition_.elements.size(); ++i) {
      const Element& element = definition_.elements[i];
      if (element.kind == ElementKind::sub_process)
        check_starts(static_cast<ElementIndex>(i), element.id);
      if (element.kind == ElementKind::boundary_event) check_boundary(element);
      check_incoming(element);
      check_outgoing(element);
    }
    for (const Flow& flow : definition_.flows) check_flow(flow);
    return std::move(errors_);
  }

 private:
  void refuse(const std::string& id, std::string detail) {
    errors_.push_back({"/" + id, "bpmn.structure", std::move(detail)});
  }

  void check_starts(ElementIndex scope, const std::string& id) {
    const auto starts = std::count_if(
        definition_.elements.begin(), definition_.elements.end(),
        [&](const Element& e) { return e.kind == ElementKind::start_event && e.parent == scope; });
    if (starts != 1)
      refuse(id, "has " + std::to_string(starts) + " start events; exactly one is supported");
  }

  void check_boundary(const Element& event) {
    if (event.attached_to == kNone) return;  // Refused where it was read.
    const Element& host = definition_.element(event.attached_to);
    if (!host.is_activity())
      refuse(event.id, "is attached to " + host.id + ", which is no activity");
    if (host.parent != event.parent) refuse(event.id, "lies in another scope than " + host.id);
    if (host.is_for_compensation)
      refuse(event.id, "is attached to the compensation handler " + host.id);
    if (event.event == EventKind::error && !event.interrupting)
      refuse(event.id, "an error boundary event is always interrupting");
    if (event.event != EventKind::compensation) return;
    if (host.kind == ElementKind::sub_process)
      refuse(event.id,
             "a compensation handler for a whole sub-process is not supported: its tasks have "
             "their own");
    if (host.compensation_handler == kNone) {
      refuse(event.id, "has no association to a task with isForCompensation");
      return;
    }
    const Element& handler = definition_.element(host.compensation_handler);
    if (handler.kind != ElementKind::service_task && handler.kind != ElementKind::user_task)
      refuse(handler.id, "a compensation handler is a service or user task");
  }

  void check_incoming(const Element& element) {
    const bool begins = element.kind == ElementKind::start_event ||
                        element.kind == ElementKind::boundary_event || element.is_for_compensation;
    if (begins && !element.incoming.empty()) refuse(element.id, "a flow leads to it, and may not");
    if (!begins && element.incoming.empty()) refuse(element.id, "no flow leads to it");
  }

  void check_outgoing(const Element& element) {
    const std::size_t count = element.outgoing.size();
    const bool ends =
        element.kind == ElementKind::end_event || element.is_for_compensation ||
        (element.kind == ElementKind::boundary_event && element.event == EventKind::compensation);
    const bool gateway = element.kind == ElementKind::exclusive_gateway ||
                         element.kind == ElementKind::parallel_gateway;
    if (ends && count > 0) refuse(element.id, "a flow leaves it, and may not");
    if (!ends && count == 0) refuse(element.id, "no flow leaves it; end with an end event");
    if (!ends && !gateway && count > 1)
      refuse(element.id, "several flows leave it; fork with a gateway");
    for (const FlowIndex at : element.outgoing) check_condition(element, at);
    if (element.default_flow != kNone && std::find(element.outgoing.begin(), element.outgoing.end(),
                                                   element.default_flow) == element.outgoing.end())
      refuse(element.id, "its default flow does not leave it");
  }

  void check_condition(const Element& from, FlowIndex at) {
    const Flow& flow = definition_.flows[at];
    const bool decides = from.kind == ElementKind::exclusive_gateway && from.outgoing.size() > 1;
    if (decides && at != from.default_flow && !flow.condition)
      refuse(flow.id, "needs a condition, or to be the default of " + from.id);
    if (flow.condition && (from.kind != ElementKind::exclusive_gateway || at == from.default_flow))
      refuse(flow.id, "has a condition that is never asked");
  }

  void check_flow(const Flow& flow) {
    if (definition_.element(flow.from).parent != definition_.element(flow.to).parent)
      refuse(flow.id, "crosses the border of a sub-process");
  }

  const Definition& definition_;
  std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> check_structure(const Definition& definition) {
  return Checker(definition).run();
}

}  // namespace pps::workflow
