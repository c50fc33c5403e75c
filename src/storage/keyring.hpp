#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "storage/table.hpp"

namespace pps::storage {

/// 256 secret bits, wiped when they go.
class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;
  SecretKey() = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();
  static SecretKey random(runtime::Random& random);
  std::array<std::uint8_t, kBytes> bytes{};
};

/// The key-encryption key: a file of 64 hexadecimal digits that only its owner can read.
/// Errors of both, `invalid`: "encryption.key_file_missing", "encryption.key_file_permissions" (not 0600 or another's),
/// "encryption.key_file_content", "encryption.key_file_exists"; they name the file and what to do.
Result<SecretKey> read_key_file(const std::string& path);
Result<void> create_key_file(const std::string& path, runtime::Random& random);

/// Data keys, kept in the database wrapped by the key-encryption key (envelope encryption), so that a copy of the
/// database without the file is of no use. Immutable once open, but for `rotate`. Loop-confined.
class Keyring {
 public:
  /// Makes the first data key and the index key in an empty family. `family` is conditional and holds nothing else.
  /// Error `invalid` "encryption.wrong_key": the file is not the one the keys were wrapped with.
  static Task<std::shared_ptr<Keyring>> open(runtime::Runtime& runtime, Table& table, const Family& family,
                                             SecretKey key_encryption_key);
  /// Adds a data key: what is written from now on uses it, what was written before stays readable.
  static Task<void> rotate(std::shared_ptr<Keyring> ring, Table& table, const Family& family,
                           SecretKey key_encryption_key);

  /// AES-256-GCM with a random 96-bit nonce: version, key id, nonce, ciphertext, tag. `place` is authenticated: bytes
  /// moved to another place do not open. A data key is good for 2^32 seals (NIST SP 800-38D, 8.3): rotate before.
  std::string seal(std::string_view place, std::string_view plain) const;
  /// Errors `internal`: "encryption.unknown_key", "encryption.damaged" (altered or of another place).
  Result<std::string> open_sealed(std::string_view place, std::string_view sealed) const;
  /// The first 16 bytes of HMAC-SHA-256: equal texts of one purpose have equal indexes, and nothing else is told.
  std::string blind_index(std::string_view purpose, std::string_view plain) const;

  std::uint32_t current_key() const { return keys_.rbegin()->first; }

 private:
  explicit Keyring(runtime::Random& random) : random_(random) {}
  Result<void> add(const Row& row, const SecretKey& key_encryption_key);

  runtime::Random& random_;
  std::map<std::uint32_t, SecretKey> keys_;
  SecretKey index_key_;
};

}  // namespace pps::storage
