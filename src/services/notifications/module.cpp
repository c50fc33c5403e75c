#include "services/notifications/module.hpp"

#include "services/notifications/service.hpp"

namespace pps::notifications {

namespace {
constexpr storage::Family kKeys{"notifications_keys", storage::FamilyUse::conditional};

struct Configuration {
  SmtpOptions smtp;
  std::string maildir;
};

Configuration read(config::Config& config, const std::string& default_maildir) {
  Configuration out;
  out.smtp.sender = config.get_string("notifications.sender", "shop@localhost");
  out.smtp.url = config.get_string("notifications.smtp_url", "");
  out.smtp.user = config.get_string("notifications.smtp_user", "");
  out.smtp.password = config.get_string("notifications.smtp_password", "");
  out.maildir = config.get_string("notifications.maildir", default_maildir);
  if (!out.smtp.url.empty() && !out.smtp.url.starts_with("smtp://") && !out.smtp.url.starts_with("smtps://"))
    config.refuse("notifications.smtp_url", "must begin with smtp:// or smtps://");
  return out;
}

std::shared_ptr<Transport> choose_transport(const Dependencies& dependencies) {
  Configuration given = read(dependencies.config, dependencies.default_maildir);
  if (given.smtp.url.empty()) return make_maildir(dependencies.runtime, given.maildir, given.smtp.sender);
  return make_smtp(dependencies.runtime, std::move(given.smtp));
}
}  // namespace

void read_configuration(config::Config& config) { (void)read(config, {}); }

Task<Module> make_local(Dependencies dependencies) {
  Result<std::shared_ptr<storage::Keyring>> ring = co_await storage::Keyring::open(
      dependencies.runtime, *dependencies.table, kKeys, dependencies.key);
  if (!ring) co_return fail(std::move(ring).error());
  NotificationsService::Dependencies needs{dependencies.runtime, dependencies.table, *ring,
                                           choose_transport(dependencies),
                                           dependencies.public_origin, dependencies.delivers};
  auto service = std::make_shared<NotificationsService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  Module module{service, [service](bus::Bus& bus, std::shared_ptr<auth::AuthApi> auth) {
                  service->follow_purchases(bus, std::move(auth));
                }};
  co_return module;
}

}  // namespace pps::notifications
