#include "services/payment/stripe_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "security/jwt.hpp"

namespace pps::payment {

namespace json = boost::json;

namespace {
std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (const auto* inner = value->if_object()) return text(*inner, "id");  // an expanded object
  return {};
}

std::int64_t number(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : 0;
}

const json::object* part(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

Result<json::object> parse(const std::string& body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object())
    return fail(ErrorKind::unknown_outcome, "provider.silent",
                "the provider's answer is not a JSON object");
  return std::move(value.get_object());
}

Intent read_intent(const json::object& object) {
  Intent intent{.id = text(object, "id"),
                .status = text(object, "status"),
                .amount = number(object, "amount"),
                .amount_received = number(object, "amount_received")};
  if (const auto* error = part(object, "last_payment_error")) {
    intent.decline_code = text(*error, "decline_code");
    if (intent.decline_code.empty()) intent.decline_code = text(*error, "code");
  }
  if (const auto* action = part(object, "next_action"))
    if (const auto* redirect = part(*action, "redirect_to_url"))
      intent.action_url = text(*redirect, "url");
  if (const auto* metadata = part(object, "metadata"))
    intent.purchase = text(*metadata, "purchase");
  return intent;
}

RefundObject read_refund(const json::object& object) {
  RefundObject refund{.id = text(object, "id"),
                      .amount = number(object, "amount"),
                      .status = text(object, "status")};
  if (const auto* metadata = part(object, "metadata")) refund.effect = text(*metadata, "effect");
  return refund;
}

CheckoutSession read_session(const json::object& object) {
  return {text(object, "id"), text(object, "url"), text(object, "status"), text(object, "customer"),
          text(object, "setup_intent")};
}

// What a refusal says (https://docs.stripe.com/api/errors).
std::unexpected<Error> refusal(int status, const std::string& body) {
  const Result<json::object> object = parse(body);
  const json::object* error = object ? part(*object, "error") : nullptr;
  const std::string type = error ? text(*error, "type") : "";
  const std::string code = error ? text(*error, "code") : "";
  const std::string message = error ? text(*error, "message") : "";
  if (type == "card_error") {
    const std::string decline = text(*error, "decline_code");
    return fail(ErrorKind::conflict, "card_error", decline.empty() ? code : decline);
  }
  if (status == 401 || status == 403)
    return fail(ErrorKind::unavailable, "provider.credential",
                "the provider does not take our key");  // ours to mend: nobody's card is at fault
  if (status == 404) return fail(ErrorKind::not_found, "provider.not_found", message);
  if (status == 409 || status == 429)
    return fail(ErrorKind::unavailable, "provider.busy",
                "the provider is working on this key, or asks to slow down");
  return fail(ErrorKind::invalid, code.empty() ? "provider.refused" : code, message);
}

template <class T>
Result<T> read_with(Result<std::string> body, T (*read)(const json::object&)) {
  if (!body) return fail(std::move(body).error());
  Result<json::object> object = parse(*body);
  if (!object) return fail(std::move(object).error());
  return read(*object);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}
}  // namespace

Task<std::string> StripeClient::send(Context context, net::ClientRequest request) {
  request.headers.set("Authorization", "Bearer " + secret_key_);
  Result<net::ClientResponse> response =
      co_await http_->send(std::move(context), std::move(request));
  if (!response && response.error().kind == ErrorKind::unknown_outcome)
    co_return fail(ErrorKind::unknown_outcome, "provider.silent", response.error().detail);
  if (!response) co_return fail(std::move(response).error());
  if (response->status >= 500)
    co_return fail(ErrorKind::unknown_outcome, "provider.recorded",
                   fmt::format("the provider answered {}", response->status));
  if (response->status >= 300) co_return refusal(response->status, response->body);
  co_return std::move(response->body);
}

Task<std::string> StripeClient::post(Context context, std::string path, Form form,
                                     std::string key) {
  net::ClientRequest request{.method = net::Method::post, .path = std::move(path)};
  for (const auto& [name, value] : form) {
    if (!request.body.empty()) request.body += '&';
    request.body += net::percent_encode(name) + "=" + net::percent_encode(value);
  }
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Idempotency-Key", std::move(key));
  request.idempotent = true;
  return send(std::move(context), std::move(request));
}

