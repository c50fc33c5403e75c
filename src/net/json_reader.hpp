#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/result.hpp"

/// Reading request bodies: every wrong field is named, all at once.
namespace pps::net {

/// What may be in an object besides the fields that are asked for.
enum class Unknown { refuse, ignore };

struct TextLimits {
  std::size_t least = 0;
  std::size_t most = 255;  ///< In bytes of UTF-8.
};

/// The codes of refused fields, as api/openapi.yaml names them: `field.unknown`, `field.required`,
/// `field.type`, `field.range`, `field.length`, `field.format`.
///
/// One JSON object being read. Ask for fields; wrong ones are collected into the shared list of
/// errors with their RFC 6901 pointers and the values come back as defaults. `finish` of the
/// outermost reader answers `invalid` `fields.invalid` with all of them, unknown fields included
/// ("field.unknown").
class ObjectReader {
 public:
  /// Parses a body. `malformed` `request.malformed`, its detail telling line and column: not JSON,
  /// not an object, nested deeper than 32 levels, a key twice in one object.
  static Result<ObjectReader> parse(std::string_view body, Unknown unknown = Unknown::refuse);
  ObjectReader(ObjectReader&&) noexcept;
  ~ObjectReader();

  bool has(std::string_view name) const;                            ///< Present and not null.
  std::string text(std::string_view name, TextLimits limits = {});  ///< Required.
  std::optional<std::string> optional_text(std::string_view name, TextLimits limits = {});
  std::int64_t integer(std::string_view name, std::int64_t least,
                       std::int64_t most);  ///< Required; no fractions.
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                               std::int64_t most);
  std::optional<bool> optional_boolean(std::string_view name);
  Money money(std::string_view name, std::int64_t least = 0);  ///< Required {amount, currency}.
  Uuid uuid(std::string_view name);                            ///< Required.
  Sku sku(std::string_view name);                              ///< Required.
  std::string one_of(std::string_view name, const std::vector<std::string_view>& allowed);
  std::optional<ObjectReader> object(std::string_view name,
                                     bool required = true);  ///< Shares errors with this one.
  std::vector<ObjectReader> objects(std::string_view name, std::size_t least,
                                    std::size_t most);  ///< Required array.
  std::vector<std::string> texts(std::string_view name, std::size_t most,
                                 TextLimits limits = {});  ///< Optional array.
  /// The value as canonical JSON text (keys sorted), for free-form parts such as a customisation.
  std::optional<std::string> canonical(std::string_view name);
  /// The names of all members, for objects used as maps; each is still to be asked for.
  std::vector<std::string> keys() const;
  void refuse(std::string_view name, std::string code,
              std::string detail);  ///< A rule of the caller's.
  /// The same, of one item of an array.
  void refuse_item(std::string_view name, std::size_t index, std::string code, std::string detail);
  Result<void> finish();

 private:
  struct State;
  explicit ObjectReader(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// A fingerprint of a parsed body that does not depend on spacing or the order of keys: SHA-256, 32
/// bytes.
Result<std::string> fingerprint_of(std::string_view body);

}  // namespace pps::net
