#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/table.hpp"

/// How rows lie in an engine's ordered map. Key: family name, 00, partition as text (keys.hpp), kind as two bytes
/// big-endian, the row's key. Value: a byte of flags (1 tombstone of a view, 2 expires), version as varint, if it expires
/// the second as varint, body.
/// On disk for ever: golden files hold it.
namespace pps::storage::layout {

std::string kind_prefix(const Family& family, std::string_view partition, RowKind kind);
std::string row_key(const Family& family, std::string_view partition, const RowKey& at);
/// The key after which no row of (partition, kind) can be.
std::string kind_end(const Family& family, std::string_view partition, RowKind kind);

struct Stored {
  bool tombstone = false;
  std::uint64_t version = 0;
  std::string_view body;
  std::int64_t expires_s = 0;  ///< 0: never.
  bool is_gone(std::int64_t now_s) const { return expires_s != 0 && expires_s <= now_s; }
};
std::string pack(const Stored& stored);
std::optional<Stored> unpack(std::string_view value);  ///< Nothing if it is not of that shape.

}  // namespace pps::storage::layout
