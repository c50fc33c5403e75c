#include "runtime/sync.hpp"

#include <boost/asio/detached.hpp>

namespace pps::runtime {

namespace asio = boost::asio;

namespace {
void wake_all(std::vector<std::function<void()>>& waiters) {
  for (auto& wake : std::exchange(waiters, {})) wake();
}
}  // namespace

void Event::set() {
  if (set_) return;
  set_ = true;
  wake_all(waiters_);
}

asio::awaitable<void> Event::wait() {
  if (set_) co_return;
  auto start = [this](std::function<void()> resume) { waiters_.push_back(std::move(resume)); };
  co_await suspend(start);
}

void Signal::notify() { wake_all(waiters_); }

asio::awaitable<void> Signal::wait() {
  auto start = [this](std::function<void()> resume) { waiters_.push_back(std::move(resume)); };
  co_await suspend(start);
}

asio::awaitable<void> Semaphore::acquire() {
  if (permits_ > 0) {
    --permits_;
    co_return;
  }
  auto start = [this](std::function<void()> resume) { waiters_.push_back(std::move(resume)); };
  co_await suspend(start);
}

void Semaphore::release() {
  if (waiters_.empty()) {
    ++permits_;
    return;
  }
  auto resume = std::move(waiters_.front());  // the permit passes to the first in line
  waiters_.pop_front();
  resume();
}

asio::awaitable<void> sleep_for(Runtime& runtime, Duration duration) {
  if (duration <= Duration::zero()) co_return;
  auto handle = std::make_shared<TimerHandle>();
  auto start = [&runtime, duration, handle](std::function<void()> resume) {
    *handle = runtime.timers.call_at(runtime.clock.monotonic() + duration, std::move(resume));
  };
  co_await suspend(start);
}

asio::awaitable<void> yield() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

void spawn(asio::any_io_executor executor, asio::awaitable<void> task) {
  asio::co_spawn(std::move(executor), std::move(task), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

}  // namespace pps::runtime
