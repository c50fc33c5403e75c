#pragma once

#include <memory>
#include <string_view>

#include "net/router.hpp"
#include "services/catalogue/api.hpp"

namespace pps::catalogue {

/// Import and export: bodies that are read and written in pieces.
void add_transfer_routes(net::Router& router, std::shared_ptr<CatalogueApi> api);

/// `unsupported` "media_type.unsupported" unless the body is of that type (its parameters do not matter).
Result<void> check_media_type(const net::Request& request, std::string_view type);

}  // namespace pps::catalogue
