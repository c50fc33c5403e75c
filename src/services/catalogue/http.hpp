#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/catalogue/api.hpp"
#include "services/provisioner/api.hpp"

namespace pps::catalogue {

/// The catalogue's operations of api/openapi.yaml. Exact quantities are the provisioner's.
void add_public_routes(net::Router& router, std::shared_ptr<CatalogueApi> api,
                       std::shared_ptr<provisioner::ProvisionerApi> provisioner);
/// POST /internal/catalogue/METHOD for every method of the Api.
void add_internal_routes(net::Router& router, std::shared_ptr<CatalogueApi> api);

}  // namespace pps::catalogue
