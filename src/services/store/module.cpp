#include "services/store/module.hpp"

#include "services/store/service.hpp"

namespace pps::store {

Task<std::shared_ptr<StoreApi>> make_local(Dependencies dependencies) {
  Result<std::shared_ptr<Sealer>> sealer =
      make_sealer(std::move(dependencies.sealing_key), dependencies.runtime.random);
  if (!sealer) co_return fail(std::move(sealer).error());
  StoreService::Dependencies needs{dependencies.runtime, dependencies.table, dependencies.bus,
                                   *sealer, dependencies.shards};
  auto service = std::make_shared<StoreService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<StoreApi>(std::move(service));
}

}  // namespace pps::store
