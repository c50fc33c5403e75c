#pragma once

#include <future>
#include <thread>

#include "runtime/loop.hpp"
#include "runtime/sync.hpp"

namespace pps::net {

/// A real loop on a thread of its own; the test's thread stays free to speak to it over sockets.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() {
    loop_.stop();
    thread_.join();
  }
  runtime::Runtime& runtime() { return loop_.runtime(); }

  /// Runs `fn` on the loop and waits for it.
  template <class F>
  auto call(F fn) {
    std::promise<decltype(fn())> done;
    auto future = done.get_future();
    boost::asio::post(runtime().executor, [&] {
      if constexpr (std::is_void_v<decltype(fn())>) {
        fn();
        done.set_value();
      } else {
        done.set_value(fn());
      }
    });
    return future.get();
  }

  /// Runs a task on the loop and waits for its result. @param make builds the task on the loop.
  template <class T>
  std::future<Result<T>> start(std::function<Task<T>()> make) {
    auto done = std::make_shared<std::promise<Result<T>>>();
    auto future = done->get_future();
    auto run = [](std::function<Task<T>()> m,
                  std::shared_ptr<std::promise<Result<T>>> p) -> boost::asio::awaitable<void> {
      Result<T> result = co_await m();
      p->set_value(std::move(result));
    };
    runtime::spawn(runtime().executor, run(std::move(make), done));
    return future;
  }
  template <class T>
  Result<T> run(std::function<Task<T>()> make) {
    return start<T>(std::move(make)).get();
  }

 private:
  runtime::Loop loop_;
  std::thread thread_;
};

}  // namespace pps::net
