#pragma once

#include <memory>

#include "bus/bus.hpp"
#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/catalogue/api.hpp"
#include "services/orchestrator/api.hpp"
#include "storage/table.hpp"

namespace pps::orchestrator {

struct Dependencies {
  runtime::Runtime& runtime;
  config::Config& config;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  std::shared_ptr<catalogue::QuoteApi> catalogue;
  std::shared_ptr<provisioner::ProvisionerApi> provisioner;
  std::shared_ptr<payment::PaymentApi> payment;
  std::uint16_t shards = 4;
  std::string public_origin;  ///< "https://shop.example": where a payment challenge returns to.
};

/// Reads every key of orchestrator.*, so that what is wrong can be refused before anything is opened.
void read_configuration(config::Config& config);

/// Deploys the built-in process if its file is new, opens the shards and takes up what a crash left.
Task<std::shared_ptr<OrchestratorApi>> make_local(Dependencies dependencies);

}  // namespace pps::orchestrator
