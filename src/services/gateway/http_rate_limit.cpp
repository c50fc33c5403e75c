#include "services/gateway/http_rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace pps::gateway {

void RateLimit::refill(Bucket& bucket, Duration now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min<double>(burst_, bucket.tokens + seconds * per_second_);
  bucket.at = now;
}

void RateLimit::forget_full(Duration now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + std::chrono::seconds(1);
  for (auto known = buckets_.begin(); known != buckets_.end();) {
    refill(known->second, now);
    known = known->second.tokens >= burst_ ? buckets_.erase(known) : std::next(known);
  }
}

Result<void> RateLimit::take(const std::string& caller) {
  if (per_second_ <= 0) return {};
  const Duration now = clock_.monotonic();
  if (buckets_.size() >= kMaxKnown) forget_full(now);
  Bucket& bucket = buckets_.try_emplace(caller, Bucket{static_cast<double>(burst_), now}).first->second;
  refill(bucket, now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return {};
  }
  Error error{ErrorKind::rate_limited, "rate.limited", "Too many purchases at once; wait a little."};
  error.retry_after_s = std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / per_second_)));
  return fail(std::move(error));
}

}  // namespace pps::gateway
