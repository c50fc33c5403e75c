#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "faults.hpp"
#include "runtime/context.hpp"
#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"

/// Exchanges between simulated processes, as remote calls are: the request and the answer travel, either can be lost,
/// late or doubled, and either side can die meanwhile. Messages in flight belong to nobody: they arrive after their
/// sender has died.
namespace pps::simulation {

/// Where a service can be reached: the processes that serve it now, none while it is down, two while one has not
/// noticed that it was replaced.
template <class Api>
class Port {
 public:
  struct Server {
    runtime::SimulatedProcess* process;
    std::shared_ptr<Api> api;
  };
  void open(runtime::SimulatedProcess& process, std::shared_ptr<Api> api) { servers_.push_back({&process, std::move(api)}); }
  void close(const runtime::SimulatedProcess& process) {
    std::erase_if(servers_, [&](const Server& server) { return server.process == &process; });
  }
  const std::vector<Server>& servers() const { return servers_; }

 private:
  std::vector<Server> servers_;
};

/// What every exchange needs of the world around it.
struct Wire {
  runtime::SimulatedWorld& world;
  Faults& faults;
  std::function<void(runtime::SimulatedProcess&)> kill;
  std::function<void(const std::string&)> trace;  ///< May be empty.

  void note(std::string_view effect, std::string_view what) const {
    if (trace) trace(std::string(effect).append(" ").append(what));
  }
  void happened(const std::string& effect, Fate fate) {
    faults.happened(effect, fate);
    note(effect, std::string(name_of(fate.fault)) + (fate.after ? " after" : " before"));
  }
  Duration latency() { return faults.between(std::chrono::microseconds(50), std::chrono::milliseconds(2)); }
};

/// How long a caller waits when its context does not say less.
inline constexpr Duration kPatience = std::chrono::seconds(2);

namespace detail {
inline Error no_answer() { return {ErrorKind::unknown_outcome, "net.no_answer", "simulated: no answer"}; }
inline Error nobody() { return {ErrorKind::unavailable, "net.refused", "simulated: nobody listens"}; }

/// One exchange under way. Shared by its flight, the callee's run and the caller.
template <class Reply>
struct Exchange {
  std::string effect;
  Wire& wire;
  runtime::SimulatedProcess* caller;
  std::shared_ptr<runtime::Promise<Reply>> promise;
  /// Runs the work somewhere, and tells the result there, or never. False if nobody is there to do it.
  std::function<bool(std::function<void(Result<Reply>)>)> deliver;
  std::function<void()> crash;
};

template <class Reply>
void answer(std::shared_ptr<Exchange<Reply>> exchange, Result<Reply> result) {
  auto shared = std::make_shared<Result<Reply>>(std::move(result));
  boost::asio::post(exchange->caller->runtime().executor, [promise = exchange->promise, shared] {
    if (!promise->is_fulfilled()) promise->fulfil(std::move(*shared));
  });
}

template <class Reply>
boost::asio::awaitable<void> repeat(std::shared_ptr<Exchange<Reply>> exchange, Duration wait) {
  co_await runtime::sleep_for(exchange->wire.world.runtime(), wait);
  exchange->deliver([](Result<Reply>) {});
}

template <class Reply>
boost::asio::awaitable<void> return_flight(std::shared_ptr<Exchange<Reply>> exchange, Fate fate, Result<Reply> result) {
  Wire& wire = exchange->wire;
  runtime::Runtime& main = wire.world.runtime();
  if (fate.after && fate.fault != Fault::none) wire.happened(exchange->effect, fate);
  if (fate.after) {
    if (fate.fault == Fault::drop) co_return;
    if (fate.fault == Fault::unknown) result = std::unexpected(no_answer());
    if (fate.fault == Fault::delay) co_await runtime::sleep_for(main, fate.wait);
    if (fate.fault == Fault::twice) runtime::spawn(main.executor, repeat(exchange, fate.wait));
    if (fate.fault == Fault::crash) {
      exchange->crash();
      co_return;
    }
  }
  co_await runtime::sleep_for(main, wire.latency());
  answer(exchange, std::move(result));
}

template <class Reply>
boost::asio::awaitable<void> flight(std::shared_ptr<Exchange<Reply>> exchange) {
  Wire& wire = exchange->wire;
  runtime::Runtime& main = wire.world.runtime();
  const Fate fate = wire.faults.decide();
  co_await runtime::sleep_for(main, wire.latency());
  if (!fate.after && fate.fault != Fault::none) {
    wire.happened(exchange->effect, fate);
    if (fate.fault == Fault::drop) co_return;
    if (fate.fault == Fault::unknown) {
      answer<Reply>(exchange, std::unexpected(no_answer()));
      co_return;
    }
    if (fate.fault == Fault::delay) co_await runtime::sleep_for(main, fate.wait);
    if (fate.fault == Fault::twice) runtime::spawn(main.executor, repeat(exchange, Duration(fate.wait / 50)));
    if (fate.fault == Fault::crash) {
      exchange->crash();
      co_return;
    }
  }
  const bool taken = exchange->deliver([exchange, fate](Result<Reply> result) {
    runtime::spawn(exchange->wire.world.runtime().executor, return_flight(exchange, fate, std::move(result)));
  });
  if (!taken) answer<Reply>(exchange, std::unexpected(nobody()));
}

template <class Reply>
boost::asio::awaitable<void> serve(Task<Reply> work, std::function<void(Result<Reply>)> tell) {
  Result<Reply> result = co_await std::move(work);
  tell(std::move(result));
}
}  // namespace detail

/// Sends and waits, on the caller's process.
template <class Reply>
Task<Reply> exchange(Wire& wire, runtime::SimulatedProcess& caller, std::string effect, Context context,
                     std::function<bool(std::function<void(Result<Reply>)>)> deliver, std::function<void()> crash) {
  auto promise = std::make_shared<runtime::Promise<Reply>>();
  runtime::Runtime& mine = caller.runtime();
  const Duration until = std::min(context.deadline, mine.clock.monotonic() + kPatience);
  auto timer = mine.timers.call_at(until, [promise] {
    if (!promise->is_fulfilled()) promise->fulfil(std::unexpected(detail::no_answer()));
  });
  auto state = std::make_shared<detail::Exchange<Reply>>(
      detail::Exchange<Reply>{std::move(effect), wire, &caller, promise, std::move(deliver), std::move(crash)});
  runtime::spawn(wire.world.runtime().executor, detail::flight(std::move(state)));
  Result<Reply> result = co_await promise->get();
  co_return result;
}

/// A caller's side of one service: what a remote Api is made of.
template <class Api>
class Link {
 public:
  Link(Wire& wire, Port<Api>& port, runtime::SimulatedProcess& caller) : wire_(wire), port_(port), caller_(caller) {}

