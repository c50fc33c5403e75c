#include "simulators/paysim/checkout.hpp"

#include <boost/json.hpp>

namespace pps::paysim {

namespace {

constexpr std::int64_t kOpenFor = 24 * 3600;  // seconds, as at Stripe

bool is_page(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

std::optional<std::string> read_page(Params& params, std::string_view name, bool required) {
  auto url = required ? std::optional(params.required_text(name)) : params.text(name);
  if (url && !url->empty() && !is_page(*url))
    params.refuse(invalid("url_invalid", "Not a valid URL", name));
  return url;
}

// Time passes without anybody writing it down.
json::object as_of_now(const Book& book, json::object session) {
  if (text_of(session, "status") == "open" && number_of(session, "expires_at") <= book.now_s())
    session["status"] = "expired";
  if (text_of(session, "status") != "open") session["url"] = nullptr;
  return session;
}

json::object new_setup(const Book& book, const std::optional<std::string>& customer) {
  json::object setup = book.begin(kSetup);
  setup["client_secret"] = simulators::make_id(text_of(setup, "id") + "_secret_", book.moment);
  setup["customer"] = text_or_null(customer);
  setup["last_setup_error"] = nullptr;
  setup["metadata"] = json::object{};
  setup["next_action"] = nullptr;
  setup["payment_method"] = nullptr;
  setup["payment_method_types"] = json::array{"card"};
  setup["status"] = "requires_payment_method";
  setup["usage"] = "off_session";
  return setup;
}

}  // namespace

Answer<json::object> create_session(Book& book, Params& params) {
  json::object session = book.begin(kSession);
  const std::string id = text_of(session, "id");
  const std::string mode = params.required_text("mode");
  if (!mode.empty() && mode != "setup")
    params.refuse(invalid("", "Invalid mode: only setup is offered here.", "mode"));
  for (const auto& type : params.list("payment_method_types"))
    if (type != "card")
      params.refuse(invalid(
          "",
          "The payment method type provided: " + type + " is invalid: only card is offered here.",
          "payment_method_types"));
  const auto customer = params.text("customer");
  session["cancel_url"] = text_or_null(read_page(params, "cancel_url", false));
  session["client_reference_id"] = text_or_null(params.text("client_reference_id", 200));
  session["currency"] = text_or_null(params.text("currency", 3));
  session["customer"] = text_or_null(customer);
  session["expires_at"] = book.now_s() + kOpenFor;
  session["metadata"] = as_object(params.metadata());
  session["mode"] = "setup";
  session["payment_intent"] = nullptr;
  session["payment_method_types"] = json::array{"card"};
  session["payment_status"] = "no_payment_required";
  session["status"] = "open";
  session["success_url"] = text_or_null(read_page(params, "success_url", true));
  session["url"] = book.origin + "/c/pay/" + id;
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  if (customer)
    if (auto found = book.named(kCustomer, *customer, "customer"); !found) return found;
  const json::object setup = new_setup(book, customer);
  session["setup_intent"] = setup.at("id");
  book.put(kSetup, setup);
  book.put(kSession, session);
  return session;
}

Answer<json::object> get_session(Book& book, std::string_view id) {
  auto session = book.get(kSession, id);
  if (!session) return session;
  return as_of_now(book, std::move(*session));
}

Answer<json::object> expire_session(Book& book, std::string_view id, Params& params) {
  if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
  auto session = get_session(book, id);
  if (!session) return session;
  if (text_of(*session, "status") != "open")
    return wrong_state("resource_already_exists",
                       "Only Checkout Sessions with a status of open can be expired.");
  (*session)["status"] = "expired";
  (*session)["url"] = nullptr;
  book.put(kSession, *session);
  book.tell("checkout.session.expired", *session, false);
  return session;
}

Answer<json::object> complete_session(Book& book, json::object session, const Card& card) {
  const Behaviour behaviour = behaviour_of_number(card.number);
  if (behaviour.refuse_to_attach)
    return std::unexpected(
        Refusal{.status = 402, .error = card_error(behaviour.code, behaviour.decline_code)});
  const json::object method = keep_card(book, card, text_of(session, "customer"));
  json::object setup = book.find(kSetup, text_of(session, "setup_intent")).value();
  setup["payment_method"] = method.at("id");
  setup["status"] = "succeeded";
  session["status"] = "complete";
  session["url"] = nullptr;
  book.put(kSetup, setup);
  book.put(kSession, session);
  book.tell("setup_intent.succeeded", setup, false);
  book.tell("checkout.session.completed", session, false);
  return session;
}

std::string success_url(const json::object& session) {
  constexpr std::string_view kPlace = "{CHECKOUT_SESSION_ID}";
  std::string url = text_of(session, "success_url");
  const std::string id = text_of(session, "id");
  for (auto at = url.find(kPlace); at != std::string::npos; at = url.find(kPlace, at + id.size()))
    url.replace(at, kPlace.size(), id);
  return url;
}

}  // namespace pps::paysim
