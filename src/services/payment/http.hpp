#pragma once

#include <memory>

#include "net/router.hpp"
#include "services/payment/api.hpp"

namespace pps::payment {

/// /api/payment-sessions (scope purchase) and the provider's webhook.
void add_public_routes(net::Router& router, std::shared_ptr<PaymentApi> api);
void add_internal_routes(net::Router& router, std::shared_ptr<PaymentApi> api);

}  // namespace pps::payment