  template <class Reply, class Request>
  Task<Reply> call(std::string effect, Context context, Task<Reply> (Api::*method)(Context, Request), Request request) {
    std::function<bool(std::function<void(Result<Reply>)>)> deliver =
        [&wire = wire_, &port = port_, method, context, request = std::move(request)](std::function<void(Result<Reply>)> tell) {
          const auto& servers = port.servers();
          if (servers.empty()) return false;
          const auto server = servers[wire.world.below(servers.size())];
          auto run = [](std::shared_ptr<Api> api, Task<Reply> (Api::*what)(Context, Request), Context with, Request asked,
                        std::function<void(Result<Reply>)> then) -> boost::asio::awaitable<void> {
            Request copy = asked;
            Result<Reply> result = co_await (api.get()->*what)(with, std::move(copy));
            then(std::move(result));
          };
          runtime::spawn(server.process->runtime().executor, run(server.api, method, context, request, std::move(tell)));
          return true;
        };
    std::function<void()> crash = [&wire = wire_, &port = port_] {
      const auto& servers = port.servers();
      if (!servers.empty()) wire.kill(*servers[wire.world.below(servers.size())].process);
    };
    return exchange<Reply>(wire_, caller_, std::move(effect), context, std::move(deliver), std::move(crash));
  }

 private:
  Wire& wire_;
  Port<Api>& port_;
  runtime::SimulatedProcess& caller_;
};

}  // namespace pps::simulation
