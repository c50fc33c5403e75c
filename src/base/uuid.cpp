#include "base/uuid.hpp"

#include <cstring>

namespace pps {

Uuid Uuid::v7(std::uint64_t unix_ms, std::uint16_t shard, std::uint64_t random) {
  Bytes b{};
  for (int i = 0; i < 6; ++i) b[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  b[6] = static_cast<std::uint8_t>(0x70 | ((shard >> 8) & 0x0f));
  b[7] = static_cast<std::uint8_t>(shard);
  for (int i = 0; i < 8; ++i) b[static_cast<std::size_t>(8 + i)] = static_cast<std::uint8_t>(random >> (56 - 8 * i));
  b[8] = static_cast<std::uint8_t>(0x80 | (b[8] & 0x3f));
  return Uuid(b);
}

namespace {
int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
bool dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }
}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Bytes b{};
  std::size_t out = 0;
  for (std::size_t i = 0; i < 36;) {
    if (dash_at(i)) {
      if (text[i] != '-') return std::nullopt;
      ++i;
      continue;
    }
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    b[out++] = static_cast<std::uint8_t>(high * 16 + low);
    i += 2;
  }
  return Uuid(b);
}

std::string Uuid::to_string() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes_[i] >> 4];
    text += kDigits[bytes_[i] & 15];
  }
  return text;
}

std::optional<Uuid> Uuid::from_view(std::string_view sixteen_bytes) {
  if (sixteen_bytes.size() != 16) return std::nullopt;
  Bytes b{};
  std::memcpy(b.data(), sixteen_bytes.data(), 16);
  return Uuid(b);
}

std::uint16_t Uuid::shard() const { return static_cast<std::uint16_t>((bytes_[6] & 0x0f) << 8 | bytes_[7]); }

std::uint64_t Uuid::unix_ms() const {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | bytes_[i];
  return ms;
}

}  // namespace pps

std::size_t std::hash<pps::Uuid>::operator()(const pps::Uuid& id) const noexcept {
  std::uint64_t tail = 0;
  std::uint64_t head = 0;
  std::memcpy(&head, id.bytes().data(), 8);
  std::memcpy(&tail, id.bytes().data() + 8, 8);
  return static_cast<std::size_t>((head * 0x9E3779B97F4A7C15ull) ^ tail);
}
