#pragma once

#include "simulators/paysim/book.hpp"
#include "simulators/paysim/cards.hpp"

/// Customers and their payment methods. A card's number is sealed in the vault and leaves it for
/// nobody.
namespace pps::paysim {

struct Card {
  std::string number;  ///< Digits that pass the Luhn check.
  std::int64_t exp_month = 12, exp_year = 2034;
  std::string holder;
};

Answer<json::object> create_customer(Book& book, Params& params);
Answer<json::object> attach_method(Book& book, std::string_view id, Params& params);

/// Seals the number; the object shows brand, last four digits and expiry only. @param customer may
/// be empty.
json::object keep_card(Book& book, const Card& card, const std::string& customer);

/// The method that a `payment_method` parameter names: its id, or a `pm_card_…` token, which makes
/// a new one each time. Refused: an unknown one, one of another customer, one that has an owner
/// where no customer is named.
Answer<json::object> use_method(Book& book, const std::string& id, const std::string& customer);

Behaviour behaviour_of(const Book& book, std::string_view method);
/// Of a number: a published test card's, or for any other one the decline that live cards meet in
/// test mode.
Behaviour behaviour_of_number(std::string_view digits);

/// Stripe's `card_error`.
json::object card_error(std::string_view code, std::string_view decline_code);

}  // namespace pps::paysim