Task<std::string> StripeClient::get(Context context, std::string path) {
  net::ClientRequest request{.path = std::move(path)};
  request.idempotent = true;
  return send(std::move(context), std::move(request));
}

Task<Intent> StripeClient::create_intent(Context context, NewIntent intent, std::string key) {
  Form form{{"amount", std::to_string(intent.amount.minor_units)},
            {"currency", lower(intent.amount.currency.to_string())},
            {"capture_method", "manual"},
            {"payment_method_types[0]", "card"},
            {"payment_method", intent.payment_method},
            {"metadata[purchase]", intent.purchase}};
  if (!intent.customer.empty()) form.emplace_back("customer", intent.customer);
  Result<std::string> body =
      co_await post(std::move(context), "/v1/payment_intents", std::move(form), std::move(key));
  co_return read_with(std::move(body), &read_intent);
}

Task<Intent> StripeClient::confirm_intent(Context context, std::string id, std::string return_url,
                                          std::string key) {
  Form form;
  if (!return_url.empty()) form.emplace_back("return_url", return_url);
  Result<std::string> body =
      co_await post(std::move(context), "/v1/payment_intents/" + id + "/confirm", std::move(form),
                    std::move(key));
  co_return read_with(std::move(body), &read_intent);
}

Task<Intent> StripeClient::capture_intent(Context context, std::string id, std::int64_t amount,
                                          std::string key) {
  Form form{{"amount_to_capture", std::to_string(amount)}};
  Result<std::string> body =
      co_await post(std::move(context), "/v1/payment_intents/" + id + "/capture", std::move(form),
                    std::move(key));
  co_return read_with(std::move(body), &read_intent);
}

Task<Intent> StripeClient::cancel_intent(Context context, std::string id, std::string key) {
  Result<std::string> body = co_await post(
      std::move(context), "/v1/payment_intents/" + id + "/cancel", Form{}, std::move(key));
  co_return read_with(std::move(body), &read_intent);
}

Task<Intent> StripeClient::get_intent(Context context, std::string id) {
  Result<std::string> body = co_await get(std::move(context), "/v1/payment_intents/" + id);
  co_return read_with(std::move(body), &read_intent);
}

Task<RefundObject> StripeClient::create_refund(Context context, std::string intent,
                                               std::int64_t amount, std::string effect,
                                               std::string key) {
  Form form{{"payment_intent", std::move(intent)},
            {"amount", std::to_string(amount)},
            {"metadata[effect]", std::move(effect)}};
  Result<std::string> body =
      co_await post(std::move(context), "/v1/refunds", std::move(form), std::move(key));
  co_return read_with(std::move(body), &read_refund);
}

Task<std::vector<RefundObject>> StripeClient::list_refunds(Context context, std::string intent) {
  Result<std::string> body = co_await get(
      std::move(context), "/v1/refunds?limit=100&payment_intent=" + net::percent_encode(intent));
  if (!body) co_return fail(std::move(body).error());
  Result<json::object> object = parse(*body);
  if (!object) co_return fail(std::move(object).error());
  std::vector<RefundObject> refunds;
  const auto* data = object->if_contains("data");
  if (!data || !data->is_array())
    co_return fail(ErrorKind::unknown_outcome, "provider.silent",
                   "the provider's list has no data");
  for (const auto& item : data->get_array())
    if (const auto* refund = item.if_object()) refunds.push_back(read_refund(*refund));
  co_return refunds;
}

Task<std::string> StripeClient::create_customer(Context context, std::string reference,
                                                std::string key) {
  Form form{{"metadata[customer]", std::move(reference)}};
  Result<std::string> body =
      co_await post(std::move(context), "/v1/customers", std::move(form), std::move(key));
  if (!body) co_return body;
  Result<json::object> object = parse(*body);
  if (!object) co_return fail(std::move(object).error());
  co_return text(*object, "id");
}

