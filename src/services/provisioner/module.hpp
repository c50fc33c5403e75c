#pragma once

#include <memory>

#include "net/client.hpp"
#include "runtime/runtime.hpp"
#include "services/catalogue/api.hpp"
#include "services/provisioner/api.hpp"

namespace pps::provisioner {

struct Dependencies {
  runtime::Runtime& runtime;
  std::shared_ptr<store::StoreApi> store;
  std::shared_ptr<catalogue::QuoteApi> catalogue;
  std::shared_ptr<net::HttpClient> fulfilment;  ///< The external fulfilment system.
};

std::shared_ptr<ProvisionerApi> make_local(Dependencies dependencies);

}  // namespace pps::provisioner
