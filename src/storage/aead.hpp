#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/keyring.hpp"

/// AES-256-GCM (NIST SP 800-38D) through OpenSSL: nonce (12 bytes, random), ciphertext, tag (16 bytes).
namespace pps::storage::aead {

std::string seal(const SecretKey& key, runtime::Random& random, std::string_view associated, std::string_view plain);
/// Nothing when anything was altered: the bytes, the key, the associated data.
std::optional<std::string> open(const SecretKey& key, std::string_view associated, std::string_view sealed);

}  // namespace pps::storage::aead
