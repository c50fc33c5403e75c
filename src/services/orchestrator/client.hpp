#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/orchestrator/api.hpp"

namespace pps::orchestrator {

/// The orchestrator in another process.
std::shared_ptr<OrchestratorApi> make_remote(std::shared_ptr<net::RpcClient> rpc);

}  // namespace pps::orchestrator
