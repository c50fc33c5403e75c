#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Variable-length integers (7 bits a byte, least significant first, as in Protocol Buffers), for row bodies.
namespace pps::storage::wire {

void put_varint(std::string& out, std::uint64_t value);
/// False (and `in` unspecified) when truncated, longer than 10 bytes, or not the shortest form.
bool take_varint(std::string_view& in, std::uint64_t& out);

void put_bytes(std::string& out, std::string_view bytes);  ///< Length, then bytes.
bool take_bytes(std::string_view& in, std::string_view& out);

/// Small magnitudes of either sign become small numbers.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace pps::storage::wire
