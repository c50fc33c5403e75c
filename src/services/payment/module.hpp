#pragma once

#include <memory>
#include <string>

#include "bus/bus.hpp"
#include "net/client.hpp"
#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/payment/api.hpp"
#include "storage/table.hpp"

namespace pps::payment {

struct Dependencies {
  runtime::Runtime& runtime;
  /// Reads payment.provider_url, payment.secret_key, payment.webhook_secret,
  /// payment.allow_test_tokens, payment.return_origins.
  config::Config& config;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  std::uint16_t shards = 4;
  std::string public_origin;  ///< Return URLs must begin with it (or a configured one).
};

/// The payment service of this process, its shards open.
Task<std::shared_ptr<PaymentApi>> make_local(Dependencies dependencies);

}  // namespace pps::payment
