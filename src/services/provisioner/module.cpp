#include "services/provisioner/module.hpp"

#include "services/provisioner/service.hpp"

namespace pps::provisioner {

std::shared_ptr<ProvisionerApi> make_local(Dependencies dependencies) {
  auto fulfilment = std::make_shared<FulfilmentClient>(dependencies.fulfilment);
  ProvisionerService::Dependencies needs{dependencies.runtime, dependencies.store,
                                         dependencies.catalogue, std::move(fulfilment)};
  return std::make_shared<ProvisionerService>(std::move(needs));
}

}  // namespace pps::provisioner
