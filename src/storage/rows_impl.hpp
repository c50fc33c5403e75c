#pragma once

#include <chrono>
#include <concepts>
#include <set>

#include "storage/wire.hpp"

/// The codec behind rows.hpp: how each column type is written, and the walk over a struct's columns.
namespace pps::storage::detail {

/// The type byte of a column; on disk for ever.
enum class Wire : std::uint8_t { unsigned_int = 1, signed_int = 2, bytes = 3, columns = 4, list = 5, map = 6, money = 7, sealed = 8 };

template <class T>
concept HasColumns = requires { T::columns(); };
template <class T>
concept HasUnknown = requires(T& row) {
  { row.unknown } -> std::same_as<Unknown&>;
};

/// Value<T>: kWire, put(out, value), take(bytes, value) → false if the bytes are not such a value.
template <class T>
struct Value;

template <class T>
  requires std::is_integral_v<T>
struct Value<T> {
  static constexpr Wire kWire = std::is_signed_v<T> ? Wire::signed_int : Wire::unsigned_int;
  static void put(std::string& out, T value) {
    if constexpr (std::is_signed_v<T>)
      wire::put_varint(out, wire::zigzag(value));
    else
      wire::put_varint(out, value);
  }
  static bool take(std::string_view in, T& out) {
    std::uint64_t raw = 0;
    if (!wire::take_varint(in, raw) || !in.empty()) return false;
    if constexpr (std::is_signed_v<T>) {
      const std::int64_t wide = wire::unzigzag(raw);
      out = static_cast<T>(wide);
      return static_cast<std::int64_t>(out) == wide;
    } else {
      out = static_cast<T>(raw);
      return static_cast<std::uint64_t>(out) == raw;
    }
  }
};

template <class T>
  requires std::is_enum_v<T>
struct Value<T> {
  using Number = std::underlying_type_t<T>;
  static constexpr Wire kWire = Value<Number>::kWire;
  static void put(std::string& out, T value) { Value<Number>::put(out, static_cast<Number>(value)); }
  static bool take(std::string_view in, T& out) {
    Number number{};
    if (!Value<Number>::take(in, number)) return false;
    out = static_cast<T>(number);
    return true;
  }
};

template <>
struct Value<std::string> {
  static constexpr Wire kWire = Wire::bytes;
  static void put(std::string& out, const std::string& value) { out.append(value); }
  static bool take(std::string_view in, std::string& out) {
    out.assign(in);
    return true;
  }
};

template <>
struct Value<Uuid> {
  static constexpr Wire kWire = Wire::bytes;
  static void put(std::string& out, const Uuid& value) { out.append(value.view()); }
  static bool take(std::string_view in, Uuid& out) {
    const auto uuid = Uuid::from_view(in);
    if (uuid) out = *uuid;
    return uuid.has_value();
  }
};

template <class Tag>
struct Value<Id<Tag>> {
  static constexpr Wire kWire = Wire::bytes;
  static void put(std::string& out, const Id<Tag>& value) { out.append(value.value.view()); }
  static bool take(std::string_view in, Id<Tag>& out) { return Value<Uuid>::take(in, out.value); }
};

template <class Tag>
struct Value<Name<Tag>> {
  static constexpr Wire kWire = Wire::bytes;
  static void put(std::string& out, const Name<Tag>& value) { out.append(value.value); }
  static bool take(std::string_view in, Name<Tag>& out) { return Value<std::string>::take(in, out.value); }
};

template <>
struct Value<Timestamp> {
  static constexpr Wire kWire = Wire::signed_int;
  static void put(std::string& out, Timestamp value) { Value<std::int64_t>::put(out, to_unix_us(value)); }
  static bool take(std::string_view in, Timestamp& out) {
    std::int64_t us = 0;
    if (!Value<std::int64_t>::take(in, us)) return false;
    out = from_unix_us(us);
    return true;
  }
};

template <>
struct Value<Money> {
  static constexpr Wire kWire = Wire::money;
  static void put(std::string& out, const Money& value) {
    out.append(value.currency.code.data(), 3);
    wire::put_varint(out, wire::zigzag(value.minor_units));
  }
  static bool take(std::string_view in, Money& out) {
    if (in.size() < 4) return false;
    for (std::size_t i = 0; i < 3; ++i) out.currency.code[i] = in[i];
    return Value<std::int64_t>::take(in.substr(3), out.minor_units);
  }
};

template <class T>
void put_columns(std::string& out, const T& row);
template <class T>
bool take_columns(std::string_view in, T& row);

template <class T>
constexpr bool has_marks() {
  return std::apply([](const auto&... column) { return ((column.mark != Mark::none) || ...); }, T::columns());
}

template <HasColumns T>
struct Value<T> {
  static_assert(!has_marks<T>(), "only a row's own columns can be marked, not those of a struct inside it");
  static constexpr Wire kWire = Wire::columns;
  static void put(std::string& out, const T& value) { put_columns(out, value); }
  static bool take(std::string_view in, T& out) { return take_columns(in, out); }
};

/// An element of a list or a map: its length, then its bytes.
template <class T>
void put_element(std::string& out, const T& value) {
  std::string bytes;
  Value<T>::put(bytes, value);
  wire::put_bytes(out, bytes);
}
template <class T>
bool take_element(std::string_view& in, T& out) {
  std::string_view bytes;
  return wire::take_bytes(in, bytes) && Value<T>::take(bytes, out);
}

template <class T>
struct Value<std::vector<T>> {
  static constexpr Wire kWire = Wire::list;
  static void put(std::string& out, const std::vector<T>& values) {
    out.push_back(static_cast<char>(Value<T>::kWire));
    for (const auto& value : values) put_element<T>(out, value);
  }
  static bool take(std::string_view in, std::vector<T>& out) {
    out.clear();
    if (in.empty() || in[0] != static_cast<char>(Value<T>::kWire)) return false;
    in.remove_prefix(1);
    while (!in.empty()) {
      T value{};
      if (!take_element(in, value)) return false;
      out.push_back(std::move(value));
    }
    return true;
  }
};

template <class T>
struct Value<std::set<T>> {
  static constexpr Wire kWire = Wire::list;
  static void put(std::string& out, const std::set<T>& values) {
    out.push_back(static_cast<char>(Value<T>::kWire));
    for (const auto& value : values) put_element<T>(out, value);
  }
  static bool take(std::string_view in, std::set<T>& out) {
    std::vector<T> values;
    if (!Value<std::vector<T>>::take(in, values)) return false;
    out = std::set<T>(values.begin(), values.end());
    return true;
  }
};

template <class K, class T>
struct Value<std::map<K, T>> {
  static constexpr Wire kWire = Wire::map;
  static void put(std::string& out, const std::map<K, T>& values) {
    out.push_back(static_cast<char>(Value<K>::kWire));
    out.push_back(static_cast<char>(Value<T>::kWire));
    for (const auto& [key, value] : values) {
      put_element<K>(out, key);
      put_element<T>(out, value);
    }
  }
  static bool take(std::string_view in, std::map<K, T>& out) {
    out.clear();
    if (in.size() < 2 || in[0] != static_cast<char>(Value<K>::kWire) || in[1] != static_cast<char>(Value<T>::kWire))
      return false;
    in.remove_prefix(2);
    while (!in.empty()) {
      K key{};
      T value{};
      if (!take_element(in, key) || !take_element(in, value)) return false;
      out.insert_or_assign(std::move(key), std::move(value));
    }
    return true;
  }
};

/// Only as a column: absent is "not written". Inside a list or a map there is no Value for it, on purpose.
template <class T>
struct ColumnValue : Value<T> {};
template <class T>
struct ColumnValue<std::optional<T>> {
  static constexpr Wire kWire = Value<T>::kWire;
  static bool take(std::string_view in, std::optional<T>& out) { return Value<T>::take(in, out.emplace()); }
};

inline void put_column(std::string& out, std::uint16_t id, std::string_view typed_bytes) {
  wire::put_varint(out, id);
  out.push_back(typed_bytes[0]);
  wire::put_bytes(out, typed_bytes.substr(1));
}

/// Type byte and bytes of a column's value.
template <class T>
std::string typed(const T& value) {
  std::string bytes(1, static_cast<char>(Value<T>::kWire));
  Value<T>::put(bytes, value);
  return bytes;
}
/// The same, or empty for what is not written: an absent optional, the struct's default.
template <class T>
std::string typed_column(const std::optional<T>& value, const std::optional<T>&) {
  return value ? typed(*value) : std::string();
}
template <class T>
std::string typed_column(const T& value, const T& fallback) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string>) {
    return value == fallback ? std::string() : typed(value);
  } else {
    std::string bytes = typed(value);
    return bytes == typed(fallback) ? std::string() : bytes;
  }
}

