#include "storage/layout.hpp"

#include "storage/keys.hpp"
#include "storage/wire.hpp"

namespace pps::storage::layout {

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
  std::string value(1, stored.tombstone ? '\1' : '\0');
  value.reserve(stored.body.size() + 11);
  wire::put_varint(value, stored.version);
  value.append(stored.body);
  return value;
}

std::optional<Stored> unpack(std::string_view value) {
  Stored stored;
  if (value.empty() || static_cast<std::uint8_t>(value[0]) > 1) return std::nullopt;
  stored.tombstone = value[0] == '\1';
  value.remove_prefix(1);
  if (!wire::take_varint(value, stored.version)) return std::nullopt;
  stored.body = value;
  return stored;
}

}  // namespace pps::storage::layout
