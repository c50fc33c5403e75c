#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// FEEL (DMN 1.4, chapter 10), the part that processes here use; everything else is refused when it
/// is parsed, that is at deploy. Values are immutable texts, exact numbers, lists and contexts;
/// nothing here reads a clock.
namespace pps::workflow {

/// An exact decimal: coefficient × 10^-scale, normalised (no trailing zero behind the point).
class Number {
 public:
  static constexpr int kMaxScale = 12;
  constexpr Number() = default;
  constexpr Number(std::int64_t integer)
      : coefficient_(integer) {}  // NOLINT: an integer is a number
  /// @param scale 0 … kMaxScale.
  static Number make(std::int64_t coefficient, int scale);
  /// `-12.50`; no exponent. Nothing if it does not fit 18 digits.
  static std::optional<Number> parse(std::string_view text);

  /// Nothing when the result does not fit (or, for a quotient, is not exact in kMaxScale places).
  static std::optional<Number> add(Number a, Number b);
  static std::optional<Number> subtract(Number a, Number b);
  static std::optional<Number> multiply(Number a, Number b);
  static std::optional<Number> divide(Number a, Number b);

  /// The value, if it is an integer.
  std::optional<std::int64_t> integer() const;
  std::int64_t coefficient() const { return coefficient_; }
  int scale() const { return scale_; }
  std::string to_string() const;
  bool operator==(const Number&) const = default;
  std::strong_ordering operator<=>(const Number& other) const;

 private:
  std::int64_t coefficient_ = 0;
  std::int8_t scale_ = 0;
};

struct Value;
using List = std::vector<Value>;
/// Variables by name; also FEEL's context.
using Values = std::map<std::string, Value, std::less<>>;

/// One FEEL value. Build from what it holds: `Value{"a"}`, `Value{true}`, `Value{1999}`,
/// `Value{List{…}}`.
struct Value {
  std::variant<std::monostate, bool, Number, std::string, List, Values> data;

  Value() = default;                                   ///< null
  Value(bool v) : data(v) {}                           // NOLINT: values are written literally
  Value(Number v) : data(v) {}                         // NOLINT
  Value(std::string v) : data(std::move(v)) {}         // NOLINT
  Value(std::string_view v) : data(std::string(v)) {}  // NOLINT
  Value(const char* v) : data(std::string(v)) {}       // NOLINT
  Value(List v) : data(std::move(v)) {}                // NOLINT
  Value(Values v) : data(std::move(v)) {}              // NOLINT
  template <class I>
  requires(std::is_integral_v<I> && !std::is_same_v<I, bool>) Value(I v)
      : data(Number(static_cast<std::int64_t>(v))) {}  // NOLINT

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  /// Null pointers when it holds something else.
  const bool* boolean() const { return std::get_if<bool>(&data); }
  const Number* number() const { return std::get_if<Number>(&data); }
  const std::string* text() const { return std::get_if<std::string>(&data); }
  const List* list() const { return std::get_if<List>(&data); }
  const Values* context() const { return std::get_if<Values>(&data); }
  bool operator==(const Value&) const = default;
};

/// Sets `into.a.b` for the path {"a", "b"}, making contexts on the way. @pre path is not empty.
void assign(Values& into, const std::vector<std::string>& path, Value value);

/// As a FEEL literal: `{total: 1999, lines: ["a", "b"]}`.
std::string to_feel(const Value& value);

/// Compact, self-describing bytes for rows. Depth and size of what is read are bounded.
void encode_value(const Value& value, std::string& out);
std::string encode_values(const Values& values);
/// Error `internal` "storage.corrupt".
Result<Values> decode_values(std::string_view bytes);

/// A parsed expression: numbers, strings, true, false, null, lists `[1, 2]`, contexts `{a: 1}`,
/// paths `a.b`,
/// `= != < <= > >=`, `in` (a list or a range `[1..5]`, `(1..5)`), `+ - * /` (exact), string `+`,
/// `and`, `or`, `not(x)`, `if … then … else …`. Immutable; copies share the tree. Thread-safe.
class Expression {
 public:
  Expression() = default;  ///< null
  /// Errors `invalid`: "feel.syntax", "feel.unsupported" (named in the detail, with the place),
  /// "feel.too_large" (over 4 KiB, or nested deeper than 32, or a chain of over 256 operators).
  static Result<Expression> parse(std::string_view text);
  /// Zeebe's way of writing attributes: `=expr` is an expression, anything else a literal text.
  static Result<Expression> parse_attribute(std::string_view text);

  /// Total: what FEEL calls an error (wrong type, overflow, unknown name) is null.
  Value evaluate(const Values& variables) const;
  const std::string& text() const { return text_; }

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
  std::string text_;
};

/// ISO 8601 durations of fixed length: `PT5M`, `P1DT2H`, `PT0.25S`; no years or months, 0 … 3650
/// days.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace pps::workflow
