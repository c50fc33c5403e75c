#pragma once

#include "simulators/paysim/book.hpp"
#include "simulators/paysim/cards.hpp"

/// Charges (one per attempt to authorize) and refunds.
namespace pps::paysim {

/// The attempt to charge the intent's method: succeeded, or failed with the behaviour's reason.
json::object add_charge(Book& book, const json::object& intent, const Behaviour& behaviour,
                        bool captured);
/// @pre the charge exists and is not captured yet.
void capture_charge(Book& book, const std::string& id, std::int64_t amount);

/// By `payment_intent` or `charge`; without `amount` all that is left. Never more than was captured
/// in all.
Answer<json::object> create_refund(Book& book, Params& params);

Answer<json::object> list_charges(Book& book, Params& params);
Answer<json::object> list_refunds(Book& book, Params& params);

}  // namespace pps::paysim
