#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/catalogue/api.hpp"

namespace pps::catalogue {

/// The catalogue of another process.
std::shared_ptr<CatalogueApi> make_remote(std::shared_ptr<net::RpcClient> client);

}  // namespace pps::catalogue
