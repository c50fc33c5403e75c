#include "shop.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "bus/embedded/embedded.hpp"
#include "services/orchestrator/module.hpp"
#include "services/payment/service.hpp"
#include "services/provisioner/module.hpp"
#include "services/store/module.hpp"
#include "storage/memory/memory.hpp"

namespace pps::simulation {

namespace {
constexpr std::uint16_t kShards = 2;
constexpr const char* kOrigin = "https://shop.example";

std::string_view name_of(Role role) {
  constexpr std::array<std::string_view, 5> kNames{"log", "store", "provisioner", "payment", "orchestrator"};
  return kNames[static_cast<std::size_t>(role)];
}

/// What has ended is looked at again within the run.
config::Config configuration() {
  Result<config::Config> loaded = config::Config::load(
      std::nullopt, {}, {"orchestrator.reconcile_after_s=3", "orchestrator.reconcile_per_second=1000"});
  PPS_INVARIANT(loaded);
  return std::move(*loaded);
}

/// A wall clock that is set wrong.
class WrongClock final : public runtime::Clock {
 public:
  WrongClock(const runtime::Clock& right, Duration ahead) : right_(right), ahead_(ahead) {}
  Timestamp now() const override { return right_.now() + ahead_; }
  Duration monotonic() const override { return right_.monotonic(); }

 private:
  const runtime::Clock& right_;
  const Duration ahead_;
};

catalogue::Quote good(std::uint8_t number, std::string sku, std::string kind, std::int64_t price) {
  catalogue::Quote quote;
  quote.sku.value = std::move(sku);
  quote.found = true;
  quote.product = ProductId{Uuid::v7(number, 0, number)};
  quote.name = quote.sku.value;
  quote.variant = "standard";
  quote.kind = std::move(kind);
  quote.stock_tracked = quote.kind == "physical";
  quote.price = Money{price, *Currency::parse("EUR")};
  return quote;
}
}  // namespace

struct Shop::Node {
  Role role;
  runtime::SimulatedProcess* process;
  WrongClock clock;
  Duration ahead;
  runtime::Runtime runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  bool serves = false;

