#include "post_office.hpp"

namespace pps::simulation {

namespace {
class BusLine final : public bus::Bus {
 public:
  BusLine(PostOffice& office, Wire& wire, runtime::SimulatedProcess& process)
      : office_(office), process_(process), link_(wire, office.port(), process) {}

  Task<void> append(std::vector<Entry> entries) override {
    return link_.call("bus.append", Context{}, &BusServer::append, std::move(entries));
  }
  void subscribe(std::string topic, std::string group, bus::Consumer consumer) override {
    office_.listen(process_, std::move(topic), std::move(group), std::move(consumer));
  }
  Task<std::uint64_t> lag(std::string, std::string) override { co_return 0; }

 private:
  PostOffice& office_;
  runtime::SimulatedProcess& process_;
  Link<BusServer> link_;
};
}  // namespace

std::shared_ptr<bus::Bus> PostOffice::line(runtime::SimulatedProcess& process) {
  return std::make_shared<BusLine>(*this, wire_, process);
}

void PostOffice::listen(runtime::SimulatedProcess& process, std::string topic, std::string group, bus::Consumer consumer) {
  const Group name{std::move(topic), std::move(group)};
  const bool known = listeners_.contains(name);
  listeners_[name].push_back({&process, std::move(consumer)});
  if (!known)
    for (const auto& server : port_.servers()) subscribe(server, name);
}

void PostOffice::forget(const runtime::SimulatedProcess& process) {
  port_.close(process);
  for (auto& [group, listeners] : listeners_)
    std::erase_if(listeners, [&](const Listener& listener) { return listener.process == &process; });
}

void PostOffice::serve(runtime::SimulatedProcess& process, std::shared_ptr<bus::Bus> bus) {
  port_.open(process, std::make_shared<BusServer>(std::move(bus)));
  for (const auto& [group, listeners] : listeners_) subscribe(port_.servers().back(), group);
}

void PostOffice::subscribe(const Port<BusServer>::Server& server, const Group& group) {
  auto* from = server.process;
  server.api->bus().subscribe(group.first, group.second, [this, from, group](std::vector<bus::Delivered> batch) {
    return deliver(*from, group, std::move(batch));
  });
}

Task<void> PostOffice::deliver(runtime::SimulatedProcess& from, Group group, std::vector<bus::Delivered> batch) {
  std::function<bool(std::function<void(Result<void>)>)> to_one =
      [this, group, batch = std::move(batch)](std::function<void(Result<void>)> tell) {
        const auto& listeners = listeners_[group];
        if (listeners.empty()) return false;
        const Listener listener = listeners[wire_.world.below(listeners.size())];
        auto run = [](bus::Consumer consumer, std::vector<bus::Delivered> entries,
                      std::function<void(Result<void>)> then) -> boost::asio::awaitable<void> {
          Result<void> done = co_await consumer(std::move(entries));
          then(std::move(done));
        };
        runtime::spawn(listener.process->runtime().executor, run(listener.consumer, batch, std::move(tell)));
        return true;
      };
  std::function<void()> crash = [this, to = &from] { wire_.kill(*to); };
  return exchange<void>(wire_, from, "bus.deliver", Context{}, std::move(to_one), std::move(crash));
}

}  // namespace pps::simulation
