#include "services/auth/service.hpp"

#include <fmt/format.h>

#include <array>

#include "runtime/log.hpp"
#include "runtime/sync.hpp"

namespace pps::auth {

namespace {
struct Role {
  std::string_view name;
  std::string_view scopes;
};
constexpr std::array kRoles{
    Role{"customer", "purchase account"}, Role{"catalogue", "catalogue:write"},
    Role{"inventory", "inventory:write"}, Role{"orders", "orders:write"},
    Role{"processes", "processes:write"}, Role{"admin", "admin"},
};
}  // namespace

bool is_known_role(std::string_view role) {
  return std::ranges::find(kRoles, role, &Role::name) != kRoles.end();
}

std::string scopes_of(const std::vector<std::string>& roles) {
  const bool all = std::ranges::find(roles, "admin") != roles.end();
  std::string scopes;
  for (const auto& role : kRoles) {
    if (!all && std::ranges::find(roles, role.name) == roles.end()) continue;
    if (!scopes.empty()) scopes += ' ';
    scopes += role.scopes;
  }
  return scopes;
}

AuthService::AuthService(Dependencies dependencies)
    : deps_(std::move(dependencies)),
      repository_(deps_.table, deps_.ring),
      passwords_(deps_.runtime, deps_.settings.cost, deps_.pepper),
      throttle_(deps_.runtime, repository_, deps_.settings.throttle),
      keyring_(deps_.runtime, repository_),
      verifier_(deps_.settings.issuer) {}

Task<void> AuthService::start() {
  Result<void> opened = co_await keyring_.open();
  if (!opened) co_return opened;
  use_keys();
  watch_keys();
  co_return Result<void>{};
}

void AuthService::use_keys() {
  verifier_.set_keys(keyring_.verifiers());
  verified_.clear();
}

void AuthService::watch_keys() {
  const Duration at = deps_.runtime.clock.monotonic() + std::chrono::hours(1);
  key_timer_ = deps_.runtime.timers.call_at(at, [this] {
    auto rotate = [](AuthService* self) -> boost::asio::awaitable<void> {
      const Result<void> opened = co_await self->keyring_.open();
      if (!opened) log::warn("auth.key_rotation_failed", {{"error", opened.error().detail}});
      self->use_keys();
      self->watch_keys();
    };
    runtime::spawn(deps_.runtime.executor, rotate(this));
  });
}

std::string AuthService::random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  deps_.runtime.random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), count});
  return bytes;
}

Task<Text> AuthService::jwks(Context, Nothing) { co_return Text{keyring_.jwks()}; }

Task<Text> AuthService::metadata(Context, Nothing) {
  co_return Text{fmt::format(
      R"({{"issuer":"{0}","token_endpoint":"{0}/oauth2/token","introspection_endpoint":"{0}/oauth2/introspect",)"
      R"("revocation_endpoint":"{0}/oauth2/revoke","jwks_uri":"{0}/.well-known/jwks.json",)"
      R"("grant_types_supported":["client_credentials","refresh_token"],"response_types_supported":[],)"
      R"("token_endpoint_auth_methods_supported":["client_secret_basic"],)"
      R"("introspection_endpoint_auth_methods_supported":["client_secret_basic"],)"
      R"("revocation_endpoint_auth_methods_supported":["client_secret_basic"],"scopes_supported":[{1}]}})",
      deps_.settings.issuer,
      R"("purchase","account","catalogue:write","inventory:write","orders:write","processes:write","admin")")};
}

}  // namespace pps::auth
