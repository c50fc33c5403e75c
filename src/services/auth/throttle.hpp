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
};

/// Slows down guessing. An attempt is counted, durably, before the secret is checked, under what
/// was submitted and whether or not that account exists. Loop-confined.
class Throttle {
 public:
  Throttle(runtime::Runtime& runtime, Repository& repository, ThrottleLimits limits)
      : runtime_(runtime), repository_(repository), limits_(limits) {}

  /// @param account canonical form of what was submitted. Error `rate_limited` "auth.throttled"
  /// with retry_after_s.
  Task<void> attempt(std::string account);
  /// The secret was right: the count starts anew.
  Task<void> succeeded(std::string account);
  /// A token bucket per /32 or /64, in memory. Error `rate_limited` "rate.limited".
  Result<void> address(const std::string& peer);

 private:
  struct Bucket {
    double tokens = 0;
    Duration at{};
  };
  Duration wait_after(std::int64_t failures) const;
  runtime::Runtime& runtime_;
  Repository& repository_;
  ThrottleLimits limits_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace pps::auth
