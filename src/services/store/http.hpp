#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/store/api.hpp"

namespace pps::store {

/// The store's methods for other processes; it has no public routes of its own (owned products go
/// through the purchase gateway, stock through the provisioner).
void add_internal_routes(net::Router& router, std::shared_ptr<StoreApi> api);

}  // namespace pps::store
