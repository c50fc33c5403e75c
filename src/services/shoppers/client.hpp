#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/shoppers/api.hpp"

namespace pps::shoppers {

/// The shoppers' data in another process.
std::shared_ptr<ShoppersApi> make_remote(std::shared_ptr<net::RpcClient> rpc);

}  // namespace pps::shoppers
