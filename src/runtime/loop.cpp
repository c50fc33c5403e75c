#include "runtime/loop.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>

#include "base/result.hpp"

namespace pps::runtime {

namespace asio = boost::asio;

namespace {
class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
  Duration monotonic() const override {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

class SystemRandom final : public Random {
 public:
  /// OpenSSL's generator costs as much for eight bytes as for hundreds: small wishes are met from a store, in which nothing
  /// stays that was given away.
  void fill(std::span<std::uint8_t> out) override {
    thread_local std::array<std::uint8_t, 1024> store;
    thread_local std::size_t left = 0;
    if (out.size() > store.size() / 8) {
      PPS_INVARIANT(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
      return;
    }
    if (left < out.size()) {
      PPS_INVARIANT(RAND_bytes(store.data(), static_cast<int>(store.size())) == 1);
      left = store.size();
    }
    const auto from = store.begin() + static_cast<std::ptrdiff_t>(left - out.size());
    std::copy_n(from, out.size(), out.begin());
    std::fill_n(from, out.size(), std::uint8_t{0});
    left -= out.size();
  }
};

class LoopTimers final : public Timers {
 public:
  explicit LoopTimers(asio::io_context& loop) : loop_(loop) {}
  TimerHandle call_at(Duration at, std::function<void()> fn) override {
    struct Entry {
      asio::steady_timer timer;
      std::function<void()> fn;
    };
    auto entry = std::make_shared<Entry>(Entry{asio::steady_timer(loop_), std::move(fn)});
    entry->timer.expires_at(std::chrono::steady_clock::time_point(at));
    entry->timer.async_wait([entry](boost::system::error_code error) {
      if (error || !entry->fn) return;
      const auto call = std::exchange(entry->fn, nullptr);
      call();
    });
    // Cancelling comes too late for a timer that has gone off and waits for its turn; an empty
    // function does not.
    return TimerHandle([weak = std::weak_ptr(entry)] {
      if (const auto alive = weak.lock()) {
        alive->fn = nullptr;
        alive->timer.cancel();
      }
    });
  }

 private:
  asio::io_context& loop_;
};

class ThreadPool final : public Pool {
 public:
  ThreadPool(std::size_t threads, std::size_t queue) : pool_(threads), limit_(queue) {}
  ~ThreadPool() override { pool_.join(); }
  bool submit(std::function<void()> work) override {
    if (waiting_.fetch_add(1) >= limit_) {
      waiting_.fetch_sub(1);
      return false;
    }
    asio::post(pool_, [this, work = std::move(work)] {
      waiting_.fetch_sub(1);
      work();
    });
    return true;
  }

 private:
  asio::thread_pool pool_;
  std::size_t limit_;
  std::atomic<std::size_t> waiting_{0};
};
}  // namespace

struct Loop::State {
  explicit State(const Options& options)
      : timers(context),
        pool(options.pool_threads, options.pool_queue),
        sync_pool(1, options.pool_queue),
        hash_pool(options.hash_threads, options.hash_queue),
        mail_pool(options.mail_threads, options.mail_queue),
        runtime{context.get_executor(), clock, random, timers, pool, sync_pool, hash_pool, mail_pool},
        work(asio::make_work_guard(context)) {}
  asio::io_context context{1};
  SystemClock clock;
  SystemRandom random;
  LoopTimers timers;
  ThreadPool pool;
  ThreadPool sync_pool;
  ThreadPool hash_pool;
  ThreadPool mail_pool;
  Runtime runtime;
  asio::executor_work_guard<asio::io_context::executor_type> work;
};

Loop::Loop(Options options) : state_(std::make_unique<State>(options)) {}
Loop::~Loop() = default;
Runtime& Loop::runtime() { return state_->runtime; }
void Loop::run() {
  state_->context.restart();
  state_->context.run();
}
void Loop::stop() { state_->context.stop(); }

}  // namespace pps::runtime
