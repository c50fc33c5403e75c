#pragma once

#include <list>

#include "links.hpp"
#include "outside.hpp"
#include "post_office.hpp"
#include "runtime/config.hpp"
#include "simulators/fulfilment/fulfilment.hpp"
#include "simulators/paysim/provider.hpp"
#include "storage/memory/disk.hpp"
#include "storage/table.hpp"

namespace pps::simulation {

/// A process of PPS with one service in it, from its start to its death.
enum class Role { log, store, provisioner, payment, orchestrator };
inline constexpr std::array kRoles{Role::log, Role::store, Role::provisioner, Role::payment, Role::orchestrator};

/// What callers of the provider authenticate with.
inline constexpr const char* kProviderKey = "sk_test_simulation";

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t faults_per_thousand = 100;  ///< Of each exchange.
  bool trace = false;                       ///< What goes wrong, to standard error.
};

/// The whole purchase path in one simulated world: a process per service on one disk that all share, and the external
/// systems. Processes die and are started again; while a role's new process runs its old one may not know it is over.
class Shop {
 public:
  explicit Shop(Options options);
  ~Shop();
  Shop(const Shop&) = delete;

  runtime::SimulatedWorld& world() { return world_; }
  Faults& faults() { return faults_; }
  Wire& wire() { return wire_; }
  storage::memory::Disk& disk() { return *disk_; }
  Outside& fulfilment() { return fulfilment_; }
  Outside& provider() { return provider_; }
  const std::vector<catalogue::Quote>& goods() const { return goods_; }
  PostOffice& post_office() { return post_office_; }

  /// Starts every role and waits until all serve.
  void open();
  /// kill -9. It is started again a little later, unless another one of its role lives.
  void kill(runtime::SimulatedProcess& process);
  void kill_all();
  runtime::SimulatedProcess* any_of(Role role);
  /// Starts one more process of the role beside the one that lives. @param ahead of the right time its clock is.
  void start(Role role, Duration ahead = {});
  std::size_t count_of(Role role) const;
  /// Ends every process but the newest of each role, and those whose clock is wrong.
  void calm_down();
  bool all_serve() const;

  std::shared_ptr<orchestrator::OrchestratorApi> orchestrator() { return link_orchestrator(wire_, orchestrators_, world_.main()); }
  std::shared_ptr<store::StoreApi> store() { return link_store(wire_, stores_, world_.main()); }
  void trace(const std::string& text);

 private:
  struct Node;
  boost::asio::awaitable<void> boot(std::shared_ptr<Node> node);
  boost::asio::awaitable<void> ended(runtime::SimulatedProcess& process);
  Task<void> serve(std::shared_ptr<Node> node);
  boost::asio::awaitable<void> start_later(Role role);
  void give_up(const runtime::SimulatedProcess& process);

  const Options options_;
  runtime::SimulatedWorld world_;
  Faults faults_;
  Wire wire_;
  std::shared_ptr<storage::memory::Disk> disk_ = std::make_shared<storage::memory::Disk>();
  std::vector<catalogue::Quote> goods_;
  std::shared_ptr<catalogue::QuoteApi> catalogue_;
  fulfilment::Fulfilment fulfilment_rules_;
  paysim::Provider provider_rules_;
  simulators::MemoryStore fulfilment_store_, provider_store_;
  Outside fulfilment_, provider_;
  PostOffice post_office_;
  Port<store::StoreApi> stores_;
  Port<provisioner::ProvisionerApi> provisioners_;
  Port<payment::PaymentApi> payments_;
  Port<orchestrator::OrchestratorApi> orchestrators_;
  config::Config config_;
  std::list<std::shared_ptr<Node>> nodes_;
  std::size_t started_ = 0;
};

}  // namespace pps::simulation
