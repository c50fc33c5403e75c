#pragma once

#include <string>
#include <unordered_map>

#include "runtime/runtime.hpp"
#include "services/auth/repository.hpp"

namespace pps::auth {

struct ThrottleLimits {
  std::int64_t free_failures = 4;
  Duration first_wait = std::chrono::seconds(30);  ///< From the next failure on, doubling.
  Duration most_wait = std::chrono::hours(1);
  std::int64_t off_at = 100;  ///< Failures after which the password no longer works until recovery.
  std::int64_t address_burst = 10;
  std::int64_t address_per_minute = 10;
  std::int64_t address_failures = 100;  ///< Wrong secrets in an hour after which a network waits `address_wait`; 0: no limit.
  Duration address_wait = std::chrono::hours(1);
};

/// Slows down guessing. An attempt is counted, durably, before the secret is checked, under what
/// was submitted and whether or not that account exists; thirty days without one forget the count. Loop-confined.
class Throttle {
 public:
  Throttle(runtime::Runtime& runtime, Repository& repository, ThrottleLimits limits)
      : runtime_(runtime), repository_(repository), limits_(limits) {}

  /// @param account canonical form of what was submitted. Error `rate_limited` "auth.throttled"
  /// with retry_after_s.
  Task<void> attempt(std::string account);
  /// The secret was right: the count starts anew.
  Task<void> succeeded(std::string account);
  /// An attempt from a network, which is a /32 or a /64: it has a token bucket, and waits after too many wrong secrets. In
  /// memory. Error `rate_limited` "rate.limited".
  Result<void> address(const std::string& peer);
  /// The secret of an attempt from there was wrong.
  void address_failed(const std::string& peer);
  /// The same where right secrets are never held up (they are too long to be guessed, only asking costs): counts, and says
  /// whether the network is to wait. Error `rate_limited` "rate.limited".
  Result<void> wrong_from(const std::string& peer);

 private:
  struct Network {
    double tokens = 0;
    Duration at{};  ///< When `tokens` was right.
    std::int64_t failures = 0;
    Duration hour_began{};  ///< Of the hour in which `failures` are counted.
    Duration not_before{};
  };
  Network& network(const std::string& peer);
  void forget_the_quiet();
  Duration wait_after(std::int64_t failures) const;
  runtime::Runtime& runtime_;
  Repository& repository_;
  ThrottleLimits limits_;
  std::unordered_map<std::string, Network> networks_;
};

}  // namespace pps::auth
