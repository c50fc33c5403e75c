#include "storage/keys.hpp"

namespace pps::storage {

namespace {
constexpr std::uint64_t kSignBit = 1ull << 63;

void put_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

bool take_big_endian(std::string_view& rest, std::uint64_t& out) {
  if (rest.size() < 8) return false;
  out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | static_cast<std::uint8_t>(rest[i]);
  rest.remove_prefix(8);
  return true;
}
}  // namespace

KeyWriter& KeyWriter::text(std::string_view value) {
  for (const char c : value) {
    bytes_.push_back(c);
    if (c == '\0') bytes_.push_back('\xff');
  }
  bytes_.append("\0\1", 2);
  return *this;
}

KeyWriter& KeyWriter::u64(std::uint64_t value) {
  put_big_endian(bytes_, value);
  return *this;
}

KeyWriter& KeyWriter::i64(std::int64_t value) {
  put_big_endian(bytes_, static_cast<std::uint64_t>(value) ^ kSignBit);
  return *this;
}

KeyWriter& KeyWriter::uuid(const Uuid& value) {
  bytes_.append(value.view());
  return *this;
}

bool KeyReader::text(std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] != '\0') {
      out.push_back(rest_[i]);
      continue;
    }
    if (++i == rest_.size()) return false;
    if (rest_[i] == '\1') {
      rest_.remove_prefix(i + 1);
      return true;
    }
    if (rest_[i] != '\xff') return false;
    out.push_back('\0');
  }
  return false;
}

bool KeyReader::u64(std::uint64_t& out) { return take_big_endian(rest_, out); }

bool KeyReader::i64(std::int64_t& out) {
  std::uint64_t raw = 0;
  if (!take_big_endian(rest_, raw)) return false;
  out = static_cast<std::int64_t>(raw ^ kSignBit);
  return true;
}

bool KeyReader::uuid(Uuid& out) {
  if (rest_.size() < 16) return false;
  out = *Uuid::from_view(rest_.substr(0, 16));
  rest_.remove_prefix(16);
  return true;
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<std::uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace pps::storage