Task<CheckoutSession> StripeClient::create_session(Context context, std::string customer,
                                                   std::string return_url, std::string key) {
  const char joint = return_url.find('?') == std::string::npos ? '?' : '&';
  Form form{{"mode", "setup"},
            {"customer", std::move(customer)},
            {"payment_method_types[0]", "card"},
            {"success_url", return_url + joint + "payment_session={CHECKOUT_SESSION_ID}"},
            {"cancel_url", return_url}};
  Result<std::string> body =
      co_await post(std::move(context), "/v1/checkout/sessions", std::move(form), std::move(key));
  co_return read_with(std::move(body), &read_session);
}

Task<CheckoutSession> StripeClient::get_session(Context context, std::string id) {
  Result<std::string> body =
      co_await get(std::move(context), "/v1/checkout/sessions/" + net::percent_encode(id));
  co_return read_with(std::move(body), &read_session);
}

Task<std::string> StripeClient::method_of_setup(Context context, std::string setup_intent) {
  Result<std::string> body =
      co_await get(std::move(context), "/v1/setup_intents/" + net::percent_encode(setup_intent));
  if (!body) co_return body;
  Result<json::object> object = parse(*body);
  if (!object) co_return fail(std::move(object).error());
  co_return text(*object, "payment_method");
}

Task<CardMethod> StripeClient::get_method(Context context, std::string id) {
  Result<std::string> body =
      co_await get(std::move(context), "/v1/payment_methods/" + net::percent_encode(id));
  if (!body) co_return fail(std::move(body).error());
  Result<json::object> object = parse(*body);
  if (!object) co_return fail(std::move(object).error());
  CardMethod method{.id = text(*object, "id"), .customer = text(*object, "customer")};
  if (const auto* card = part(*object, "card")) {
    method.brand = text(*card, "brand");
    method.last4 = text(*card, "last4");
    method.exp_month = number(*card, "exp_month");
    method.exp_year = number(*card, "exp_year");
  }
  co_return method;
}

Result<void> StripeClient::check_signature(const std::string& body, const std::string& header,
                                           const std::string& secret, std::int64_t now_s) {
  const auto wrong = [](std::string why) {
    return fail(ErrorKind::malformed, "webhook.signature", std::move(why));
  };
  if (secret.empty()) return wrong("no webhook secret is configured");
  std::string timestamp;
  std::vector<std::string> signatures;
  for (std::size_t at = 0; at < header.size();) {
    const auto end = std::min(header.find(',', at), header.size());
    const std::string item = header.substr(at, end - at);
    if (item.starts_with("t=")) timestamp = item.substr(2);
    if (item.starts_with("v1=")) signatures.push_back(item.substr(3));
    at = end + 1;
  }
  std::int64_t signed_at = 0;
  const auto [end, error] =
      std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), signed_at);
  if (timestamp.empty() || error != std::errc{} || end != timestamp.data() + timestamp.size())
    return wrong("Stripe-Signature has no t=");
  if (signed_at < now_s - 300 || signed_at > now_s + 300)
    return wrong("the signature is older than 5 minutes");
  const std::string expected =
      security::to_hex(security::hmac_sha256(secret, timestamp + "." + body));
  const bool matches = std::ranges::any_of(signatures, [&](const std::string& one) {
    return security::equal_in_constant_time(one, expected);
  });
  if (!matches) return wrong("no v1= signature matches");
  return {};
}

Result<ProviderEvent> StripeClient::read_event(const std::string& body) {
  Result<json::object> event = parse(body);
  if (!event) return fail(ErrorKind::malformed, "json.syntax", "the event is not a JSON object");
  ProviderEvent read{.type = text(*event, "type")};
  const auto* data = part(*event, "data");
  const auto* object = data ? part(*data, "object") : nullptr;
  if (object && read.type.starts_with("payment_intent.")) {
    const Intent intent = read_intent(*object);
    read.intent = intent.id;
    read.purchase = intent.purchase;
  }
  return read;
}

}  // namespace pps::payment
