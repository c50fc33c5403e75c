#include "services/notifications/module.hpp"

#include "services/notifications/service.hpp"

namespace pps::notifications {

namespace {
constexpr storage::Family kKeys{"notifications_keys", storage::FamilyUse::conditional};

std::shared_ptr<Transport> choose_transport(const Dependencies& dependencies) {
  config::Config& config = dependencies.config;
  const std::string sender = config.get_string("notifications.sender", "shop@localhost");
  const std::string url = config.get_string("notifications.smtp_url", "");
  const std::string user = config.get_string("notifications.smtp_user", "");
  const std::string password = config.get_string("notifications.smtp_password", "");
  const std::string maildir =
      config.get_string("notifications.maildir", dependencies.default_maildir);
  if (url.empty()) return make_maildir(dependencies.runtime, maildir, sender);
  if (!url.starts_with("smtp://") && !url.starts_with("smtps://"))
    config.refuse("notifications.smtp_url", "must begin with smtp:// or smtps://");
  return make_smtp(dependencies.runtime, {url, user, password, sender});
}
}  // namespace

Task<Module> make_local(Dependencies dependencies) {
  Result<std::shared_ptr<storage::Keyring>> ring = co_await storage::Keyring::open(
      dependencies.runtime, *dependencies.table, kKeys, dependencies.key);
  if (!ring) co_return fail(std::move(ring).error());
  NotificationsService::Dependencies needs{dependencies.runtime, dependencies.table, *ring,
                                           choose_transport(dependencies),
                                           dependencies.public_origin};
  auto service = std::make_shared<NotificationsService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  Module module{service, [service](bus::Bus& bus, std::shared_ptr<auth::AuthApi> auth) {
                  service->follow_purchases(bus, std::move(auth));
                }};
  co_return module;
}

}  // namespace pps::notifications
