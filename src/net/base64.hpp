#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pps::net {

/// RFC 4648 section 4, with padding.
std::string base64_encode(std::span<const std::uint8_t> bytes);
/// Strict: only the alphabet, padding where it belongs, no spare bits.
std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text);

}  // namespace pps::net
