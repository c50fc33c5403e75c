#pragma once

#include <cstdint>
#include <memory>

#include "net/router.hpp"
#include "runtime/runtime.hpp"
#include "services/orchestrator/api.hpp"
#include "services/store/api.hpp"

/// The only door for purchases: what a buyer may ask and see, and the operator's view of the same. It reads requests,
/// limits them, and answers what the orchestrator and the store say; it decides nothing.
namespace pps::gateway {

struct Options {
  int purchases_per_second = 5;  ///< Per user; 0: no limit.
  int purchases_burst = 10;
  std::size_t max_accepting = 1'024;  ///< Purchases being accepted at the same time; beyond: 503 "overloaded".
  std::size_t max_streams = 4'096;    ///< Event streams at the same time; beyond: 503.
  std::size_t max_streams_each = 64;  ///< Of one user; beyond: 429.
  Duration heartbeat = std::chrono::seconds(15);
};

struct Parts {
  runtime::Runtime& runtime;
  std::shared_ptr<orchestrator::OrchestratorApi> orchestrator;
  std::shared_ptr<store::StoreApi> store;
  net::Authenticator authenticate;  ///< Asks again about the token of a stream that stays open.
};

/// Purchases, baskets and owned products, and /api/admin/purchases and /api/admin/processes.
void add_public_routes(net::Router& router, Parts parts, Options options);

}  // namespace pps::gateway
