#include "simulators/paysim/pages.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/money.hpp"
#include "simulators/common/form.hpp"
#include "simulators/paysim/card_form.hpp"
#include "simulators/paysim/checkout.hpp"
#include "simulators/paysim/intents.hpp"
#include "simulators/paysim/page_frame.hpp"

namespace pps::paysim {

namespace {

net::Response nothing_here() {
  return page(
      404, "Not found",
      "<h1>There is nothing here</h1>\n<p>Go back to the shop and try again from there.</p>\n");
}

std::string back_link(const std::string& url) {
  if (url.empty()) return {};
  return "<p class=\"back\"><a href=\"" + escape_html(url) + "\">Back without saving</a></p>\n";
}

net::Response card_page(int status, const json::object& session, const CardForm& form) {
  return page(status, status == 200 ? "Save a card" : "Save a card: check what you entered",
              "<h1>Save a card</h1>\n<p>You will not be charged now.</p>\n" + form.html() +
                  back_link(text_of(session, "cancel_url")),
              text_of(session, "success_url"));
}

net::Response take_card(Book& book, json::object session, const net::Request& request) {
  CardForm form = CardForm::of(simulators::decode_form(request.body).value_or(net::Query{}));
  const auto card = form.read(book.moment.now);
  if (!card) return card_page(422, session, form);
  const auto done = complete_session(book, session, *card);
  if (done) return see_other(success_url(*done));
  form.alert = text_of(done.error().error, "message");
  return card_page(402, session, form);
}

net::Response pay_page(Book& book, std::string_view id, const net::Request& request) {
  const auto session = get_session(book, id);
  if (!session) return nothing_here();
  const std::string status = text_of(*session, "status");
  const bool post = request.method == net::Method::post;
  if (status == "complete" && post) return see_other(success_url(*session));  // pressed twice
  if (status == "complete")
    return page(200, "Card saved",
                "<h1 class=\"good\">The card is saved</h1>\n<p><a href=\"" +
                    escape_html(success_url(*session)) + "\">Back to the shop</a></p>\n");
  if (status != "open")
    return page(
        410, "Expired",
        "<h1>This page has expired</h1>\n<p>Go back to the shop and try again from there.</p>\n");
  return post ? take_card(book, *session, request) : card_page(200, *session, {});
}

std::string amount_of(const json::object& intent) {
  std::string code = text_of(intent, "currency");
  for (char& c : code) c = static_cast<char>(c - 'a' + 'A');
  const auto currency = Currency::parse(code);
  const int digits = currency ? exponent_of(*currency) : 2;
  std::int64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  const std::int64_t amount = number_of(intent, "amount");
  if (digits == 0) return fmt::format("{} {}", amount, code);
  return fmt::format("{}.{:0{}} {}", amount / unit, amount % unit, digits, code);
}

std::string return_url_of(const json::object& intent) {
  const auto* action = intent.at("next_action").if_object();
  return action ? text_of(action->at("redirect_to_url").as_object(), "return_url") : std::string{};
}

std::string with_outcome(std::string url, const json::object& intent, bool good) {
  const std::string fragment = url.find('#') == std::string::npos ? "" : url.substr(url.find('#'));
  url.resize(url.size() - fragment.size());
  url += url.find('?') == std::string::npos ? '?' : '&';
  return url + "payment_intent=" + text_of(intent, "id") +
         "&redirect_status=" + (good ? "succeeded" : "failed") + fragment;
}

net::Response authentication_done(const json::object& intent) {
  const std::string status = text_of(intent, "status");
  const bool good = status == "requires_capture" || status == "succeeded";
  return page(200, "Authentication",
              std::string(good ? "<h1 class=\"good\">The payment is confirmed</h1>\n"
                               : "<h1>The payment was not confirmed</h1>\n") +
                  "<p>You can close this page and go back to the shop.</p>\n");
}

net::Response ask_cardholder(const Book& book, const json::object& intent) {
  const auto method = book.find(kMethod, text_of(intent, "payment_method"));
  const auto* card = method ? method->at("card").if_object() : nullptr;
  std::string body =
      "<h1>Is this you?</h1>\n<p>Your bank asks you to confirm this "
      "payment.</p>\n<dl>\n<dt>Amount</dt><dd>" +
      escape_html(amount_of(intent)) + "</dd>\n";
  if (card)
    body += "<dt>Card</dt><dd>" + escape_html(text_of(*card, "brand")) + " •••• " +
            escape_html(text_of(*card, "last4")) + "</dd>\n";
  body +=
      "</dl>\n<form method=\"post\">\n"
      "<button name=\"outcome\" value=\"complete\">Complete authentication</button>\n"
      "<button class=\"second\" name=\"outcome\" value=\"fail\">Fail "
      "authentication</button>\n</form>\n";
  return page(200, "Confirm the payment", body, return_url_of(intent));
}

net::Response authentication_page(Book& book, std::string_view id, const net::Request& request) {
  const auto intent = book.find(kIntent, id);
  if (!intent) return nothing_here();
  if (text_of(*intent, "status") != "requires_action") return authentication_done(*intent);
  if (request.method != net::Method::post) return ask_cardholder(book, *intent);
  const bool good = request.body == "outcome=complete";
  if (!good && request.body != "outcome=fail") return ask_cardholder(book, *intent);
  const std::string return_url = return_url_of(*intent);
  const json::object after = end_authentication(book, *intent, good);
  if (return_url.empty()) return authentication_done(after);
  return see_other(
      with_outcome(return_url, after, text_of(after, "status") != "requires_payment_method"));
}

}  // namespace

net::Response show_page(Book& book, const net::Request& request) {
  constexpr std::string_view kPay = "/c/pay/", kAuthentication = "/c/3ds/";
  const std::string_view path = request.path;
  const auto method = request.method;
  if (method != net::Method::get && method != net::Method::head && method != net::Method::post)
    return net::empty_response(405);
  if (path == "/c/style.css") return style_sheet();
  if (path.starts_with(kPay)) return pay_page(book, path.substr(kPay.size()), request);
  if (path.starts_with(kAuthentication))
    return authentication_page(book, path.substr(kAuthentication.size()), request);
  return nothing_here();
}

}  // namespace pps::paysim
