#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runtime/runtime.hpp"

namespace pps::security {

/// Keeps a text unreadable at rest: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per
/// text. `context` (table, column and row) is authenticated with it, so that a sealed text cannot
/// be moved elsewhere. Thread-compatible.
class Sealer {
 public:
  /// @param key 32 bytes, else `invalid` "key.invalid".
  static Result<Sealer> make(std::string key, runtime::Random& random);

  std::string seal(std::string_view plain, std::string_view context) const;
  /// Error `internal` "sealed.corrupt" for a text that was changed, moved, or sealed with another
  /// key.
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  /// A keyed digest for look-ups by equality (a blind index): equal texts of one context give equal
  /// digests, and nobody without the key can tell which text it was. 32 bytes.
  std::string blind_index(std::string_view plain, std::string_view context) const;

 private:
  Sealer(std::string key, std::string index_key, runtime::Random& random)
      : key_(std::move(key)), index_key_(std::move(index_key)), random_(&random) {}
  std::string key_, index_key_;
  runtime::Random* random_;
};

}  // namespace pps::security