template <class T>
constexpr bool ids_ascend() {
  return std::apply(
      [](const auto&... column) {
        [[maybe_unused]] std::uint32_t last = 0;  // without columns nothing reads it
        return ((last < column.kId ? (last = column.kId, true) : false) && ...);
      },
      T::columns());
}

template <class T>
const T& default_row() {
  static const T row{};
  return row;
}

/// How columns are written and read when nothing is marked. The one for marked columns is in encryption.hpp.
struct PlainColumns {
  template <class C, class V>
  std::string typed_of(const C&, const V& value, const V& fallback) {
    return typed_column(value, fallback);
  }
  template <class C, class V>
  bool take(const C&, Wire type, std::string_view bytes, V& out) {
    return type == ColumnValue<V>::kWire && ColumnValue<V>::take(bytes, out);
  }
};

template <class T, class Way>
void put_columns_by(Way& way, std::string& out, const T& row) {
  static_assert(ids_ascend<T>(), "list columns() in ascending id");
  const Unknown* unknown = nullptr;
  Unknown::const_iterator next;
  if constexpr (HasUnknown<T>) {
    unknown = &row.unknown;
    next = unknown->begin();
  }
  const auto put_unknown_below = [&](std::uint32_t id) {
    if (!unknown) return;
    for (; next != unknown->end() && next->first < id; ++next) put_column(out, next->first, next->second);
  };
  const auto put_one = [&](const auto& column) {
    put_unknown_below(column.kId);
    const std::string bytes = way.typed_of(column, row.*column.member, default_row<T>().*column.member);
    if (!bytes.empty()) put_column(out, column.kId, bytes);
  };
  std::apply([&](const auto&... column) { (put_one(column), ...); }, T::columns());
  put_unknown_below(0x10000);
}

