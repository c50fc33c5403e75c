#pragma once

#include <string>
#include <unordered_map>

#include "base/result.hpp"
#include "runtime/runtime.hpp"

namespace pps::gateway {

/// A token bucket for each caller. Loop-confined. Forgets callers whose bucket is full again once it knows too many.
class RateLimit {
 public:
  /// @param per_second 0: no limit. @param burst ≥ 1.
  RateLimit(runtime::Clock& clock, int per_second, int burst) : clock_(clock), per_second_(per_second), burst_(burst) {}

  /// Takes one token. Error `rate_limited` "rate.limited" with the seconds to wait.
  Result<void> take(const std::string& caller);
  std::size_t known() const { return buckets_.size(); }
  static constexpr std::size_t kMaxKnown = 100'000;

 private:
  struct Bucket {
    double tokens;
    Duration at;
  };
  void refill(Bucket& bucket, Duration now) const;
  void forget_full(Duration now);

  runtime::Clock& clock_;
  const int per_second_;
  const int burst_;
  std::unordered_map<std::string, Bucket> buckets_;
  Duration next_sweep_{};
};

}  // namespace pps::gateway
