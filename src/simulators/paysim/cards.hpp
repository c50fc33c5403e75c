#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pps::paysim {

/// What a test card does when it is charged.
struct Behaviour {
  std::string_view code;          ///< Stripe's error code; empty: the charge succeeds.
  std::string_view decline_code;  ///< "insufficient_funds", …
  enum class Authentication { none, on_setup, always } authentication = Authentication::none;
  bool refuse_to_attach = false;  ///< Declined already when it is saved.
  bool blocked = false;           ///< By fraud scoring, before the bank is asked.
  std::string_view risk_level = "normal";
};

/// One of Stripe's published test cards (https://docs.stripe.com/testing).
struct TestCard {
  std::string_view token;  ///< Without "pm_card_".
  std::string_view number;
  std::string_view brand;
  std::string_view funding = "credit";
  Behaviour behaviour{};
};

/// By the part of `pm_card_…` after the prefix; `visa_chargeDeclined` and `chargeDeclined` are the
/// same.
const TestCard* card_of_token(std::string_view token);
const TestCard* card_of_number(std::string_view digits);

/// ISO/IEC 7812-1, annex B. @pre only digits.
bool passes_luhn(std::string_view digits);
/// "visa", "mastercard", …; "unknown" where the leading digits belong to no network that is known
/// here.
std::string_view brand_of(std::string_view digits);

/// Sentences as Stripe gives them.
std::string_view decline_message(std::string_view code, std::string_view decline_code);

}  // namespace pps::paysim
