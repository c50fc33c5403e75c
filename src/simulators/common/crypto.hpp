#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/runtime.hpp"

namespace pps::simulators {

std::string sha256(std::string_view bytes);  ///< 32 bytes.
std::string hmac_sha256_hex(std::string_view key,
                            std::string_view message);  ///< 64 lower-case digits.

/// AES-256-GCM (NIST SP 800-38D): 12 random bytes, ciphertext, 16 bytes of tag. @pre key has 32
/// bytes.
std::string seal(std::string_view key, std::string_view plain, std::string_view associated,
                 runtime::Random& random);
/// Nothing if the key, the associated data or a single bit is not the one that was sealed.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view associated);

}  // namespace pps::simulators
