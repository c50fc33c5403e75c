#pragma once

#include <functional>
#include <memory>

#include "app/modules.hpp"
#include "app/settings.hpp"
#include "net/health.hpp"
#include "net/server.hpp"
#include "runtime/shutdown.hpp"

namespace pps::app {

/// One process of PPS on an opened data folder: databases, bus, modules, and (with `listen`) both
/// listeners.
class Node {
 public:
  Node(runtime::Runtime& runtime, config::Config& config, Settings settings);
  ~Node();

  /// Checks the configuration, then opens the databases and makes the modules. Errors name what was wrong and where:
  /// "config.invalid" (nothing was opened or made), "storage.in_use", "storage.newer", "storage.shard_count" …
  Task<void> open(Scope scope = Scope::whole);
  /// Called on the loop, at most once a database, when a write has failed for another reason than a full disk: the
  /// process must end, and recovers when it is started again. @pre before `open`.
  void on_storage_failed(std::function<void()> fn);
  /// Starts the listeners; /readyz answers 200 from then on.
  Task<void> listen();
  /// What a drain does, in order: doors, then what works behind them.
  void add_shutdown_steps(runtime::Shutdown& shutdown);

  const Apis& apis() const;
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pps::app
