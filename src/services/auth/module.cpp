#include "services/auth/module.hpp"

#include "security/jwt.hpp"
#include "services/auth/service.hpp"

namespace pps::auth {

namespace {
Settings read_settings(config::Config& config, std::string issuer) {
  Settings settings{.issuer = std::move(issuer)};
  settings.access_life = config.get_duration("auth.access_token_life", settings.access_life);
  settings.refresh_idle = config.get_duration("auth.refresh_idle", settings.refresh_idle);
  settings.refresh_most = config.get_duration("auth.refresh_most", settings.refresh_most);
  settings.throttle.address_burst =
      config.get_int("auth.address_burst", settings.throttle.address_burst, 1, 1'000'000);
  settings.throttle.address_per_minute =
      config.get_int("auth.address_per_minute", settings.throttle.address_per_minute, 0, 1'000'000);
  settings.throttle.address_failures =
      config.get_int("auth.address_failures", settings.throttle.address_failures, 0, 1'000'000);
  // The floor is OWASP's.
  const auto memory =
      config.get_int("auth.argon2_memory_kib", settings.cost.memory_kib, 19'456, 1'048'576);
  settings.cost.memory_kib = static_cast<std::uint32_t>(memory);
  settings.cost.passes =
      static_cast<std::uint32_t>(config.get_int("auth.argon2_passes", settings.cost.passes, 1, 10));
  return settings;
}
constexpr storage::Family kKeys{"auth_keys", storage::FamilyUse::conditional};
}  // namespace

void read_configuration(config::Config& config) { (void)read_settings(config, {}); }

Task<std::shared_ptr<AuthApi>> make_local(Dependencies dependencies) {
  Result<std::shared_ptr<storage::Keyring>> ring = co_await storage::Keyring::open(
      dependencies.runtime, *dependencies.table, kKeys, dependencies.key);
  if (!ring) co_return fail(std::move(ring).error());
  Settings settings = read_settings(dependencies.config, dependencies.public_origin);
  const auto& key = dependencies.key.bytes;
  std::string pepper =
      security::hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, "pepper");
  AuthService::Dependencies needs{
      dependencies.runtime, dependencies.table,         *ring,
      std::move(pepper),    dependencies.notifications, std::move(settings)};
  auto service = std::make_shared<AuthService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<AuthApi>(std::move(service));
}

}  // namespace pps::auth
