#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/store/api.hpp"

namespace pps::store {

/// The Product Store in another process.
std::shared_ptr<StoreApi> make_remote(std::shared_ptr<net::RpcClient> rpc);

}  // namespace pps::store
