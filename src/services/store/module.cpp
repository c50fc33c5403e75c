#include "services/store/module.hpp"

#include "services/store/service.hpp"

namespace pps::store {

Task<std::shared_ptr<StoreApi>> make_local(Dependencies dependencies) {
  Result<security::Sealer> sealer =
      security::Sealer::make(std::move(dependencies.sealing_key), dependencies.runtime.random);
  if (!sealer) co_return fail(std::move(sealer).error());
  StoreService::Dependencies needs{dependencies.runtime, dependencies.table, dependencies.bus,
                                   std::make_shared<security::Sealer>(std::move(*sealer)),
                                   dependencies.shards};
  auto service = std::make_shared<StoreService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<StoreApi>(std::move(service));
}

}  // namespace pps::store
