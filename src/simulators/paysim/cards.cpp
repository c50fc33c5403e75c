#include "simulators/paysim/cards.hpp"

#include <array>

namespace pps::paysim {

namespace {

using Auth = Behaviour::Authentication;

constexpr Behaviour declined(std::string_view reason, bool at_save = true) {
  return {.code = "card_declined", .decline_code = reason, .refuse_to_attach = at_save};
}
constexpr Behaviour failing(std::string_view code) {
  return {.code = code, .decline_code = {}, .refuse_to_attach = true};
}
constexpr Behaviour authenticated(Auth when, std::string_view code = {},
                                  std::string_view reason = {}) {
  return {.code = code, .decline_code = reason, .authentication = when};
}

constexpr std::array kCards = {
    TestCard{"visa", "4242424242424242", "visa"},
    TestCard{"visa_debit", "4000056655665556", "visa", "debit"},
    TestCard{"mastercard", "5555555555554444", "mastercard"},
    TestCard{"mastercard", "2223003122003222", "mastercard"},
    TestCard{"mastercard_debit", "5200828282828210", "mastercard", "debit"},
    TestCard{"mastercard_prepaid", "5105105105105100", "mastercard", "prepaid"},
    TestCard{"amex", "378282246310005", "amex"},
    TestCard{"amex", "371449635398431", "amex"},
    TestCard{"discover", "6011111111111117", "discover"},
    TestCard{"discover", "6011000990139424", "discover"},
    TestCard{"diners", "3056930009020004", "diners"},
    TestCard{"diners", "36227206271667", "diners"},
    TestCard{"jcb", "3566002020360505", "jcb"},
    TestCard{"unionpay", "6200000000000005", "unionpay"},
    TestCard{"chargeDeclined", "4000000000000002", "visa", "credit", declined("generic_decline")},
    TestCard{"chargeDeclinedInsufficientFunds", "4000000000009995", "visa", "credit",
             declined("insufficient_funds")},
    TestCard{"chargeDeclinedLostCard", "4000000000009987", "visa", "credit", declined("lost_card")},
    TestCard{"chargeDeclinedStolenCard", "4000000000009979", "visa", "credit",
             declined("stolen_card")},
    TestCard{"chargeDeclinedVelocityLimitExceeded", "4000000000006975", "visa", "credit",
             declined("card_velocity_exceeded")},
    TestCard{"chargeDeclinedExpiredCard", "4000000000000069", "visa", "credit",
             failing("expired_card")},
    TestCard{"chargeDeclinedIncorrectCvc", "4000000000000127", "visa", "credit",
             failing("incorrect_cvc")},
    TestCard{"chargeDeclinedProcessingError", "4000000000000119", "visa", "credit",
             failing("processing_error")},
    TestCard{"chargeCustomerFail", "4000000000000341", "visa", "credit",
             declined("generic_decline", false)},
    TestCard{"radarBlock",
             "4100000000000019",
             "visa",
             "credit",
             {.code = "card_declined",
              .decline_code = "fraudulent",
              .blocked = true,
              .risk_level = "highest"}},
    TestCard{"riskLevelElevated", "4000000000009235", "visa", "credit", {.risk_level = "elevated"}},
    TestCard{"threeDSecure2Required", "4000000000003220", "visa", "credit",
             authenticated(Auth::always)},
    TestCard{"threeDSecureRequired", "4000000000003220", "visa", "credit",
             authenticated(Auth::always)},
    TestCard{"threeDSecureRequiredChargeDeclined", "4000008400001629", "visa", "credit",
             authenticated(Auth::always, "card_declined", "generic_decline")},
    TestCard{"threeDSecureOptional", "4000000000003055", "visa"},
    TestCard{"authenticationRequiredOnSetup", "4000002500003155", "visa", "credit",
             authenticated(Auth::on_setup)},
    TestCard{"authenticationRequired", "4000002760003184", "visa", "credit",
             authenticated(Auth::always)},
    TestCard{"authenticationRequiredSetupForOffSession", "4000003800000446", "visa", "credit",
             authenticated(Auth::always)},
    TestCard{"authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", "visa",
             "credit", authenticated(Auth::always, "card_declined", "insufficient_funds")},
};

bool in_range(std::string_view digits, std::size_t length, int from, int to) {
  if (digits.size() < length) return false;
  int value = 0;
  for (const char c : digits.substr(0, length)) value = value * 10 + (c - '0');
  return value >= from && value <= to;
}

}  // namespace

const TestCard* card_of_token(std::string_view token) {
  for (const auto& card : kCards) {
    if (card.token == token) return &card;
    if (token.starts_with("visa_") && card.token == token.substr(5)) return &card;
  }
  return nullptr;
}

const TestCard* card_of_number(std::string_view digits) {
  for (const auto& card : kCards)
    if (card.number == digits) return &card;
  return nullptr;
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return !digits.empty() && sum % 10 == 0;
}

std::string_view brand_of(std::string_view digits) {
  if (in_range(digits, 1, 4, 4)) return "visa";
  if (in_range(digits, 2, 51, 55) || in_range(digits, 4, 2221, 2720)) return "mastercard";
  if (in_range(digits, 2, 34, 34) || in_range(digits, 2, 37, 37)) return "amex";
  if (in_range(digits, 4, 6011, 6011) || in_range(digits, 2, 65, 65) ||
      in_range(digits, 3, 644, 649))
    return "discover";
  if (in_range(digits, 3, 300, 305) || in_range(digits, 2, 36, 36) || in_range(digits, 2, 38, 39))
    return "diners";
  if (in_range(digits, 4, 3528, 3589)) return "jcb";
  if (in_range(digits, 2, 62, 62)) return "unionpay";
  return "unknown";
}

std::string_view decline_message(std::string_view code, std::string_view decline_code) {
  if (code == "expired_card") return "Your card has expired.";
  if (code == "incorrect_cvc") return "Your card's security code is incorrect.";
  if (code == "processing_error")
    return "An error occurred while processing your card. Try again in a little bit.";
  if (decline_code == "insufficient_funds") return "Your card has insufficient funds.";
  if (decline_code == "test_mode_live_card")
    return "Your card was declined. Your request was in test mode, but used a non test card. For a "
           "list of valid test "
           "cards, visit: https://stripe.com/docs/testing.";
  return "Your card was declined.";
}

}  // namespace pps::paysim
