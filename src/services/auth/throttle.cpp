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
constexpr std::size_t kMostNetworks = 100'000;
constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kRemembered = std::chrono::days(30);
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
    change.until(std::max(row.row.not_before_us, now + kRemembered.count()));
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
    change.until(to_unix_us(runtime_.clock.now())).update(**found);
    Result<void> cleared = co_await repository_.commit(std::move(change));
    if (cleared || cleared.error().kind != ErrorKind::conflict) co_return cleared;
  }
}

/// Those whose bucket is full again and that have failed nothing are as good as never seen. If that makes no room, those that
/// do not wait are forgotten too: many networks at once must not free one that guesses.
void Throttle::forget_the_quiet() {
  const Duration now = runtime_.clock.monotonic();
  const Duration refill(std::llround(static_cast<double>(limits_.address_burst) * 60e6 /
                                     static_cast<double>(std::max<std::int64_t>(1, limits_.address_per_minute))));
  std::erase_if(networks_, [&](const auto& one) {
    const Network& network = one.second;
    return now - network.at >= refill && network.not_before <= now &&
           (network.failures == 0 || now - network.hour_began >= kHour);
  });
  if (networks_.size() < kMostNetworks) return;
  std::erase_if(networks_, [&](const auto& one) { return one.second.not_before <= now; });
  if (networks_.size() >= kMostNetworks) networks_.clear();  // a bound, whatever happens
}

Throttle::Network& Throttle::network(const std::string& peer) {
  const std::string key = network_of(peer);
  if (const auto known = networks_.find(key); known != networks_.end()) return known->second;
  if (networks_.size() >= kMostNetworks) forget_the_quiet();
  return networks_.emplace(key, Network{static_cast<double>(limits_.address_burst), runtime_.clock.monotonic()}).first->second;
}

Result<void> Throttle::address(const std::string& peer) {
  const Duration now = runtime_.clock.monotonic();
  Network& from = network(peer);
  if (now < from.not_before) return fail(limited("rate.limited", from.not_before - now));
  if (limits_.address_per_minute == 0) return {};
  const double per_us = static_cast<double>(limits_.address_per_minute) / 60e6;
  from.tokens = std::min(static_cast<double>(limits_.address_burst),
                         from.tokens + static_cast<double>((now - from.at).count()) * per_us);
  from.at = now;
  if (from.tokens < 1)
    return fail(limited("rate.limited", Duration(std::llround((1 - from.tokens) / per_us))));
  from.tokens -= 1;
  return {};
}

Result<void> Throttle::wrong_from(const std::string& peer) {
  const Duration now = runtime_.clock.monotonic();
  const Duration until = network(peer).not_before;
  if (now < until) return fail(limited("rate.limited", until - now));
  address_failed(peer);
  return {};
}

void Throttle::address_failed(const std::string& peer) {
  if (limits_.address_failures == 0) return;
  const Duration now = runtime_.clock.monotonic();
  Network& from = network(peer);
  if (from.failures == 0 || now - from.hour_began >= kHour) {
    from.failures = 0;
    from.hour_began = now;
  }
  if (++from.failures < limits_.address_failures) return;
  from.failures = 0;
  from.not_before = now + limits_.address_wait;
}

}  // namespace pps::auth
