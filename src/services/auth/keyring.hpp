#pragma once

#include <deque>
#include <memory>

#include "runtime/runtime.hpp"
#include "security/jwt.hpp"
#include "services/auth/repository.hpp"

namespace pps::auth {

/// The signing keys: the one in use and its successor, which is published at least 24 h before it
/// signs. A key signs for 30 days and verifies for a day more. Loop-confined.
class Keyring {
 public:
  Keyring(runtime::Runtime& runtime, Repository& repository)
      : runtime_(runtime), repository_(repository) {}
  /// Reads the keys, and makes what is missing. The keys before stay in use until it is done, and
  /// if it fails.
  Task<void> open();
  const security::SigningKey& signer() const;
  std::vector<std::shared_ptr<const security::SigningKey>> verifiers() const;
  std::string jwks() const;  ///< RFC 7517, as JSON.

 private:
  struct Key {
    std::int64_t created_at_us;
    std::shared_ptr<const security::SigningKey> key;
  };
  Task<Key> make_key();
  runtime::Runtime& runtime_;
  Repository& repository_;
  std::deque<Key> keys_;  ///< Oldest first.
};

}  // namespace pps::auth
