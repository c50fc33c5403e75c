#include "storage/layout.hpp"

#include "storage/keys.hpp"
#include "storage/wire.hpp"

namespace pps::storage::layout {

namespace {
constexpr std::uint8_t kTombstone = 1;
constexpr std::uint8_t kExpires = 2;
}  // namespace

std::string kind_prefix(const Family& family, std::string_view partition, RowKind kind) {
  std::string key;
  key.reserve(family.name.size() + partition.size() + 8);
  key.append(family.name);
  key.push_back('\0');
  key.append(KeyWriter().text(partition).take());
  key.push_back(static_cast<char>(kind >> 8));
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string row_key(const Family& family, std::string_view partition, const RowKey& at) {
  std::string key = kind_prefix(family, partition, at.kind);
  key.append(at.key);
  return key;
}

std::string kind_end(const Family& family, std::string_view partition, RowKind kind) {
  return prefix_end(kind_prefix(family, partition, kind));
}

std::string pack(const Stored& stored) {
  const bool expires = stored.expires_s != 0;
  std::string value(1, static_cast<char>((stored.tombstone ? kTombstone : 0) | (expires ? kExpires : 0)));
  value.reserve(stored.body.size() + 17);
  wire::put_varint(value, stored.version);
  if (expires) wire::put_varint(value, static_cast<std::uint64_t>(stored.expires_s));
  value.append(stored.body);
  return value;
}

std::optional<Stored> unpack(std::string_view value) {
  Stored stored;
  const auto flags = static_cast<std::uint8_t>(value.empty() ? '\xff' : value[0]);
  if ((flags & ~(kTombstone | kExpires)) != 0) return std::nullopt;
  stored.tombstone = (flags & kTombstone) != 0;
  value.remove_prefix(1);
  if (!wire::take_varint(value, stored.version)) return std::nullopt;
  std::uint64_t expires_s = 0;
  if ((flags & kExpires) != 0 && !wire::take_varint(value, expires_s)) return std::nullopt;
  stored.expires_s = static_cast<std::int64_t>(expires_s);
  if ((flags & kExpires) != 0 && stored.expires_s == 0) return std::nullopt;  // never written so
  stored.body = value;
  return stored;
}

}  // namespace pps::storage::layout
