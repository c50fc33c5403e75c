#include "services/shoppers/module.hpp"

#include "services/shoppers/service.hpp"

namespace pps::shoppers {

namespace {
constexpr storage::Family kKeys{"shoppers_keys", storage::FamilyUse::conditional};
}

Task<std::shared_ptr<ShoppersApi>> make_local(Dependencies dependencies) {
  Result<std::shared_ptr<storage::Keyring>> ring =
      co_await storage::Keyring::open(dependencies.runtime, *dependencies.table, kKeys, dependencies.key);
  if (!ring) co_return fail(std::move(ring).error());
  ShoppersService::Dependencies needs{dependencies.runtime, dependencies.table, *ring, dependencies.shards};
  co_return std::shared_ptr<ShoppersApi>(std::make_shared<ShoppersService>(std::move(needs)));
}

}  // namespace pps::shoppers
