#include "services/store/module.hpp"

#include "services/store/service.hpp"

namespace pps::store {

namespace {
constexpr storage::Family kKeys{"store_keys", storage::FamilyUse::conditional};
}

Task<std::shared_ptr<StoreApi>> make_local(Dependencies dependencies) {
  Result<std::shared_ptr<storage::Keyring>> ring = co_await storage::Keyring::open(
      dependencies.runtime, *dependencies.table, kKeys, dependencies.key);
  if (!ring) co_return fail(std::move(ring).error());
  StoreService::Dependencies needs{dependencies.runtime, dependencies.table, dependencies.bus,
                                   *ring, dependencies.shards};
  auto service = std::make_shared<StoreService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<StoreApi>(std::move(service));
}

}  // namespace pps::store
