#include "trouble.hpp"

#include <boost/json.hpp>

namespace pps::simulation {

using namespace std::chrono_literals;
using storage::memory::Disk;

void Trouble::start() { runtime::spawn(shop_.world().runtime().executor, make()); }

boost::asio::awaitable<void> Trouble::make() {
  while (!shop_.faults().stopped()) {
    co_await runtime::sleep_for(shop_.world().runtime(), shop_.faults().between(50ms, 1500ms));
    if (!shop_.faults().stopped()) one();
  }
}

void Trouble::one() {
  Faults& faults = shop_.faults();
  const std::int64_t what = faults.number(0, 99);
  if (what < 30) {
    auto* process = shop_.any_of(kRoles[static_cast<std::size_t>(faults.number(0, 4))]);
    if (process) shop_.kill(*process);
  } else if (what < 38) {
    shop_.trace("power loss");
    shop_.kill_all();
    shop_.disk().crash();
  } else if (what < 44) {
    shop_.trace("the disk forgets what was not synced");
    shop_.disk().crash();
  } else if (what < 60) {
    twin();
  } else if (what < 75) {
    break_disk();
  } else {
    lose_goods();
  }
}

void Trouble::twin() {
  const Role role = kRoles[static_cast<std::size_t>(shop_.faults().number(0, 4))];
  auto* before = shop_.any_of(role);
  if (!before || shop_.count_of(role) != 1) return;
  // Beyond any hold's life: what is reserved there expires at once.
  const bool ahead = role == Role::store && shop_.faults().chance(400);
  shop_.start(role, ahead ? Duration(3h) : Duration{});
  runtime::spawn(shop_.world().runtime().executor, kill_later(*before));
}

boost::asio::awaitable<void> Trouble::kill_later(runtime::SimulatedProcess& process) {
  co_await runtime::sleep_for(shop_.world().runtime(), shop_.faults().between(100ms, 3s));
  shop_.kill(process);
}

void Trouble::break_disk() {
  Faults& faults = shop_.faults();
  const auto count = static_cast<std::size_t>(faults.number(1, 3));
  switch (faults.number(0, 4)) {
    case 0:
      return shop_.disk().fail_writes(count, Disk::Fault::unavailable);
    case 1:
      return shop_.disk().fail_writes(count, Disk::Fault::unknown_before);
    case 2:
      return shop_.disk().fail_writes(count, Disk::Fault::unknown_after);
    case 3:
      return shop_.disk().fail_reads(count);
    default:
      shop_.trace("the disk is full");
      shop_.disk().set_full(true);
      runtime::spawn(shop_.world().runtime().executor, make_room());
  }
}

boost::asio::awaitable<void> Trouble::make_room() {
  co_await runtime::sleep_for(shop_.world().runtime(), shop_.faults().between(20ms, 800ms));
  shop_.disk().set_full(false);
}

/// The warehouse cancels a fulfilment of its own accord: what was prepared can never be released.
void Trouble::lose_goods() {
  const auto prefix = simulators::after_prefix("item/");
  std::vector<std::string> prepared;
  for (const auto& [key, text] : shop_.fulfilment().store.scan("item/", prefix, 1000)) {
    const boost::json::value item = boost::json::parse(text);
    if (item.at("status").as_string() == "prepared") prepared.emplace_back(item.at("id").as_string());
  }
  if (prepared.empty()) return;
  const std::string& id = prepared[shop_.world().below(prepared.size())];
  net::ClientRequest request{.method = net::Method::post, .path = "/v1/fulfilments/" + id + "/cancel"};
  shop_.fulfilment().handle(shop_.world(), request);
  shop_.trace("the warehouse lost " + id);
}

}  // namespace pps::simulation
