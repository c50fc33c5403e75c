#include "services/orchestrator/module.hpp"

#include "services/orchestrator/built_in.hpp"
#include "services/orchestrator/service.hpp"

namespace pps::orchestrator {

namespace {
ReconcileSetting reconcile_setting(config::Config& config) {
  ReconcileSetting setting;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(setting.after).count();
  setting.after = std::chrono::seconds(config.get_int("orchestrator.reconcile_after_s", seconds, 1, 86'400));
  setting.per_second = config.get_int("orchestrator.reconcile_per_second", setting.per_second, 0, 10'000);
  return setting;
}
}  // namespace

void read_configuration(config::Config& config) { (void)reconcile_setting(config); }

Task<std::shared_ptr<OrchestratorApi>> make_local(Dependencies dependencies) {
  auto definitions = std::make_shared<Definitions>(*dependencies.table);
  Result<void> loaded = co_await definitions->load();
  if (!loaded) co_return fail(std::move(loaded).error());
  std::string xml(built_in_purchase_process());
  Result<Definitions::Deployed> deployed =
      co_await definitions->deploy(std::move(xml), "pps", dependencies.runtime.clock.now());
  if (!deployed) co_return fail(std::move(deployed).error());
  ServiceParts parts{dependencies.runtime, dependencies.table, dependencies.bus, dependencies.catalogue,
                     {dependencies.provisioner, dependencies.payment, dependencies.public_origin + "/orders/"},
                     definitions, dependencies.shards, reconcile_setting(dependencies.config)};
  auto service = std::make_shared<OrchestratorService>(std::move(parts));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<OrchestratorApi>(std::move(service));
}

}  // namespace pps::orchestrator
