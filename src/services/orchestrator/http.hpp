#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/orchestrator/api.hpp"

namespace pps::orchestrator {

/// The orchestrator's methods for other processes; its public routes are the purchase gateway's.
void add_internal_routes(net::Router& router, std::shared_ptr<OrchestratorApi> api);

}  // namespace pps::orchestrator
