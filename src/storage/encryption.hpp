#pragma once

#include "storage/keyring.hpp"
#include "storage/keys.hpp"
#include "storage/rows.hpp"

/// Marked columns. `encrypted` columns of any type are sealed by a data key; `blind_index` columns are BlindText and
/// are written as their keyed hash only. A column equal to its default is not written, marked or not. Only a row's own
/// columns can be marked (a struct inside is sealed as a whole by marking its column).
///
///     struct UserRow {
///       static constexpr storage::RowKind kKind = 1;
///       std::string email; storage::BlindText email_index;
///       static constexpr auto columns() {
///         return std::tuple(storage::column<1>(&UserRow::email, storage::encrypted),
///                           storage::column<2>(&UserRow::email_index, storage::blind_index));
///       }
///     };
namespace pps::storage {

/// Set `plain` to write a new text; read back, only `digest` is set, and it is kept when the row is written again.
struct BlindText {
  std::string plain;
  std::string digest;
  bool operator==(const BlindText&) const = default;
};

/// Where a row lies: authenticated with every sealed column, so that one row's column cannot be put into another.
struct RowPlace {
  std::string_view table;  ///< The family's name.
  std::string_view row;    ///< Unique within the table: the record's id.
};

namespace detail {

template <>
struct Value<BlindText> {
  static constexpr Wire kWire = Wire::bytes;
  static void put(std::string& out, const BlindText& value) { out.append(value.digest); }
  static bool take(std::string_view in, BlindText& out) {
    out.digest.assign(in);
    return true;
  }
};

class MarkedColumns {
 public:
  MarkedColumns(const Keyring& ring, RowPlace place) : ring_(ring), place_(place) {}

  template <class C, class V>
  std::string typed_of(const C& column, const V& value, const V& fallback) {
    if constexpr (std::same_as<V, BlindText>) {
      if (!value.plain.empty()) return typed(BlindText{{}, ring_.blind_index(purpose(place_.table, C::kId), value.plain)});
    }
    std::string bytes = typed_column(value, fallback);
    if (column.mark != Mark::encrypted || bytes.empty()) return bytes;
    return std::string(1, static_cast<char>(Wire::sealed)) + ring_.seal(column_place(C::kId), bytes);
  }

  template <class C, class V>
  bool take(const C& column, Wire type, std::string_view bytes, V& out) {
    if (column.mark != Mark::encrypted) return PlainColumns().take(column, type, bytes, out);
    if (type != Wire::sealed) return false;
    Result<std::string> plain = ring_.open_sealed(column_place(C::kId), bytes);
    if (!plain) {
      error_ = std::move(plain).error();
      return false;
    }
    if (plain->empty()) return false;
    return PlainColumns().take(column, static_cast<Wire>((*plain)[0]), std::string_view(*plain).substr(1), out);
  }

  static std::string purpose(std::string_view table, std::uint16_t column) {
    return KeyWriter().text(table).u64(column).take();
  }
  std::optional<Error>& error() { return error_; }

 private:
  std::string column_place(std::uint16_t column) const {
    return KeyWriter().text(place_.table).u64(column).text(place_.row).take();
  }
  const Keyring& ring_;
  RowPlace place_;
  std::optional<Error> error_;
};

template <class T>
constexpr bool blind_marks_fit() {
  const auto fits = []<std::uint16_t Id, class S, class V>(const Column<Id, S, V>& column) {
    return (column.mark == Mark::blind_index) == std::same_as<V, BlindText>;
  };
  return std::apply([&](const auto&... column) { return (fits(column) && ...); }, T::columns());
}

}  // namespace detail

/// Encodes rows with marked columns. Loop-confined; cheap to copy.
class Codec {
 public:
  explicit Codec(std::shared_ptr<const Keyring> ring) : ring_(std::move(ring)) {}

  template <class T>
  std::string encode(const T& row, RowPlace place) const {
    static_assert(detail::blind_marks_fit<T>(), "blind_index columns are BlindText, and no others");
    std::string out(1, static_cast<char>(kRowFormat));
    detail::MarkedColumns way(*ring_, place);
    detail::put_columns_by(way, out, row);
    return out;
  }
  /// Errors as decode_row, and `internal` "encryption.unknown_key", "encryption.damaged".
  template <class T>
  Result<T> decode(std::string_view body, RowPlace place) const {
    static_assert(detail::blind_marks_fit<T>(), "blind_index columns are BlindText, and no others");
    if (auto refused = detail::refuse_format(body)) return fail(std::move(*refused));
    T row{};
    detail::MarkedColumns way(*ring_, place);
    if (detail::take_columns_by(way, body.substr(1), row)) return row;
    return fail(way.error() ? std::move(*way.error()) : detail::corrupt_row());
  }

  /// What a blind_index column of that table holds for `plain`; also good as a claim's value or a partition.
  std::string blind_index(std::string_view table, std::uint16_t column, std::string_view plain) const {
    return ring_->blind_index(detail::MarkedColumns::purpose(table, column), plain);
  }

 private:
  std::shared_ptr<const Keyring> ring_;
};

}  // namespace pps::storage
