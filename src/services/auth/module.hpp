#pragma once

#include <memory>
#include <string>

#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/auth/api.hpp"
#include "services/notifications/api.hpp"
#include "storage/table.hpp"

namespace pps::auth {

struct Dependencies {
  runtime::Runtime& runtime;
  config::Config& config;                 ///< Reads auth.*.
  std::shared_ptr<storage::Table> table;  ///< The Authentication Database: a store of its own.
  std::string key;  ///< 32 bytes: seals personal data and signing keys, and is the pepper's root.
  std::string public_origin;  ///< The tokens' issuer.
  std::shared_ptr<notifications::NotificationsApi> notifications;
};

/// The authentication server of this process, its signing keys open. Errors: those of the database;
/// `invalid`.
Task<std::shared_ptr<AuthApi>> make_local(Dependencies dependencies);

}  // namespace pps::auth
