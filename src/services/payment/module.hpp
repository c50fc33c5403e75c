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

/// Reads every key of payment.*, so that what is wrong can be refused before anything is opened. Where the service runs, the
/// provider's keys must be there.
void read_configuration(config::Config& config, bool runs_here);

/// The payment service of this process, its shards open.
Task<std::shared_ptr<PaymentApi>> make_local(Dependencies dependencies);

}  // namespace pps::payment
