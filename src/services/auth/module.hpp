#pragma once

#include <memory>
#include <string>

#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/auth/api.hpp"
#include "services/notifications/api.hpp"
#include "storage/keyring.hpp"
#include "storage/table.hpp"

namespace pps::auth {

struct Dependencies {
  runtime::Runtime& runtime;
  config::Config& config;                 ///< Reads auth.*.
  std::shared_ptr<storage::Table> table;  ///< The Authentication Database: a store of its own.
  storage::SecretKey key;     ///< The key-encryption key; the pepper is derived from it.
  std::string public_origin;  ///< The tokens' issuer.
  std::shared_ptr<notifications::NotificationsApi> notifications;
};

/// Reads every key of auth.*, so that what is wrong can be refused before anything is opened.
void read_configuration(config::Config& config);

/// The authentication server of this process, its signing keys open. Errors: those of the database;
/// `invalid`.
Task<std::shared_ptr<AuthApi>> make_local(Dependencies dependencies);

}  // namespace pps::auth
