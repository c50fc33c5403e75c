#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/shoppers/api.hpp"

namespace pps::shoppers {

/// /api/me: what the caller's account keeps.
void add_public_routes(net::Router& router, std::shared_ptr<ShoppersApi> api);
/// POST /internal/shoppers/METHOD for every method of the Api.
void add_internal_routes(net::Router& router, std::shared_ptr<ShoppersApi> api);

}  // namespace pps::shoppers
