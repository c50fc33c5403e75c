#include "app/modules.hpp"

#include "net/client.hpp"
#include "services/auth/client.hpp"
#include "services/auth/http.hpp"
#include "services/auth/module.hpp"
#include "services/catalogue/client.hpp"
#include "services/catalogue/http.hpp"
#include "services/catalogue/module.hpp"
#include "services/gateway/http.hpp"
#include "services/notifications/module.hpp"
#include "services/orchestrator/client.hpp"
#include "services/orchestrator/http.hpp"
#include "services/orchestrator/module.hpp"
#include "services/payment/client.hpp"
#include "services/payment/http.hpp"
#include "services/payment/module.hpp"
#include "services/provisioner/client.hpp"
#include "services/provisioner/http.hpp"
#include "services/provisioner/module.hpp"
#include "services/shoppers/client.hpp"
#include "services/shoppers/http.hpp"
#include "services/shoppers/module.hpp"
#include "services/store/client.hpp"
#include "services/store/http.hpp"
#include "services/store/module.hpp"

namespace pps::app {

namespace {
/// The service's remote form, if it does not run here or calls are forced through HTTP; else what
/// is given.
template <class Api>
Result<std::shared_ptr<Api>> as_called(
    Ground& ground, const std::string& name, std::shared_ptr<Api> local,
    std::shared_ptr<Api> (*make_remote)(std::shared_ptr<net::RpcClient>)) {
  if (local && !ground.settings.force_http) return local;
  std::string url =
      local ? ground.own_internal_url : ground.config.get_string("remote." + name, "");
  if (url.empty())
    return fail(ErrorKind::invalid, "config.invalid",
                "remote." + name + " must say where the service runs");
  Result<std::shared_ptr<net::RpcClient>> rpc = ground.remote(std::move(url), name);
  if (!rpc) return fail(std::move(rpc).error());
  return make_remote(std::move(*rpc));
}

bool runs_here(const Ground& ground, const char* name) {
  return ground.settings.only.contains(name);
}

Task<void> make_notifications(Ground& ground, Apis& apis, notifications::Module& module, Scope scope) {
  notifications::Dependencies needs{ground.runtime,         ground.config,
                                    ground.table,           ground.key,
                                    ground.settings.origin, ground.settings.data + "/mail",
                                    scope == Scope::whole};
  Result<notifications::Module> made = co_await notifications::make_local(std::move(needs));
  if (!made) co_return fail(std::move(made).error());
  module = std::move(*made);
  apis.notifications = module.api;
  co_return Result<void>{};
}

Task<void> make_auth(Ground& ground, Apis& apis) {
  std::shared_ptr<auth::AuthApi> local;
  if (runs_here(ground, "auth")) {
    auth::Dependencies needs{ground.runtime,  ground.config,          ground.auth_table,
                             ground.auth_key, ground.settings.origin, apis.notifications};
    Result<std::shared_ptr<auth::AuthApi>> made = co_await auth::make_local(std::move(needs));
    if (!made) co_return fail(std::move(made).error());
    local = *made;
    ground.on_local_auth(local);
    auth::add_internal_routes(*ground.internal_routes, local);
    // Who may call the internal listener is asked of the service itself, not over HTTP again.
    ground.internal_routes->set_authenticator(auth::make_authenticator(local, "pps-internal"));
  }
  Result<std::shared_ptr<auth::AuthApi>> called =
      as_called(ground, "auth", local, &auth::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.auth = *called;
  if (!local)
    ground.internal_routes->set_authenticator(auth::make_authenticator(apis.auth, "pps-internal"));
  ground.public_routes->set_authenticator(auth::make_authenticator(apis.auth, "pps"));
  auth::add_public_routes(*ground.public_routes, apis.auth,
                          {.public_origin = ground.settings.origin});
  co_return Result<void>{};
}

Task<void> make_catalogue(Ground& ground, Apis& apis) {
  std::shared_ptr<catalogue::CatalogueApi> local;
  if (runs_here(ground, "catalogue")) {
    catalogue::Dependencies needs{ground.runtime, ground.config,        ground.table,
                                  ground.bus,     ground.settings.data, ground.settings.shards};
    Result<std::shared_ptr<catalogue::CatalogueApi>> made =
        co_await catalogue::make_local(std::move(needs));
    if (!made) co_return fail(std::move(made).error());
    local = *made;
    catalogue::add_internal_routes(*ground.internal_routes, local);
  }
  Result<std::shared_ptr<catalogue::CatalogueApi>> called =
      as_called(ground, "catalogue", local, &catalogue::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.catalogue = *called;
  co_return Result<void>{};
}

Task<void> make_store(Ground& ground, Apis& apis) {
  std::shared_ptr<store::StoreApi> local;
  if (runs_here(ground, "store")) {
    store::Dependencies needs{ground.runtime, ground.table, ground.bus, ground.key,
                              ground.settings.shards};
    Result<std::shared_ptr<store::StoreApi>> made = co_await store::make_local(std::move(needs));
    if (!made) co_return fail(std::move(made).error());
    local = *made;
    store::add_internal_routes(*ground.internal_routes, local);
  }
  Result<std::shared_ptr<store::StoreApi>> called =
      as_called(ground, "store", local, &store::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.store = *called;
  co_return Result<void>{};
}

Task<void> make_provisioner(Ground& ground, Apis& apis) {
  std::shared_ptr<provisioner::ProvisionerApi> local;
  if (runs_here(ground, "provisioner")) {
    Result<std::shared_ptr<net::HttpClient>> fulfilment =
        net::make_http_client(ground.runtime, {.base_url = ground.settings.fulfilment_url, .breaker_counts_5xx = true});
    if (!fulfilment) co_return fail(std::move(fulfilment).error());
    provisioner::Dependencies needs{ground.runtime, apis.store, apis.catalogue, *fulfilment};
    local = provisioner::make_local(std::move(needs));
    provisioner::add_internal_routes(*ground.internal_routes, local);
  }
  Result<std::shared_ptr<provisioner::ProvisionerApi>> called =
      as_called(ground, "provisioner", local, &provisioner::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.provisioner = *called;
  provisioner::add_public_routes(*ground.public_routes, apis.provisioner);
  catalogue::add_public_routes(*ground.public_routes, apis.catalogue, apis.provisioner);
  co_return Result<void>{};
}

Task<void> make_payment(Ground& ground, Apis& apis) {
  std::shared_ptr<payment::PaymentApi> local;
  if (runs_here(ground, "payment")) {
    payment::Dependencies needs{ground.runtime, ground.config,          ground.table,
                                ground.bus,     ground.settings.shards, ground.settings.origin};
    Result<std::shared_ptr<payment::PaymentApi>> made =
        co_await payment::make_local(std::move(needs));
    if (!made) co_return fail(std::move(made).error());
    local = *made;
    payment::add_internal_routes(*ground.internal_routes, local);
  }
  Result<std::shared_ptr<payment::PaymentApi>> called =
      as_called(ground, "payment", local, &payment::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.payment = *called;
  payment::add_public_routes(*ground.public_routes, apis.payment);
  co_return Result<void>{};
}

Task<void> make_orchestrator(Ground& ground, Apis& apis) {
  std::shared_ptr<orchestrator::OrchestratorApi> local;
  if (runs_here(ground, "orchestrator")) {
    orchestrator::Dependencies needs{
        ground.runtime, ground.config,          ground.table,
        ground.bus,     apis.catalogue,         apis.provisioner,
        apis.payment,   ground.settings.shards, ground.settings.origin};
    Result<std::shared_ptr<orchestrator::OrchestratorApi>> made =
        co_await orchestrator::make_local(std::move(needs));
    if (!made) co_return fail(std::move(made).error());
    local = *made;
    orchestrator::add_internal_routes(*ground.internal_routes, local);
  }
  Result<std::shared_ptr<orchestrator::OrchestratorApi>> called =
      as_called(ground, "orchestrator", local, &orchestrator::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.orchestrator = *called;
  co_return Result<void>{};
}

Task<void> make_shoppers(Ground& ground, Apis& apis) {
  std::shared_ptr<shoppers::ShoppersApi> local;
  if (runs_here(ground, "shoppers")) {
    shoppers::Dependencies needs{ground.runtime, ground.table, ground.key, ground.settings.shards};
    Result<std::shared_ptr<shoppers::ShoppersApi>> made = co_await shoppers::make_local(std::move(needs));
    if (!made) co_return fail(std::move(made).error());
    local = *made;
    shoppers::add_internal_routes(*ground.internal_routes, local);
  }
  Result<std::shared_ptr<shoppers::ShoppersApi>> called =
      as_called(ground, "shoppers", local, &shoppers::make_remote);
  if (!called) co_return fail(std::move(called).error());
  apis.shoppers = *called;
  shoppers::add_public_routes(*ground.public_routes, apis.shoppers);
  co_return Result<void>{};
}

gateway::Options gateway_options(config::Config& config) {
  gateway::Options options;
  options.purchases_per_second = static_cast<int>(
      config.get_int("gateway.purchases_per_second", options.purchases_per_second, 0, 1'000'000));
  options.purchases_burst = static_cast<int>(
      config.get_int("gateway.purchases_burst", options.purchases_burst, 1, 1'000'000));
  return options;
}

void make_gateway(Ground& ground, Apis& apis) {
  gateway::Parts parts{ground.runtime, apis.orchestrator, apis.store,
                       auth::make_authenticator(apis.auth, "pps")};
  gateway::add_public_routes(*ground.public_routes, std::move(parts),
                             gateway_options(ground.config));
}
}  // namespace

Result<void> check_configuration(config::Config& config, const Settings& settings, Scope scope) {
  for (const char* name : kServices) (void)config.get_string(std::string("remote.") + name, "");
  notifications::read_configuration(config);
  auth::read_configuration(config);
  catalogue::read_configuration(config);
  orchestrator::read_configuration(config);
  (void)gateway_options(config);
  payment::read_configuration(config, scope == Scope::whole && settings.only.contains("payment"));
  return config.finish();
}

Task<void> make_modules(Ground& ground, Apis& apis, Scope scope) {
  notifications::Module mail;
  Result<void> made = co_await make_notifications(ground, apis, mail, scope);
  using Make = Task<void> (*)(Ground&, Apis&);
  std::vector<Make> in_order{make_auth, make_catalogue, make_store, make_provisioner};
  if (scope == Scope::whole) in_order.insert(in_order.end(), {make_payment, make_orchestrator, make_shoppers});
  for (const Make make : in_order) {
    if (!made) co_return fail(std::move(made).error());
    made = co_await make(ground, apis);
  }
  if (!made) co_return fail(std::move(made).error());
  if (scope == Scope::upkeep) co_return Result<void>{};
  make_gateway(ground, apis);
  if (runs_here(ground, "notifications")) mail.follow(*ground.bus, apis.auth);
  co_return Result<void>{};
}

}  // namespace pps::app
