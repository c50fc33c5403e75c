#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "bus/bus.hpp"
#include "net/router.hpp"
#include "net/rpc.hpp"
#include "runtime/runtime.hpp"
#include "services/auth/api.hpp"
#include "services/catalogue/api.hpp"
#include "services/notifications/api.hpp"
#include "services/orchestrator/api.hpp"
#include "services/payment/api.hpp"
#include "services/provisioner/api.hpp"
#include "services/shoppers/api.hpp"
#include "services/store/api.hpp"
#include "storage/keyring.hpp"
#include "storage/table.hpp"

namespace pps::app {

/// Every service as its callers see it: the object of this process, or its HTTP client.
struct Apis {
  std::shared_ptr<notifications::NotificationsApi> notifications;
  std::shared_ptr<auth::AuthApi> auth;
  std::shared_ptr<catalogue::CatalogueApi> catalogue;
  std::shared_ptr<store::StoreApi> store;
  std::shared_ptr<provisioner::ProvisionerApi> provisioner;
  std::shared_ptr<payment::PaymentApi> payment;
  std::shared_ptr<orchestrator::OrchestratorApi> orchestrator;
  std::shared_ptr<shoppers::ShoppersApi> shoppers;
  const net::Router* public_routes = nullptr;  ///< What the public listener answers.
};

/// What modules are made of.
struct Ground {
  runtime::Runtime& runtime;
  config::Config& config;
  const Settings& settings;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<storage::Table> auth_table;  ///< The Authentication Database.
  std::shared_ptr<bus::Bus> bus;
  storage::SecretKey key, auth_key;
  net::Router* public_routes = nullptr;
  net::Router* internal_routes = nullptr;
  /// A client of the internal listener at this URL, for one service.
  std::function<Result<std::shared_ptr<net::RpcClient>>(std::string url, std::string service)>
      remote;
  std::function<void(std::shared_ptr<auth::AuthApi>)> on_local_auth;
  std::string own_internal_url;  ///< For `internal.force_http`.
};

/// What a process does with a data folder.
enum class Scope {
  whole,    ///< All services.
  upkeep,   ///< What commands need: accounts, catalogue, stock. No purchase goes on, no mail goes out.
};

/// Reads every key that any service of this process knows, and refuses what is wrong: `invalid` "config.invalid".
Result<void> check_configuration(config::Config& config, const Settings& settings, Scope scope);

/// Makes every service in the order of the table in modules.cpp; each gets those before it. Local
/// ones add their internal routes; public routes are added for all of them. `apis` fills as they
/// are made.
Task<void> make_modules(Ground& ground, Apis& apis, Scope scope);

}  // namespace pps::app
