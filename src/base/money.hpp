#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pps {

/// An ISO 4217 alphabetic code, upper case.
struct Currency {
  std::array<char, 3> code{'X', 'X', 'X'};
  static Result<Currency> parse(std::string_view text);  ///< Error `invalid` `currency.unknown`.
  std::string to_string() const { return {code.data(), 3}; }
  auto operator<=>(const Currency&) const = default;
};

/// An amount in the currency's minor units (cents; yen). Never a fraction, never a float.
struct Money {
  std::int64_t minor_units = 0;
  Currency currency{};
  bool operator==(const Money&) const = default;
};

/// The greatest amount of one purchase: what the card networks' 12-digit field holds.
inline constexpr std::int64_t kMaxMinorUnits = 999'999'999'999;

/// Errors: `invalid` `money.currency_mismatch`, `money.overflow` (beyond ±kMaxMinorUnits).
Result<Money> add(Money a, Money b);
Result<Money> multiply(Money price, std::int64_t quantity);

/// Splits `total` by `weights` so that the parts sum to it exactly (largest remainder; ties to the earlier part).
/// With all weights 0 the parts are equal up to one unit. @pre weights not empty, none negative.
std::vector<Money> allocate(Money total, const std::vector<std::int64_t>& weights);

/// Number of digits after the point in ISO 4217 (EUR 2, JPY 0, KWD 3).
int exponent_of(Currency currency);

/// "24.00 EUR", for messages to people. @pre not negative.
std::string in_words(Money money);

}  // namespace pps
