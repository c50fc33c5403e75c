#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <map>
#include <memory>
#include <vector>

#include "runtime/runtime.hpp"
#include "runtime/sync.hpp"

/// A world of its own: one thread, virtual time, and a seed that decides what runs next. Unit tests and the
/// whole-system simulation run on it; the same seed gives the same run, step for step.
namespace pps::runtime {

class SimulatedWorld;

/// One simulated process: its ready work and its timers can be dropped at once, as kill -9 does.
class SimulatedProcess final : public Timers, public Pool {
 public:
  SimulatedProcess(SimulatedWorld& world, std::string name);
  SimulatedProcess(const SimulatedProcess&) = delete;

  Runtime& runtime() { return runtime_; }
  const std::string& name() const { return name_; }
  bool alive() const { return alive_; }
  /// Drops everything that waits, now and later. The objects built on it must be destroyed after this, not before.
  void kill();

  TimerHandle call_at(Duration at, std::function<void()> fn) override;
  bool submit(std::function<void()> work) override;  ///< Runs later on the loop, in an order the seed chooses.

 private:
  friend class SimulatedWorld;
  SimulatedWorld& world_;
  std::string name_;
  bool alive_ = true;
  Runtime runtime_;
};

class SimulatedWorld final : public Clock, public Random, public boost::asio::execution_context {
 public:
  explicit SimulatedWorld(std::uint64_t seed);
  ~SimulatedWorld() override;

  /// 2026-01-01T00:00:00Z plus what has passed.
  Timestamp now() const override;
  Duration monotonic() const override { return elapsed_; }
  void fill(std::span<std::uint8_t> out) override;  ///< From the seed: repeatable, not secret.

  SimulatedProcess& process(std::string name);
  SimulatedProcess& main() { return *main_; }
  Runtime& runtime() { return main_->runtime(); }

  /// One ready handler, chosen by the seed; if none is ready, time moves to the next timer. False if nothing is left.
  bool step();
  /// Steps until `done`, or nothing is left, or `limit` of virtual time has passed. True if `done`.
  bool run_until(const std::function<bool()>& done, Duration limit = std::chrono::hours(24));
  void run_for(Duration duration);

  /// Runs one task to its end on the main process. Error `timeout` "simulation.stuck" if it never ends.
  template <class T>
  Result<T> run(Task<T> task) {
    auto promise = std::make_shared<Promise<T>>();
    auto wrap = [](std::shared_ptr<Promise<T>> out, Task<T> inner) -> boost::asio::awaitable<void> {
      Result<T> result = co_await std::move(inner);
      out->fulfil(std::move(result));
    };
    spawn(runtime().executor, wrap(promise, std::move(task)));
    if (!run_until([&] { return promise->is_fulfilled(); }))
      return fail(ErrorKind::timeout, "simulation.stuck", "nothing is left to run and the task has not ended");
    return peek(*promise);
  }

  /// A running hash of every choice made: two runs of a seed must agree.
  std::uint64_t event_hash() const { return event_hash_; }
  std::uint64_t steps() const { return steps_; }

 private:
  friend class SimulatedProcess;
  friend class SimulatedExecutor;
  struct Ready {
    SimulatedProcess* process;
    std::function<void()> work;
  };
  template <class T>
  Result<T> peek(Promise<T>& promise) {
    std::optional<Result<T>> out;
    auto read = [](Promise<T>& from, std::optional<Result<T>>& to) -> boost::asio::awaitable<void> {
      to = co_await from.get();
    };
    spawn(runtime().executor, read(promise, out));
    while (!out) step();
    return std::move(*out);
  }
  void push(SimulatedProcess& process, std::function<void()> work);
  std::uint64_t choose(std::uint64_t bound);

  std::uint64_t state_;
  std::uint64_t event_hash_ = 0;
  std::uint64_t steps_ = 0;
  Duration elapsed_{};
  std::uint64_t timer_seq_ = 0;
  std::vector<Ready> ready_;
  std::map<std::pair<Duration, std::uint64_t>, Ready> timers_;
  std::vector<std::unique_ptr<SimulatedProcess>> processes_;
  SimulatedProcess* main_ = nullptr;
};

}  // namespace pps::runtime
