#pragma once

#include <memory>
#include <string>

#include "bus/bus.hpp"
#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/auth/api.hpp"
#include "services/notifications/api.hpp"
#include "storage/keyring.hpp"
#include "storage/table.hpp"

namespace pps::notifications {

struct Dependencies {
  runtime::Runtime& runtime;
  config::Config& config;  ///< Reads notifications.*: maildir, or smtp_url with smtp_user,
                           ///< smtp_password; sender.
  std::shared_ptr<storage::Table> table;
  storage::SecretKey key;
  std::string public_origin;
  std::string default_maildir;  ///< Where mail goes when neither is configured.
  bool delivers = true;         ///< False: mails are only kept, for the process that does.
};

/// Reads every key of notifications.*, so that what is wrong can be refused before anything is opened.
void read_configuration(config::Config& config);

/// The notifications of this process. `follow` starts the mails about purchases, once the auth
/// server is there.
struct Module {
  std::shared_ptr<NotificationsApi> api;
  std::function<void(bus::Bus&, std::shared_ptr<auth::AuthApi>)> follow;
};
Task<Module> make_local(Dependencies dependencies);

}  // namespace pps::notifications
