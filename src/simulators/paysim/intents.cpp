#include "simulators/paysim/intents.hpp"

#include <boost/json.hpp>

#include "simulators/paysim/charges.hpp"
#include "simulators/paysim/methods.hpp"

namespace pps::paysim {

namespace {

constexpr std::int64_t kMostAmount = 99'999'999;

std::string status_of(const json::object& intent) { return text_of(intent, "status"); }

std::unexpected<Refusal> unexpected_state(const json::object& intent, std::string_view verb,
                                          std::string_view allowed) {
  return wrong_state(
      "payment_intent_unexpected_state",
      "You cannot " + std::string(verb) + " this PaymentIntent because it has a status of " +
          status_of(intent) + ". Only a PaymentIntent with one of the following statuses may be " +
          std::string(verb) + (verb == "cancel" ? "ed: " : "d: ") + std::string(allowed) + ".",
      {{"payment_intent", intent}});
}

bool is_currency(const std::string& text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

struct Confirmation {
  std::optional<std::string> method, return_url;
  bool off_session = false;
};

Confirmation read_confirmation(Params& params) {
  return {params.text("payment_method"), params.text("return_url", 2048),
          params.boolean("off_session").value_or(false)};
}

json::object new_intent(const Book& book, Params& params) {
  json::object intent = book.begin(kIntent);
  const std::string id = text_of(intent, "id");
  intent["amount"] = params.required_integer("amount", 1, kMostAmount);
  intent["amount_capturable"] = 0;
  intent["amount_received"] = 0;
  intent["canceled_at"] = nullptr;
  intent["cancellation_reason"] = nullptr;
  intent["capture_method"] =
      params.one_of("capture_method", {"automatic", "automatic_async", "manual"})
          .value_or("automatic");
  intent["client_secret"] = simulators::make_id(id + "_secret_", book.moment);
  intent["confirmation_method"] = "automatic";
  std::string currency = params.required_text("currency");
  for (char& c : currency) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (!currency.empty() && !is_currency(currency))
    params.refuse(invalid("", "Invalid currency: " + currency + ".", "currency"));
  intent["currency"] = currency;
  intent["customer"] = text_or_null(params.text("customer"));
  intent["description"] = text_or_null(params.text("description", 1000));
  intent["last_payment_error"] = nullptr;
  intent["latest_charge"] = nullptr;
  intent["metadata"] = as_object(params.metadata());
  intent["next_action"] = nullptr;
  intent["payment_method"] = nullptr;
  intent["payment_method_types"] = json::array{"card"};
  intent["processing"] = nullptr;
  intent["receipt_email"] = text_or_null(params.text("receipt_email", 512));
  intent["setup_future_usage"] =
      text_or_null(params.one_of("setup_future_usage", {"on_session", "off_session"}));
  intent["status"] = "requires_payment_method";
  return intent;
}

void read_types(Params& params) {
  for (const auto& type : params.list("payment_method_types"))
    if (type != "card")
      params.refuse(invalid(
          "",
          "The payment method type provided: " + type + " is invalid: only card is offered here.",
          "payment_method_types"));
  params.boolean("automatic_payment_methods[enabled]");
  params.one_of("automatic_payment_methods[allow_redirects]", {"always", "never"});
}

Answer<void> take_method(Book& book, json::object& intent, const std::string& named) {
  auto method = use_method(book, named, text_of(intent, "customer"));
  if (!method) return std::unexpected(std::move(method).error());
  intent["payment_method"] = method->at("id");
  intent["status"] = "requires_confirmation";
  return {};
}

// Events of an intent whose caller waited for somebody in a browser are delivered: nobody is on the
// line to hear.
bool was_asynchronous(const json::object& intent) { return !intent.at("next_action").is_null(); }

// Leaves the intent with the error, without its method, ready for another one.
Refusal decline(Book& book, json::object& intent, json::object error) {
  const bool asynchronous = was_asynchronous(intent);
  const auto method = book.find(kMethod, text_of(intent, "payment_method"));
  error["payment_method"] = method ? json::value(*method) : json::value(nullptr);
  intent["last_payment_error"] = error;
  intent["next_action"] = nullptr;
  intent["payment_method"] = nullptr;
  intent["status"] = "requires_payment_method";
  book.put(kIntent, intent);
  book.tell("payment_intent.payment_failed", intent, asynchronous);
  error["payment_intent"] = intent;
  return {.status = 402, .error = std::move(error)};
}

Answer<json::object> charge(Book& book, json::object intent, const Behaviour& behaviour) {
  const std::string method = text_of(intent, "payment_method");
  const bool manual = text_of(intent, "capture_method") == "manual";
  const json::object charge = add_charge(book, intent, behaviour, !manual);
  intent["latest_charge"] = charge.at("id");
  if (!behaviour.code.empty()) {
    json::object error = card_error(behaviour.code, behaviour.decline_code);
    error["charge"] = charge.at("id");
    return std::unexpected(decline(book, intent, std::move(error)));
  }
  const bool asynchronous = was_asynchronous(intent);
  intent["last_payment_error"] = nullptr;
  intent["next_action"] = nullptr;
  intent["status"] = manual ? "requires_capture" : "succeeded";
  intent[manual ? "amount_capturable" : "amount_received"] = intent.at("amount");
  book.put(kIntent, intent);
  book.tell(manual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded",
            intent, asynchronous);
  return intent;
}

bool must_authenticate(const Book& book, const json::object& intent, const Behaviour& behaviour) {
  using Auth = Behaviour::Authentication;
  if (behaviour.authentication != Auth::on_setup) return behaviour.authentication == Auth::always;
  // Saved for a customer, it was set up; used once, it was not.
  const auto method = book.find(kMethod, text_of(intent, "payment_method"));
  return !method || text_of(*method, "customer").empty();
}

Answer<json::object> confirm(Book& book, json::object intent, const Confirmation& with) {
  const std::string status = status_of(intent);
  if (status != "requires_payment_method" && status != "requires_confirmation" &&
      status != "requires_action")
    return unexpected_state(intent, "confirm",
                            "requires_payment_method, requires_confirmation, requires_action");
  if (with.method) {
    if (auto taken = take_method(book, intent, *with.method); !taken)
      return std::unexpected(std::move(taken).error());
  }
  const std::string method = text_of(intent, "payment_method");
  if (method.empty())
    return wrong_state(
        "payment_intent_unexpected_state",
        "You cannot confirm this PaymentIntent because it's missing a payment method.",
        {{"payment_intent", intent}});
  if (status_of(intent) == "requires_action") return intent;  // the cardholder has not answered yet
  const Behaviour behaviour = behaviour_of(book, method);
  if (!must_authenticate(book, intent, behaviour)) {
    intent["next_action"] = nullptr;
    return charge(book, std::move(intent), behaviour);
  }
  if (with.off_session)
    return std::unexpected(
        decline(book, intent, card_error("authentication_required", "authentication_required")));
  const json::object redirect{{"return_url", text_or_null(with.return_url)},
                              {"url", book.origin + "/c/3ds/" + text_of(intent, "id")}};
  intent["next_action"] = json::object{{"redirect_to_url", redirect}, {"type", "redirect_to_url"}};
  intent["status"] = "requires_action";
  book.put(kIntent, intent);
  book.tell("payment_intent.requires_action", intent, false);
  return intent;
}

}  // namespace

Answer<json::object> create_intent(Book& book, Params& params) {
  json::object intent = new_intent(book, params);
  const bool at_once = params.boolean("confirm").value_or(false);
  const Confirmation with = read_confirmation(params);
  read_types(params);
  if (!at_once && (with.return_url || with.off_session))
    params.refuse(invalid("", "You may only pass return_url or off_session when confirm is true.",
                          "confirm"));
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  const std::string customer = text_of(intent, "customer");
  if (!customer.empty())
    if (auto found = book.named(kCustomer, customer, "customer"); !found) return found;
  if (with.method)
    if (auto taken = take_method(book, intent, *with.method); !taken)
      return std::unexpected(std::move(taken).error());
  if (at_once) return confirm(book, std::move(intent), {{}, with.return_url, with.off_session});
  book.put(kIntent, intent);
  return intent;
}

Answer<json::object> confirm_intent(Book& book, std::string_view id, Params& params) {
  const Confirmation with = read_confirmation(params);
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  auto intent = book.get(kIntent, id);
  if (!intent) return intent;
  return confirm(book, std::move(*intent), with);
}

Answer<json::object> capture_intent(Book& book, std::string_view id, Params& params) {
  const auto asked = params.integer("amount_to_capture", 1, kMostAmount);
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  auto intent = book.get(kIntent, id);
  if (!intent) return intent;
  if (status_of(*intent) != "requires_capture")
    return unexpected_state(*intent, "capture", "requires_capture");
  const std::int64_t capturable = number_of(*intent, "amount_capturable");
  const std::int64_t amount = asked.value_or(capturable);
  if (amount > capturable)
    return wrong_state("amount_too_large",
                       "The amount to capture is greater than the remaining amount to capture: " +
                           std::to_string(amount) + " > " + std::to_string(capturable) + ".",
                       {{"param", "amount_to_capture"}});
  capture_charge(book, text_of(*intent, "latest_charge"), amount);
  (*intent)["amount_capturable"] = 0;  // what is left goes back to the cardholder
  (*intent)["amount_received"] = amount;
  (*intent)["status"] = "succeeded";
  book.put(kIntent, *intent);
  book.tell("payment_intent.succeeded", *intent, false);
  return intent;
}

Answer<json::object> cancel_intent(Book& book, std::string_view id, Params& params) {
  const auto reason = params.one_of(
      "cancellation_reason", {"duplicate", "fraudulent", "requested_by_customer", "abandoned"});
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  auto intent = book.get(kIntent, id);
  if (!intent) return intent;
  const std::string status = status_of(*intent);
  if (status == "canceled" || status == "succeeded")
    return unexpected_state(
        *intent, "cancel",
        "requires_payment_method, requires_capture, requires_confirmation, requires_action");
  (*intent)["amount_capturable"] = 0;
  (*intent)["canceled_at"] = book.now_s();
  (*intent)["cancellation_reason"] = text_or_null(reason);
  const bool asynchronous = was_asynchronous(*intent);
  (*intent)["next_action"] = nullptr;
  (*intent)["status"] = "canceled";
  book.put(kIntent, *intent);
  book.tell("payment_intent.canceled", *intent, asynchronous);
  return intent;
}

json::object end_authentication(Book& book, json::object intent, bool good) {
  const std::string id = text_of(intent, "id");
  if (status_of(intent) != "requires_action") return intent;
  if (good) {
    const Behaviour behaviour = behaviour_of(book, text_of(intent, "payment_method"));
    (void)charge(book, std::move(intent), behaviour);  // a decline is in the intent
  } else {
    decline(book, intent,
            {{"code", "payment_intent_authentication_failure"},
             {"message",
              "The provided PaymentMethod has failed authentication. You can provide "
              "payment_method_data or "
              "a new PaymentMethod to attempt to fulfill this PaymentIntent again."},
             {"type", "invalid_request_error"}});
  }
  return book.get(kIntent, id).value();
}

}  // namespace pps::paysim
