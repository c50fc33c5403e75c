#pragma once

#include "workflow/model.hpp"

namespace pps::workflow {

/// What must hold of the graph whatever the file format: one start a scope, flows that stay in
/// their scope, gateways that can be decided, handlers that stand apart. Field errors as
/// read_bpmn's, code "bpmn.structure".
std::vector<FieldError> check_structure(const Definition& definition);

}  // namespace pps::workflow
