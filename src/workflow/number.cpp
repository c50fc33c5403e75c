#include <charconv>
#include <limits>

#include "workflow/feel.hpp"

namespace pps::workflow {
namespace {

__extension__ typedef __int128 Wide;

constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();

/// Drops zeros behind the point, then nothing if the rest does not fit.
std::optional<Number> narrow(Wide coefficient, int scale) {
  while (scale > 0 && (scale > Number::kMaxScale || coefficient % 10 == 0)) {
    if (coefficient % 10 != 0) return std::nullopt;
    coefficient /= 10;
    --scale;
  }
  if (coefficient > kMost || coefficient < -kMost) return std::nullopt;
  return Number::make(static_cast<std::int64_t>(coefficient), scale);
}

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

struct Aligned {
  Wide a, b;
  int scale;
};
Aligned align(Number a, Number b) {
  const int scale = std::max(a.scale(), b.scale());
  return {a.coefficient() * power_of_ten(scale - a.scale()),
          b.coefficient() * power_of_ten(scale - b.scale()), scale};
}

}  // namespace

Number Number::make(std::int64_t coefficient, int scale) {
  while (scale > 0 && coefficient % 10 == 0) {
    coefficient /= 10;
    --scale;
  }
  Number number(coefficient);
  number.scale_ = static_cast<std::int8_t>(scale);
  return number;
}

std::optional<Number> Number::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::int64_t coefficient = 0;
  int digits = 0, scale = -1;
  for (const char c : text) {
    if (c == '.' && scale < 0 && digits > 0) {
      scale = 0;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 18) return std::nullopt;
    coefficient = coefficient * 10 + (c - '0');
    if (scale >= 0 && ++scale > kMaxScale) return std::nullopt;
  }
  if (digits == 0 || scale == 0) return std::nullopt;
  return make(negative ? -coefficient : coefficient, std::max(scale, 0));
}

std::optional<Number> Number::add(Number a, Number b) {
  const auto [x, y, scale] = align(a, b);
  return narrow(x + y, scale);
}

std::optional<Number> Number::subtract(Number a, Number b) {
  const auto [x, y, scale] = align(a, b);
  return narrow(x - y, scale);
}

std::optional<Number> Number::multiply(Number a, Number b) {
  return narrow(static_cast<Wide>(a.coefficient_) * b.coefficient_, a.scale_ + b.scale_);
}

std::optional<Number> Number::divide(Number a, Number b) {
  if (b.coefficient_ == 0) return std::nullopt;
  auto [x, y, scale] = align(a, b);
  for (int places = 0; places <= kMaxScale; ++places) {
    if (x % y == 0) return narrow(x / y, places);
    if (x > kMost * power_of_ten(18) || x < -kMost * power_of_ten(18)) return std::nullopt;
    x *= 10;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Number::integer() const {
  return scale_ == 0 ? std::optional(coefficient_) : std::nullopt;
}

std::string Number::to_string() const {
  std::string digits = std::to_string(coefficient_);
  if (scale_ == 0) return digits;
  const std::size_t sign = coefficient_ < 0 ? 1 : 0;
  const auto places = static_cast<std::size_t>(scale_);
  if (digits.size() - sign <= places) digits.insert(sign, places + 1 - (digits.size() - sign), '0');
  digits.insert(digits.size() - places, 1, '.');
  return digits;
}

std::strong_ordering Number::operator<=>(const Number& other) const {
  const auto [a, b, scale] = align(*this, other);
  return a < b   ? std::strong_ordering::less
         : a > b ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

}  // namespace pps::workflow
