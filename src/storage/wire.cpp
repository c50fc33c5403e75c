#include "storage/wire.hpp"

namespace pps::storage::wire {

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

bool take_varint(std::string_view& in, std::uint64_t& out) {
  out = 0;
  for (std::size_t i = 0; i < in.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(in[i]);
    if (i == 9 && byte > 1) return false;
    out |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      in.remove_prefix(i + 1);
      return byte != 0 || i == 0;
    }
  }
  return false;
}

void put_bytes(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out.append(bytes);
}

bool take_bytes(std::string_view& in, std::string_view& out) {
  std::uint64_t size = 0;
  if (!take_varint(in, size) || size > in.size()) return false;
  out = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

}  // namespace pps::storage::wire
