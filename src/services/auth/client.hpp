#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/auth/api.hpp"

namespace pps::auth {

/// The authentication server in another process.
std::shared_ptr<AuthApi> make_remote(std::shared_ptr<net::RpcClient> rpc);

}  // namespace pps::auth
