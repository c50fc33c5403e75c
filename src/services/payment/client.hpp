#pragma once

#include <memory>

#include "net/rpc.hpp"
#include "services/payment/api.hpp"

namespace pps::payment {

/// The payment service in another process.
std::shared_ptr<PaymentApi> make_remote(std::shared_ptr<net::RpcClient> rpc);

}  // namespace pps::payment
