#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"

/// Waiting, for coroutines on one loop. Nothing here is thread-safe: from another thread, post to the loop first.
namespace pps::runtime {

/// Suspends until somebody calls the function that `start` was given (once, on the loop). `start` runs at once. The
/// coroutine goes on through its executor, never inside that call.
template <class Start>
boost::asio::awaitable<void> suspend(Start start) {
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
      [](auto handler, Start begin) {
        using Handler = decltype(handler);
        const auto executor = boost::asio::get_associated_executor(handler);
        auto shared = std::make_shared<Handler>(std::move(handler));
        begin(std::function<void()>([shared, executor]() mutable {
          boost::asio::post(executor, [shared] { std::move (*shared)(); });
        }));
      },
      boost::asio::use_awaitable, std::move(start));
}

/// Set once; wakes all who wait. Waiting after it was set does not suspend.
class Event {
 public:
  bool is_set() const { return set_; }
  void set();
  boost::asio::awaitable<void> wait();

 private:
  bool set_ = false;
  std::vector<std::function<void()>> waiters_;
};

/// A bell: `notify` wakes those who wait now. Used for "something was committed".
class Signal {
 public:
  void notify();
  boost::asio::awaitable<void> wait();

 private:
  std::vector<std::function<void()>> waiters_;
};

/// A result that arrives once and is read by any number of waiters (copied).
template <class T>
class Promise {
 public:
  void fulfil(Result<T> result) {
    result_ = std::move(result);
    event_.set();
  }
  bool is_fulfilled() const { return event_.is_set(); }
  Task<T> get() {
    co_await event_.wait();
    co_return *result_;
  }

 private:
  Event event_;
  std::optional<Result<T>> result_;
};

/// First come, first served.
class Semaphore {
 public:
  explicit Semaphore(std::size_t permits) : permits_(permits) {}
  boost::asio::awaitable<void> acquire();
  void release();
  std::size_t available() const { return permits_; }

 private:
  std::size_t permits_;
  std::deque<std::function<void()>> waiters_;
};

/// Suspends for that long; returns at once if it is not positive.
boost::asio::awaitable<void> sleep_for(Runtime& runtime, Duration duration);

/// Lets other ready work run first.
boost::asio::awaitable<void> yield();

/// Starts `task` on `executor` and forgets its value. An exception that leaves it (a defect) ends the process.
void spawn(boost::asio::any_io_executor executor, boost::asio::awaitable<void> task);

/// Runs `work` on a pool and comes back to the loop. Error: `unavailable` "overloaded" when the pool's queue is full.
/// @param work returns Result<T>; runs on another thread, so it owns all it touches.
template <class T>
Task<T> run_on(Runtime& runtime, Pool& pool, std::function<Result<T>()> work) {
  auto promise = std::make_shared<Promise<T>>();
  const auto executor = runtime.executor;
  const bool accepted = pool.submit([promise, executor, work = std::move(work)] {
    auto result = std::make_shared<Result<T>>(work());
    boost::asio::post(executor, [promise, result] { promise->fulfil(std::move(*result)); });
  });
  if (!accepted) co_return std::unexpected(Error{ErrorKind::unavailable, "overloaded", "the work queue is full", {}, 1});
  co_return co_await promise->get();
}

/// Runs all at the same time and waits for all; results in order.
template <class T>
boost::asio::awaitable<std::vector<Result<T>>> all_of(std::vector<Task<T>> tasks) {
  struct State {
    std::vector<std::optional<Result<T>>> results;
    std::size_t left = 0;
    Event done;
  };
  auto state = std::make_shared<State>();
  state->results.resize(tasks.size());
  state->left = tasks.size();
  const auto executor = co_await boost::asio::this_coro::executor;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto one = [](std::shared_ptr<State> shared, std::size_t at, Task<T> task) -> boost::asio::awaitable<void> {
      shared->results[at] = co_await std::move(task);
      if (--shared->left == 0) shared->done.set();
    };
    spawn(executor, one(state, i, std::move(tasks[i])));
  }
  if (state->left > 0) co_await state->done.wait();
  std::vector<Result<T>> results;
  for (auto& result : state->results) results.push_back(std::move(*result));
  co_return results;
}

/// The task's result, or `late` when `deadline` (Clock::monotonic) passes first. The task is not cancelled: it runs to
/// its own end and its result is dropped, so it must own what it uses.
template <class T>
Task<T> with_deadline(Runtime& runtime, Duration deadline, ErrorKind late, Task<T> task) {
  auto promise = std::make_shared<Promise<T>>();
  auto run = [](std::shared_ptr<Promise<T>> shared, Task<T> inner) -> boost::asio::awaitable<void> {
    Result<T> result = co_await std::move(inner);
    if (!shared->is_fulfilled()) shared->fulfil(std::move(result));
  };
  auto timer = runtime.timers.call_at(deadline, [promise, late] {
    if (!promise->is_fulfilled())
      promise->fulfil(std::unexpected(Error{late, "deadline.exceeded", "no answer before the deadline"}));
  });
  spawn(co_await boost::asio::this_coro::executor, run(promise, std::move(task)));
  Result<T> result = co_await promise->get();
  co_return result;
}

}  // namespace pps::runtime
