#pragma once

#include "simulators/paysim/book.hpp"

/// PaymentIntents: https://docs.stripe.com/payments/paymentintents/lifecycle.
namespace pps::paysim {

Answer<json::object> create_intent(Book& book, Params& params);
Answer<json::object> confirm_intent(Book& book, std::string_view id, Params& params);
Answer<json::object> capture_intent(Book& book, std::string_view id, Params& params);
Answer<json::object> cancel_intent(Book& book, std::string_view id, Params& params);

/// What the cardholder did on the 3-D Secure page. A second answer changes nothing. @pre the intent
/// exists. @returns the intent as it then is.
json::object end_authentication(Book& book, json::object intent, bool good);

}  // namespace pps::paysim
