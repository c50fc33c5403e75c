#include "services/auth/throttle.hpp"

#include <arpa/inet.h>

#include <cmath>

#include "security/jwt.hpp"

namespace pps::auth {

namespace {
Error limited(std::string code, Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return {ErrorKind::rate_limited,
          std::move(code),
          "too many attempts; wait " + std::to_string(seconds) + " s",
          {},
          static_cast<int>(std::max<std::int64_t>(1, seconds))};
}

std::string partition_for(const std::string& account) {
  return partition_of("throttle", security::sha256(account));
}

// One customer behind IPv6 has a /64.
std::string network_of(const std::string& peer) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET6, peer.c_str(), bytes.data()) != 1) return peer;
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);  // an IPv4 address
  if (std::string_view(bytes.data(), 12) == kMapped) return {bytes.data(), bytes.size()};
  return {bytes.data(), 8};
}
constexpr std::size_t kMostBuckets = 100'000;
}  // namespace

Duration Throttle::wait_after(std::int64_t failures) const {
  if (failures >= limits_.off_at) return std::chrono::hours(24 * 365 * 10);
  if (failures <= limits_.free_failures) return Duration::zero();
  const auto doublings = std::min<std::int64_t>(failures - limits_.free_failures - 1, 20);
  return std::min<Duration>(limits_.most_wait, limits_.first_wait * (1ll << doublings));
}

Task<void> Throttle::attempt(std::string account) {
  for (;;) {
    Result<std::optional<Versioned<ThrottleRow>>> found =
        co_await repository_.find<ThrottleRow>(partition_for(account));
    if (!found) co_return fail(std::move(found).error());
    const std::int64_t now = to_unix_us(runtime_.clock.now());
    Versioned<ThrottleRow> row = found->value_or(Versioned<ThrottleRow>{});
    if (now < row.row.not_before_us)
      co_return fail(limited("auth.throttled", Duration(row.row.not_before_us - now)));
    ++row.row.failures;
    row.row.not_before_us = now + wait_after(row.row.failures).count();
    Change change(partition_for(account));
    if (*found) {
      change.update(row);
    } else {
      change.insert(row.row);
    }
    Result<void> counted = co_await repository_.commit(std::move(change));
    if (counted || counted.error().kind != ErrorKind::conflict) co_return counted;
  }
}

Task<void> Throttle::succeeded(std::string account) {
  for (;;) {
    Result<std::optional<Versioned<ThrottleRow>>> found =
        co_await repository_.find<ThrottleRow>(partition_for(account));
    if (!found) co_return fail(std::move(found).error());
    if (!*found || (*found)->row.failures == 0) co_return Result<void>{};
    (*found)->row.failures = 0;
    (*found)->row.not_before_us = 0;
    Change change(partition_for(account));
    change.update(**found);
    Result<void> cleared = co_await repository_.commit(std::move(change));
    if (cleared || cleared.error().kind != ErrorKind::conflict) co_return cleared;
  }
}

Result<void> Throttle::address(const std::string& peer) {
  if (limits_.address_per_minute == 0) return {};
  if (buckets_.size() >= kMostBuckets) buckets_.clear();  // a bound; forgetting favours the caller
  const Duration now = runtime_.clock.monotonic();
  const auto burst = static_cast<double>(limits_.address_burst);
  const auto [it, fresh] = buckets_.try_emplace(network_of(peer), Bucket{burst, now});
  Bucket& bucket = it->second;
  const double per_us = static_cast<double>(limits_.address_per_minute) / 60e6;
  bucket.tokens =
      std::min(burst, bucket.tokens + static_cast<double>((now - bucket.at).count()) * per_us);
  bucket.at = now;
  if (bucket.tokens < 1)
    return fail(limited("rate.limited", Duration(std::llround((1 - bucket.tokens) / per_us))));
  bucket.tokens -= 1;
  return {};
}

}  // namespace pps::auth
