#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/provisioner/api.hpp"

namespace pps::provisioner {

/// The provisioner in another process.
std::shared_ptr<ProvisionerApi> make_remote(std::shared_ptr<net::RpcClient> rpc);

}  // namespace pps::provisioner