template <class T, class Way>
bool take_column(Way& way, std::uint16_t id, Wire type, std::string_view bytes, T& row) {
  bool known = false;
  bool good = false;
  const auto try_one = [&](const auto& column) {
    if (column.kId != id) return false;
    known = true;
    good = way.take(column, type, bytes, row.*column.member);
    return true;
  };
  std::apply([&](const auto&... column) { (void)(try_one(column) || ...); }, T::columns());
  if (known) return good;
  if constexpr (HasUnknown<T>) {
    std::string kept(1, static_cast<char>(type));
    kept.append(bytes);
    row.unknown.emplace(id, std::move(kept));
  }
  return true;
}

template <class T, class Way>
bool take_columns_by(Way& way, std::string_view in, T& row) {
  std::uint64_t last = 0;
  while (!in.empty()) {
    std::uint64_t id = 0;
    if (!wire::take_varint(in, id) || id <= last || id > 0xffff || in.empty()) return false;
    last = id;
    const auto type = static_cast<Wire>(in[0]);
    in.remove_prefix(1);
    std::string_view bytes;
    if (!wire::take_bytes(in, bytes)) return false;
    if (!take_column(way, static_cast<std::uint16_t>(id), type, bytes, row)) return false;
  }
  return true;
}

template <class T>
void put_columns(std::string& out, const T& row) {
  PlainColumns way;
  put_columns_by(way, out, row);
}
template <class T>
bool take_columns(std::string_view in, T& row) {
  PlainColumns way;
  return take_columns_by(way, in, row);
}

/// "storage.newer_format" or "storage.corrupt", or nothing when the body has this format.
std::optional<Error> refuse_format(std::string_view body);
Error corrupt_row();

template <class T>
std::string encode_struct(const T& row) {
  static_assert(!has_marks<T>(), "marked columns need a Codec: see storage/encryption.hpp");
  std::string out(1, static_cast<char>(kRowFormat));
  put_columns(out, row);
  return out;
}

template <class T>
Result<T> decode_struct(std::string_view body) {
  static_assert(!has_marks<T>(), "marked columns need a Codec: see storage/encryption.hpp");
  if (auto refused = refuse_format(body)) return fail(std::move(*refused));
  T row{};
  if (!take_columns(body.substr(1), row)) return fail(corrupt_row());
  return row;
}

}  // namespace pps::storage::detail
