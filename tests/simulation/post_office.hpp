#pragma once

#include <map>

#include "bus/bus.hpp"
#include "wire.hpp"

/// The event log as processes have it that do not hold it themselves: appends go to the process of the log, batches
/// come from it, and both are exchanges that can go wrong.
namespace pps::simulation {

/// What the process of the log answers.
class BusServer {
 public:
  explicit BusServer(std::shared_ptr<bus::Bus> bus) : bus_(std::move(bus)) {}
  Task<void> append(Context, std::vector<bus::Bus::Entry> entries) { return bus_->append(std::move(entries)); }
  bus::Bus& bus() { return *bus_; }

 private:
  std::shared_ptr<bus::Bus> bus_;
};

/// Who listens, whatever process holds the log now.
class PostOffice {
 public:
  explicit PostOffice(Wire& wire) : wire_(wire) {}
  Port<BusServer>& port() { return port_; }

  /// The bus of a process other than the log's.
  std::shared_ptr<bus::Bus> line(runtime::SimulatedProcess& process);
  void listen(runtime::SimulatedProcess& process, std::string topic, std::string group, bus::Consumer consumer);
  void forget(const runtime::SimulatedProcess& process);
  /// The log's process began: all who listen are subscribed on it.
  void serve(runtime::SimulatedProcess& process, std::shared_ptr<bus::Bus> bus);

 private:
  struct Listener {
    runtime::SimulatedProcess* process;
    bus::Consumer consumer;
  };
  using Group = std::pair<std::string, std::string>;  ///< Topic, group.
  void subscribe(const Port<BusServer>::Server& server, const Group& group);
  Task<void> deliver(runtime::SimulatedProcess& from, Group group, std::vector<bus::Delivered> batch);

  Wire& wire_;
  Port<BusServer> port_;
  std::map<Group, std::vector<Listener>> listeners_;
};

}  // namespace pps::simulation