  Node(Role what, runtime::SimulatedProcess& in, runtime::SimulatedWorld& world, Duration fast)
      : role(what),
        process(&in),
        clock(world, fast),
        ahead(fast),
        runtime{in.runtime().executor, clock, in.runtime().random, in.runtime().timers,
                in.runtime().pool, in.runtime().sync_pool, in.runtime().hash_pool, in.runtime().mail_pool} {}
};

Shop::Shop(Options options)
    : options_(options),
      world_(options.seed),
      faults_(world_, options.faults_per_thousand),
      wire_{world_, faults_, [this](runtime::SimulatedProcess& process) { kill(process); }, {}},
      goods_{good(1, "box-a", "physical", 1999), good(2, "box-b", "physical", 4500), good(3, "key-c", "licence", 700)},
      catalogue_(fixed_catalogue(goods_)),
      provider_rules_({.secret_key = kProviderKey, .vault_key = std::string(32, 'v'), .origin = "https://pay.example"}),
      fulfilment_{fulfilment_rules_, fulfilment_store_},
      provider_{provider_rules_, provider_store_},
      post_office_(wire_),
      config_(configuration()) {
  if (options.trace) wire_.trace = [this](const std::string& text) { trace(text); };
}

Shop::~Shop() {
  for (const auto& node : nodes_) node->process->kill();
}

void Shop::trace(const std::string& text) {
  if (options_.trace) fmt::print(stderr, "{:>12.6f} {}\n", static_cast<double>(world_.monotonic().count()) / 1e6, text);
}

void Shop::open() {
  for (const Role role : kRoles) start(role);
  world_.run_until([this] { return all_serve(); }, std::chrono::minutes(1));
}

bool Shop::all_serve() const {
  return std::ranges::all_of(kRoles, [this](Role role) {
    return std::ranges::any_of(nodes_, [role](const auto& node) { return node->role == role && node->serves; });
  });
}

std::size_t Shop::count_of(Role role) const {
  return static_cast<std::size_t>(std::ranges::count_if(nodes_, [role](const auto& node) { return node->role == role; }));
}

runtime::SimulatedProcess* Shop::any_of(Role role) {
  for (const auto& node : nodes_)
    if (node->role == role) return node->process;
  return nullptr;
}

void Shop::start(Role role, Duration ahead) {
  auto& process = world_.process(fmt::format("{}-{}", name_of(role), ++started_));
  auto node = std::make_shared<Node>(role, process, world_, ahead);
  nodes_.push_back(node);
  trace(fmt::format("{} starts{}", process.name(), ahead.count() > 0 ? ", its clock ahead" : ""));
  runtime::spawn(process.runtime().executor, boot(std::move(node)));
}

boost::asio::awaitable<void> Shop::boot(std::shared_ptr<Node> node) {
  Result<void> served = co_await serve(node);
  if (served) {
    node->serves = true;
    co_return;
  }
  // As `pps` does: it ends, and whoever watches over it starts it again.
  trace(fmt::format("{} cannot start: {}", node->process->name(), served.error().code));
  runtime::spawn(world_.runtime().executor, ended(*node->process));
}

boost::asio::awaitable<void> Shop::ended(runtime::SimulatedProcess& process) {
  kill(process);
  co_return;
}

Task<void> Shop::serve(std::shared_ptr<Node> node) {
  runtime::SimulatedProcess& process = *node->process;
  runtime::Runtime& runtime = node->runtime;
  node->table = storage::memory::open_table(runtime, disk_);
  if (node->role == Role::log) {
    node->bus = bus::embedded::open(runtime, node->table);
    post_office_.serve(process, node->bus);
    co_return Result<void>{};
  }
  node->bus = post_office_.line(process);
  if (node->role == Role::store) {
    store::Dependencies needs{runtime, node->table, node->bus, storage::SecretKey{}, kShards};
    Result<std::shared_ptr<store::StoreApi>> api = co_await store::make_local(std::move(needs));
    if (!api) co_return fail(std::move(api).error());
    stores_.open(process, std::move(*api));
  } else if (node->role == Role::provisioner) {
    provisioner::Dependencies needs{runtime, link_store(wire_, stores_, process), catalogue_,
                                    line_to(wire_, fulfilment_, process, "fulfilment")};
    provisioners_.open(process, provisioner::make_local(std::move(needs)));
  } else if (node->role == Role::payment) {
    payment::Settings settings{.webhook_secret = "", .allow_test_tokens = true, .return_origins = {kOrigin}};
    payment::PaymentService::Dependencies needs{runtime, node->table, node->bus, line_to(wire_, provider_, process, "provider"),
                                                kProviderKey, kShards, std::move(settings)};
    auto service = std::make_shared<payment::PaymentService>(std::move(needs));
    Result<void> started = co_await service->start();
    if (!started) co_return fail(std::move(started).error());
    payments_.open(process, std::move(service));
  } else {
    orchestrator::Dependencies needs{runtime, config_, node->table, node->bus, catalogue_,
                                     link_provisioner(wire_, provisioners_, process), link_payment(wire_, payments_, process),
                                     kShards, kOrigin};
    Result<std::shared_ptr<orchestrator::OrchestratorApi>> api = co_await orchestrator::make_local(std::move(needs));
    if (!api) co_return fail(std::move(api).error());
    orchestrators_.open(process, std::move(*api));
  }
  co_return Result<void>{};
}

void Shop::give_up(const runtime::SimulatedProcess& process) {
  post_office_.forget(process);
  stores_.close(process);
  provisioners_.close(process);
  payments_.close(process);
  orchestrators_.close(process);
}

void Shop::kill(runtime::SimulatedProcess& process) {
  const auto found = std::ranges::find(nodes_, &process, [](const auto& node) { return node->process; });
  if (found == nodes_.end()) return;
  trace(process.name() + " is killed");
  process.kill();
  give_up(process);
  const Role role = (*found)->role;
  nodes_.erase(found);
  if (count_of(role) == 0) runtime::spawn(world_.runtime().executor, start_later(role));
}

void Shop::kill_all() {
  while (!nodes_.empty()) kill(*nodes_.front()->process);
}

boost::asio::awaitable<void> Shop::start_later(Role role) {
  co_await runtime::sleep_for(world_.runtime(), faults_.between(std::chrono::milliseconds(5), std::chrono::milliseconds(600)));
  if (count_of(role) == 0) start(role);
}

void Shop::calm_down() {
  for (const Role role : kRoles) {
    while (count_of(role) > 1) kill(*any_of(role));
    for (const auto& node : nodes_) {
      if (node->role != role || node->ahead.count() == 0) continue;
      kill(*node->process);
      break;
    }
  }
}

}  // namespace pps::simulation
