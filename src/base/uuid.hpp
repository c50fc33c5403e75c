#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pps {

/// A 128-bit RFC 9562 UUID in network byte order. PPS makes version 7 only: 48 bits of Unix milliseconds, then 12
/// bits `rand_a` that here carry the number of the shard that owns the thing, then 62 random bits. Sorting by bytes
/// sorts by time.
class Uuid {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  constexpr Uuid() = default;  ///< The nil UUID; `is_nil()` is true.
  constexpr explicit Uuid(Bytes bytes) : bytes_(bytes) {}

  /// @param unix_ms 0 … 2^48-1. @param shard 0 … 4095. @param random 62 bits are used.
  static Uuid v7(std::uint64_t unix_ms, std::uint16_t shard, std::uint64_t random);

  /// The 36-character form, either case; nothing else.
  static std::optional<Uuid> parse(std::string_view text);

  std::string to_string() const;  ///< Lower case, 36 characters.
  const Bytes& bytes() const { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), 16}; }
  static std::optional<Uuid> from_view(std::string_view sixteen_bytes);

  int version() const { return bytes_[6] >> 4; }
  std::uint16_t shard() const;  ///< The 12 bits `rand_a`.
  std::uint64_t unix_ms() const;
  bool is_nil() const { return bytes_ == Bytes{}; }

  auto operator<=>(const Uuid&) const = default;

 private:
  Bytes bytes_{};
};

}  // namespace pps

template <>
struct std::hash<pps::Uuid> {
  std::size_t operator()(const pps::Uuid& id) const noexcept;
};
