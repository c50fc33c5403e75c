#include "runtime/shutdown.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "runtime/log.hpp"

namespace pps::runtime {

void Shutdown::begin(std::string reason) {
  if (std::exchange(begun_, true)) {
    log::warn("shutdown.forced", {{"reason", reason}});
    done_.set();
    return;
  }
  log::info("shutdown.began", {{"reason", reason}});
  spawn(runtime_.executor, run(runtime_.clock.monotonic() + grace_));
}

boost::asio::awaitable<void> Shutdown::run(Duration deadline) {
  for (const Named& named : steps_) {
    if (done_.is_set()) co_return;
    Task<void> step = named.step(deadline);
    const Result<void> result =
        co_await with_deadline(runtime_, deadline, ErrorKind::timeout, std::move(step));
    if (!result)
      log::warn(
          "shutdown.step_failed",
          {{"step", named.name}, {"code", result.error().code}, {"detail", result.error().detail}});
  }
  log::info("shutdown.ended");
  done_.set();
}

struct SignalWatch::State : std::enable_shared_from_this<State> {
  State(const Runtime& runtime, std::function<void(std::string)> fn)
      : signals(runtime.executor, SIGTERM, SIGINT), on_signal(std::move(fn)) {}

  void wait() {
    signals.async_wait([self = shared_from_this()](boost::system::error_code error, int number) {
      if (error || !self->on_signal) return;
      self->on_signal(number == SIGTERM ? "SIGTERM" : "SIGINT");
      self->wait();
    });
  }

  boost::asio::signal_set signals;
  std::function<void(std::string)> on_signal;
};

SignalWatch::SignalWatch(Runtime& runtime, std::function<void(std::string name)> on_signal)
    : state_(std::make_shared<State>(runtime, std::move(on_signal))) {
  state_->wait();
}

SignalWatch::~SignalWatch() {
  state_->on_signal = nullptr;
  boost::system::error_code ignored;
  state_->signals.cancel(ignored);
}

}  // namespace pps::runtime
