#pragma once

#include "simulators/paysim/book.hpp"
#include "simulators/paysim/methods.hpp"

/// Checkout sessions of mode "setup": a customer gives a card on the provider's own page.
namespace pps::paysim {

Answer<json::object> create_session(Book& book, Params& params);
Answer<json::object> get_session(Book& book, std::string_view id);
/// Ends it before somebody gives a card.
Answer<json::object> expire_session(Book& book, std::string_view id, Params& params);

/// Saves the card for the session's customer. Refused (402): the card is declined when it is saved;
/// the session stays open. @pre the session is open. @returns the complete session.
Answer<json::object> complete_session(Book& book, json::object session, const Card& card);

/// `success_url` with the session's id in it.
std::string success_url(const json::object& session);

}  // namespace pps::paysim
