#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/provisioner/api.hpp"

namespace pps::provisioner {

/// /api/admin/inventory, scope inventory:write.
void add_public_routes(net::Router& router, std::shared_ptr<ProvisionerApi> api);
void add_internal_routes(net::Router& router, std::shared_ptr<ProvisionerApi> api);

}  // namespace pps::provisioner
