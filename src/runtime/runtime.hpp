#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/time.hpp"
#include "base/uuid.hpp"

namespace pps::runtime {

/// What time it is. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;  ///< Wall time; may step.
  virtual Duration monotonic()
      const = 0;  ///< Since an arbitrary start; never goes back. Deadlines are in this.
};

/// Where random bits come from. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;  ///< Cryptographically strong in production.
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound);  ///< Uniform in [0, bound); @pre bound > 0.
};

/// Cancels its timer when destroyed or reset: from then on it is not called, even if its moment had
/// come.
class TimerHandle {
 public:
  TimerHandle() = default;
  explicit TimerHandle(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  TimerHandle(TimerHandle&& other) noexcept : cancel_(std::exchange(other.cancel_, nullptr)) {}
  TimerHandle& operator=(TimerHandle&& other) noexcept {
    reset();
    cancel_ = std::exchange(other.cancel_, nullptr);
    return *this;
  }
  ~TimerHandle() { reset(); }
  void reset() {
    if (auto cancel = std::exchange(cancel_, nullptr)) cancel();
  }

 private:
  std::function<void()> cancel_;
};

/// Calls back on the loop at a moment. Loop-confined.
class Timers {
 public:
  virtual ~Timers() = default;
  /// @param at in Clock::monotonic. A moment that has passed means "as soon as possible, not before
  /// returning".
  virtual TimerHandle call_at(Duration at, std::function<void()> fn) = 0;
};

/// A bounded pool of threads for work that blocks or takes long (disk, argon2, signatures).
/// Thread-safe.
class Pool {
 public:
  virtual ~Pool() = default;
  /// False if the queue is full: the caller answers `unavailable`. `work` must not throw.
  virtual bool submit(std::function<void()> work) = 0;
};

/// Everything a component may use of the outside world, handed in. The simulation hands in its own.
///
/// Thread contract: `executor` is one loop run by one thread; services, shards and caches live on
/// it and need no locks. What blocks goes to a pool and comes back by posting to the executor.
struct Runtime {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  Timers& timers;
  Pool& pool;       ///< What somebody waits for and is soon done: cold reads, searches.
  Pool& sync_pool;  ///< One thread: the committer's writes and syncs, in order.
  Pool& hash_pool;  ///< Password hashes: tens of milliseconds of a core each.
  Pool& mail_pool;  ///< Mail servers, which may keep one waiting for half a minute.
};

/// A fresh version-7 UUID that carries `shard` (0 … 4095).
Uuid new_uuid(Runtime& runtime, std::uint16_t shard = 0);

}  // namespace pps::runtime
