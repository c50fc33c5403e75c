#pragma once

#include "services/orchestrator/api.hpp"
#include "services/payment/api.hpp"
#include "services/provisioner/api.hpp"
#include "services/store/api.hpp"
#include "wire.hpp"

/// Each service's Api as its callers in other processes have it.
namespace pps::simulation {

std::shared_ptr<store::StoreApi> link_store(Wire& wire, Port<store::StoreApi>& port, runtime::SimulatedProcess& caller);
std::shared_ptr<provisioner::ProvisionerApi> link_provisioner(Wire& wire, Port<provisioner::ProvisionerApi>& port,
                                                              runtime::SimulatedProcess& caller);
std::shared_ptr<payment::PaymentApi> link_payment(Wire& wire, Port<payment::PaymentApi>& port,
                                                  runtime::SimulatedProcess& caller);
std::shared_ptr<orchestrator::OrchestratorApi> link_orchestrator(Wire& wire, Port<orchestrator::OrchestratorApi>& port,
                                                                 runtime::SimulatedProcess& caller);

}  // namespace pps::simulation
