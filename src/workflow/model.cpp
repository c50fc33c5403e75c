#include "workflow/model.hpp"

namespace pps::workflow {

ElementIndex Definition::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (elements[i].id == wanted) return static_cast<ElementIndex>(i);
  }
  return kNone;
}

bool Definition::within(ElementIndex inner, ElementIndex scope) const {
  for (ElementIndex at = elements[inner].parent;; at = elements[at].parent) {
    if (at == scope) return true;
    if (at == kNone) return false;
  }
}

std::string_view name_of(ElementKind kind) {
  switch (kind) {
    case ElementKind::start_event:
      return "startEvent";
    case ElementKind::end_event:
      return "endEvent";
    case ElementKind::catch_event:
      return "intermediateCatchEvent";
    case ElementKind::throw_event:
      return "intermediateThrowEvent";
    case ElementKind::boundary_event:
      return "boundaryEvent";
    case ElementKind::service_task:
      return "serviceTask";
    case ElementKind::receive_task:
      return "receiveTask";
    case ElementKind::user_task:
      return "userTask";
    case ElementKind::exclusive_gateway:
      return "exclusiveGateway";
    case ElementKind::parallel_gateway:
      return "parallelGateway";
    case ElementKind::sub_process:
      return "subProcess";
  }
  return "?";
}

}  // namespace pps::workflow
