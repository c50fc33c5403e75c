#pragma once

#include <string_view>

namespace pps::orchestrator {

/// processes/purchase.bpmn, as it was when this program was built.
std::string_view built_in_purchase_process();

}  // namespace pps::orchestrator
