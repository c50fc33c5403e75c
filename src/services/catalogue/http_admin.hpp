#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/catalogue/api.hpp"

namespace pps::catalogue {

/// What operators do with products, one at a time, and with the search.
void add_admin_routes(net::Router& router, std::shared_ptr<CatalogueApi> api);

}  // namespace pps::catalogue
