#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/runtime.hpp"
#include "runtime/sync.hpp"
#include "runtime/task.hpp"

namespace pps::runtime {

/// Ends a process in good order: first the doors (listeners drain), then what works behind them,
/// then what stores. All steps together have `grace`; what is late is left behind, because
/// everything accepted is on disk already and a restart takes it up. Loop-confined.
class Shutdown {
 public:
  /// @param deadline in Clock::monotonic: the same moment for all steps.
  using Step = std::function<Task<void>(Duration deadline)>;

  Shutdown(Runtime& runtime, Duration grace) : runtime_(runtime), grace_(grace) {}
  /// Steps run one after another in the order in which they were added.
  void add(std::string name, Step step) { steps_.push_back({std::move(name), std::move(step)}); }
  /// Starts it. Asked a second time it does not wait for the steps any longer.
  void begin(std::string reason);
  bool has_begun() const { return begun_; }
  /// Until all steps have ended, or the grace has, or somebody asked twice.
  boost::asio::awaitable<void> wait() { return done_.wait(); }

 private:
  struct Named {
    std::string name;
    Step step;
  };
  boost::asio::awaitable<void> run(Duration deadline);

  Runtime& runtime_;
  Duration grace_;
  std::vector<Named> steps_;
  bool begun_ = false;
  Event done_;
};

/// Calls `on_signal` on the loop for each SIGTERM and SIGINT, as long as it lives. The real loop
/// only.
class SignalWatch {
 public:
  SignalWatch(Runtime& runtime, std::function<void(std::string name)> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pps::runtime
