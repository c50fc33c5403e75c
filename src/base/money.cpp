#include "base/money.hpp"

#include <algorithm>
#include <numeric>

namespace pps {

namespace {
// ISO 4217 active codes, with those whose exponent is not 2 marked in exponent_of.
constexpr std::string_view kCodes =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL ";
__extension__ using Wide = __int128;  // a product of two 64-bit amounts
bool within(std::int64_t amount) { return amount >= -kMaxMinorUnits && amount <= kMaxMinorUnits; }
}  // namespace

Result<Currency> Currency::parse(std::string_view text) {
  if (text.size() == 3 && text.find(' ') == std::string_view::npos) {
    const auto at = kCodes.find(text);
    if (at != std::string_view::npos && at % 4 == 0) return Currency{{text[0], text[1], text[2]}};
  }
  return fail(ErrorKind::invalid, "currency.unknown", "not an ISO 4217 code in upper case, such as EUR");
}

Result<Money> add(Money a, Money b) {
  if (a.currency != b.currency)
    return fail(ErrorKind::invalid, "money.currency_mismatch",
                a.currency.to_string() + " and " + b.currency.to_string() + " cannot be added");
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.minor_units, b.minor_units, &sum) || !within(sum))
    return fail(ErrorKind::invalid, "money.overflow", "the sum is beyond 999999999999 minor units");
  return Money{sum, a.currency};
}

Result<Money> multiply(Money price, std::int64_t quantity) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(price.minor_units, quantity, &product) || !within(product))
    return fail(ErrorKind::invalid, "money.overflow", "the product is beyond 999999999999 minor units");
  return Money{product, price.currency};
}

std::vector<Money> allocate(Money total, const std::vector<std::int64_t>& weights) {
  PPS_INVARIANT(!weights.empty());
  PPS_INVARIANT(std::ranges::none_of(weights, [](auto w) { return w < 0; }));
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  const auto n = static_cast<Wide>(weights.size());
  std::vector<Money> parts;
  std::vector<std::pair<Wide, std::size_t>> remainders;
  std::int64_t given = 0;
  const Wide magnitude = total.minor_units < 0 ? -Wide{total.minor_units} : total.minor_units;
  const std::int64_t sign = total.minor_units < 0 ? -1 : 1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide weight = sum == 0 ? 1 : weights[i];
    const Wide over = sum == 0 ? n : sum;
    const auto share = static_cast<std::int64_t>(magnitude * weight / over);
    parts.push_back({share, total.currency});
    remainders.emplace_back(-(magnitude * weight % over), i);
    given += share;
  }
  std::ranges::sort(remainders);
  const auto left = static_cast<std::size_t>(static_cast<std::int64_t>(magnitude) - given);
  for (std::size_t i = 0; i < left; ++i) ++parts[remainders[i].second].minor_units;
  for (auto& part : parts) part.minor_units *= sign;
  return parts;
}

int exponent_of(Currency currency) {
  static constexpr std::string_view kZero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF ";
  static constexpr std::string_view kThree = "BHD IQD JOD KWD LYD OMR TND ";
  const std::string code = currency.to_string();
  if (kZero.find(code) != std::string_view::npos) return 0;
  return kThree.find(code) != std::string_view::npos ? 3 : 2;
}

std::string in_words(Money money) {
  const int digits = exponent_of(money.currency);
  std::int64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  if (digits == 0) return fmt::format("{} {}", money.minor_units, money.currency.to_string());
  return fmt::format("{}.{:0{}} {}", money.minor_units / unit, money.minor_units % unit, digits, money.currency.to_string());
}

}  // namespace pps
