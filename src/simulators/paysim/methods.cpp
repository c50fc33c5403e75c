#include "simulators/paysim/methods.hpp"

#include <boost/json.hpp>

#include "simulators/common/crypto.hpp"

namespace pps::paysim {

namespace {

constexpr std::string_view kToken = "pm_card_";

std::string_view funding_of(std::string_view digits) {
  const TestCard* card = card_of_number(digits);
  return card ? card->funding : "credit";
}

// The same number has the same fingerprint, which says nothing about the number without the key.
std::string fingerprint(const Book& book, std::string_view digits) {
  return simulators::hmac_sha256_hex(book.settings.vault_key, digits).substr(0, 16);
}

Answer<json::object> method_of_token(Book& book, const std::string& token,
                                     const std::string& customer) {
  const TestCard* card = card_of_token(std::string_view(token).substr(kToken.size()));
  if (!card) return book.named(kMethod, token, "payment_method");
  const std::int64_t this_year = static_cast<int>(
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(book.moment.now)).year());
  return keep_card(book,
                   {.number = std::string(card->number), .exp_year = this_year + 1, .holder = {}},
                   customer);
}

}  // namespace

Answer<json::object> create_customer(Book& book, Params& params) {
  json::object customer = book.begin(kCustomer);
  for (const char* name : {"description", "email", "name", "phone"})
    customer[name] =
        text_or_null(params.text(name, name == std::string_view("description") ? 5000 : 512));
  customer["metadata"] = as_object(params.metadata());
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  book.put(kCustomer, customer);
  return customer;
}

Answer<json::object> attach_method(Book& book, std::string_view id, Params& params) {
  const std::string customer = params.required_text("customer");
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  if (auto found = book.named(kCustomer, customer, "customer"); !found) return found;
  auto method =
      id.starts_with(kToken) ? method_of_token(book, std::string(id), "") : book.get(kMethod, id);
  if (!method) return method;
  const std::string method_id = text_of(*method, "id");
  const std::string owner = text_of(*method, "customer");
  if (!owner.empty() && owner != customer)
    return wrong_state("payment_method_unexpected_state",
                       "The payment method you provided has already been attached to a customer.");
  const Behaviour behaviour = behaviour_of(book, method_id);
  if (behaviour.refuse_to_attach)
    return std::unexpected(
        Refusal{.status = 402, .error = card_error(behaviour.code, behaviour.decline_code)});
  (*method)["customer"] = customer;
  book.put(kMethod, *method);
  return method;
}

json::object keep_card(Book& book, const Card& card, const std::string& customer) {
  json::object method = book.begin(kMethod);
  const std::string id = text_of(method, "id");
  method["billing_details"] =
      json::object{{"address", nullptr},
                   {"email", nullptr},
                   {"name", card.holder.empty() ? json::value(nullptr) : json::value(card.holder)},
                   {"phone", nullptr}};
  method["card"] = json::object{{"brand", brand_of(card.number)},
                                {"checks", {{"cvc_check", "pass"}}},
                                {"country", "US"},
                                {"exp_month", card.exp_month},
                                {"exp_year", card.exp_year},
                                {"fingerprint", fingerprint(book, card.number)},
                                {"funding", funding_of(card.number)},
                                {"last4", card.number.substr(card.number.size() - 4)}};
  method["customer"] = customer.empty() ? json::value(nullptr) : json::value(customer);
  method["metadata"] = json::object{};
  method["type"] = "card";
  book.put(kMethod, method);
  book.store.put("vault/" + id,
                 simulators::seal(book.settings.vault_key, card.number, id, book.moment.random));
  return method;
}

Answer<json::object> use_method(Book& book, const std::string& id, const std::string& customer) {
  if (id.starts_with(kToken)) return method_of_token(book, id, "");
  auto method = book.named(kMethod, id, "payment_method");
  if (!method) return method;
  const std::string owner = text_of(*method, "customer");
  if (owner.empty() || owner == customer) return method;
  auto refusal = customer.empty()
                     ? invalid("",
                               "The PaymentMethod '" + id +
                                   "' belongs to a Customer. Please include the Customer in the "
                                   "`customer` parameter on the PaymentIntent.",
                               "payment_method")
                     : invalid("",
                               "The customer does not have a payment method with the ID " + id +
                                   ". The payment method must "
                                   "be attached to the customer.",
                               "payment_method");
  refusal.error().began = true;
  return refusal;
}

Behaviour behaviour_of_number(std::string_view digits) {
  const TestCard* card = card_of_number(digits);
  if (card) return card->behaviour;
  return {.code = "card_declined", .decline_code = "test_mode_live_card", .refuse_to_attach = true};
}

Behaviour behaviour_of(const Book& book, std::string_view method) {
  const auto sealed = book.store.get("vault/" + std::string(method));
  const auto number =
      sealed ? simulators::unseal(book.settings.vault_key, *sealed, method) : std::nullopt;
  // A vault that another key has sealed: the provider cannot charge the card, and says so.
  if (!number) return {.code = "processing_error", .decline_code = {}};
  return behaviour_of_number(*number);
}

json::object card_error(std::string_view code, std::string_view decline_code) {
  json::object error{
      {"code", code}, {"message", decline_message(code, decline_code)}, {"type", "card_error"}};
  if (!decline_code.empty()) error["decline_code"] = decline_code;
  return error;
}

}  // namespace pps::paysim
