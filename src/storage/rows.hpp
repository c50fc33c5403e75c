#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "storage/table.hpp"

/// Structs as row bodies. A body is a format byte, then columns as (id, type, length, bytes) in ascending id, so that
/// a reader of another version keeps columns it does not know and refuses a format that is newer.
///
///     struct HoldRow {
///       static constexpr storage::RowKind kKind = 2;
///       std::string effect; std::int64_t quantity = 0; storage::Unknown unknown;
///       static constexpr auto columns() {
///         return std::tuple(storage::column<1>(&HoldRow::effect), storage::column<2>(&HoldRow::quantity));
///       }
///     };
///
/// Ids are 1 … 65535, never reused. Column types: bool, integers, std::string, enums (as integers), Uuid, Id<>,
/// Name<>, Money, Timestamp, std::optional, std::vector and std::map<std::string, …> of those, and nested structs with
/// `columns()`. A column equal to its default is not written. Marked columns: `column<3>(&T::x, storage::encrypted)`
/// and `storage::blind_index` (see storage/encryption.hpp) need a Codec with keys.
namespace pps::storage {

inline constexpr std::uint8_t kRowFormat = 1;

enum class Mark : std::uint8_t { none, encrypted, blind_index };
inline constexpr Mark encrypted = Mark::encrypted;
inline constexpr Mark blind_index = Mark::blind_index;

/// Columns of a newer writer, kept and written back.
using Unknown = std::map<std::uint16_t, std::string>;

template <std::uint16_t Id, class Struct, class T>
struct Column {
  static constexpr std::uint16_t kId = Id;
  T Struct::*member;
  Mark mark;
};
template <std::uint16_t Id, class Struct, class T>
constexpr Column<Id, Struct, T> column(T Struct::*member, Mark mark = Mark::none) {
  static_assert(Id > 0);
  return {member, mark};
}

}  // namespace pps::storage

#include "storage/rows_impl.hpp"

namespace pps::storage {

/// The body of a row.
template <class T>
std::string encode_row(const T& row) {
  return detail::encode_struct(row);
}
/// Error `internal` "storage.corrupt" (truncated, wrong type) or "storage.newer_format".
template <class T>
Result<T> decode_row(std::string_view body) {
  return detail::decode_struct<T>(body);
}

}  // namespace pps::storage
