#include "search/cursor.hpp"

#include <array>

namespace pps::search {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

bool from_base64url(std::string_view text, std::string& bytes) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 255);
  }
  return count < 6 && (bits & ((1u << count) - 1)) == 0;
}

void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

std::uint64_t get_u64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

/// FNV-1a 64 over length-prefixed parts.
class Hash {
 public:
  Hash& add(std::string_view part) {
    number(part.size());
    for (const char c : part) byte(static_cast<std::uint8_t>(c));
    return *this;
  }
  Hash& number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }
  std::uint64_t value() const { return value_; }

 private:
  void byte(std::uint8_t b) { value_ = (value_ ^ b) * 1'099'511'628'211u; }
  std::uint64_t value_ = 14'695'981'039'346'656'037u;
};

Hash& add_limit(Hash& hash, const std::optional<std::int64_t>& limit) {
  return hash.number(limit.has_value()).number(static_cast<std::uint64_t>(limit.value_or(0)));
}

}  // namespace

std::uint64_t fingerprint_of(const Query& query) {
  Hash hash;
  hash.add(query.text).number(query.filters.size());
  for (const Filter& filter : query.filters) {
    hash.add(filter.facet).number(filter.any_of.size());
    for (const std::string& value : filter.any_of) hash.add(value);
  }
  hash.number(query.ranges.size());
  for (const Range& range : query.ranges) {
    hash.add(range.column);
    add_limit(hash, range.least);
    add_limit(hash, range.most);
  }
  hash.number(static_cast<std::uint64_t>(query.sort.by)).add(query.sort.column).number(query.sort.descending).add(query.sort.boost);
  hash.number(query.pinned.size());
  for (const Uuid& id : query.pinned) hash.add(id.view());
  return hash.value();
}

std::string write_cursor(const Position& position, std::uint64_t fingerprint) {
  std::string bytes;
  put_u64(bytes, fingerprint);
  put_u64(bytes, position.number);
  bytes += position.id.view();
  bytes += position.title;
  return base64url(bytes);
}

Result<Position> read_cursor(std::string_view cursor, std::uint64_t fingerprint) {
  std::string bytes;
  if (cursor.size() > 1'000 || !from_base64url(cursor, bytes) || bytes.size() < 32 || get_u64(bytes) != fingerprint)
    return fail(ErrorKind::malformed, "cursor.invalid", "The cursor is not one of this list with these filters.");
  Position position;
  position.number = get_u64(std::string_view(bytes).substr(8));
  position.id = *Uuid::from_view(std::string_view(bytes).substr(16, 16));
  position.title = bytes.substr(32);
  return position;
}

}  // namespace pps::search
