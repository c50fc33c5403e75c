#include "simulators/paysim/provider.hpp"

#include <boost/json.hpp>

#include "net/base64.hpp"
#include "simulators/common/form.hpp"
#include "simulators/paysim/charges.hpp"
#include "simulators/paysim/checkout.hpp"
#include "simulators/paysim/intents.hpp"
#include "simulators/paysim/methods.hpp"
#include "simulators/paysim/pages.hpp"

namespace pps::paysim {

using simulators::Mishap;

namespace {

struct Call {
  bool post = false;
  std::string_view id, verb;  ///< Empty where the path has none.
};

Answer<json::object> customers(Book& book, const Call& call, Params& params) {
  if (call.post && call.id.empty()) return create_customer(book, params);
  if (!call.post && !call.id.empty() && call.verb.empty()) return book.get(kCustomer, call.id);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> methods(Book& book, const Call& call, Params& params) {
  if (call.post && call.verb == "attach") return attach_method(book, call.id, params);
  if (!call.post && !call.id.empty() && call.verb.empty()) return book.get(kMethod, call.id);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> setups(Book& book, const Call& call, Params&) {
  if (!call.post && !call.id.empty() && call.verb.empty()) return book.get(kSetup, call.id);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> sessions(Book& book, const Call& call, Params& params) {
  if (call.post && call.id.empty()) return create_session(book, params);
  if (call.post && call.verb == "expire") return expire_session(book, call.id, params);
  if (!call.post && !call.id.empty() && call.verb.empty()) return get_session(book, call.id);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> list_intents(Book& book, Params& params) {
  const auto customer = params.text("customer");
  if (!customer) return book.list(kIntent, "/v1/payment_intents", params);
  return book.list(kIntent, "/v1/payment_intents", params, {}, [&](const json::object& intent) {
    return text_of(intent, "customer") == *customer;
  });
}

Answer<json::object> intents(Book& book, const Call& call, Params& params) {
  if (call.id.empty()) return call.post ? create_intent(book, params) : list_intents(book, params);
  if (!call.post && call.verb.empty()) return book.get(kIntent, call.id);
  if (call.post && call.verb == "confirm") return confirm_intent(book, call.id, params);
  if (call.post && call.verb == "capture") return capture_intent(book, call.id, params);
  if (call.post && call.verb == "cancel") return cancel_intent(book, call.id, params);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> refunds(Book& book, const Call& call, Params& params) {
  if (call.id.empty()) return call.post ? create_refund(book, params) : list_refunds(book, params);
  if (!call.post && call.verb.empty()) return book.get(kRefund, call.id);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> charges(Book& book, const Call& call, Params& params) {
  if (!call.post && call.id.empty()) return list_charges(book, params);
  if (!call.post && call.verb.empty()) return book.get(kCharge, call.id);
  return std::unexpected(Refusal{.status = 404, .error = {}});
}

Answer<json::object> events(Book& book, const Call& call, Params& params) {
  if (!call.post && !call.id.empty() && call.verb.empty()) return book.get(kEvent, call.id);
  if (call.post || !call.id.empty()) return std::unexpected(Refusal{.status = 404, .error = {}});
  const auto type = params.text("type");
  if (!type) return book.list(kEvent, "/v1/events", params);
  return book.list(kEvent, "/v1/events", params, {},
                   [&](const json::object& event) { return text_of(event, "type") == *type; });
}

struct Resource {
  std::string_view path;
  Answer<json::object> (*answer)(Book&, const Call&, Params&);
};
constexpr Resource kResources[] = {
    {"/v1/payment_intents", &intents},    {"/v1/refunds", &refunds},
    {"/v1/customers", &customers},        {"/v1/payment_methods", &methods},
    {"/v1/setup_intents", &setups},       {"/v1/charges", &charges},
    {"/v1/checkout/sessions", &sessions}, {"/v1/events", &events},
};

Answer<json::object> no_such_url(const net::Request& request) {
  auto refusal =
      invalid("", "Unrecognized request URL (" + std::string(net::name_of(request.method)) + ": " +
                      request.path + ").");
  refusal.error().status = 404;
  return refusal;
}

Answer<json::object> perform(Book& book, const net::Request& request) {
  const bool post = request.method == net::Method::post;
  if (!post && request.method != net::Method::get) return no_such_url(request);
  auto pairs = post ? simulators::decode_form(request.body) : std::optional(request.query);
  if (!pairs) return invalid("", "The body is not application/x-www-form-urlencoded.");
  const std::string_view path = request.path;
  for (const auto& [prefix, answer] : kResources) {
    if (!path.starts_with(prefix)) continue;
    std::string_view rest = path.substr(prefix.size());
    if (!rest.empty() && rest.front() != '/') continue;
    if (!rest.empty()) rest.remove_prefix(1);
    const auto slash = rest.find('/');
    const Call call{post, rest.substr(0, slash),
                    slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1)};
    Params params(std::move(*pairs));
    auto done = answer(book, call, params);
    if (!done && done.error().error.empty()) return no_such_url(request);
    if (done && !post)
      if (auto read = params.finish(); !read) return std::unexpected(std::move(read).error());
    return done;
  }
  return no_such_url(request);
}

net::Response reply(const Answer<json::object>& answer) {
  if (!answer) return error_reply(answer.error().status, answer.error().error);
  return simulators::json_reply(200, json::serialize(*answer));
}

// An idempotency key's entry: the fingerprint (32 bytes), the status (3 digits), the body.
constexpr std::size_t kFingerprint = 32;

net::Response replay(const std::string& entry) {
  net::Response response = simulators::json_reply(std::stoi(entry.substr(kFingerprint, 3)),
                                                  entry.substr(kFingerprint + 3));
  response.headers.set("Idempotent-Replayed", "true");
  return response;
}

net::Response idempotency_error(int status, std::string_view code, std::string_view message) {
  json::object error{{"message", message},
                     {"type", status == 409 ? "invalid_request_error" : "idempotency_error"}};
  if (!code.empty()) error["code"] = code;
  return error_reply(status, std::move(error));
}

}  // namespace

Provider::Provider(Settings settings) : settings_(std::move(settings)) {
  const std::string credentials = settings_.secret_key + ":";
  basic_ = "Basic " + net::base64_encode({reinterpret_cast<const std::uint8_t*>(credentials.data()),
                                          credentials.size()});
}

bool Provider::may(const net::Request& request) const {
  const auto authorization = request.headers.get("Authorization");
  return authorization &&
         (*authorization == "Bearer " + settings_.secret_key || *authorization == basic_);
}

net::Response Provider::handle(simulators::Store& store, const simulators::Moment& moment,
                               const net::Request& request, Mishap mishap) {
  const auto host = request.headers.get("Host");
  Book book{store, moment, settings_,
            !settings_.origin.empty() ? settings_.origin
                                      : "http://" + std::string(host.value_or("localhost"))};
  if (request.path.starts_with("/c/"))
    return mishap == Mishap::none ? show_page(book, request) : failed_reply();
  net::Response response = may(request)
                               ? answer(book, request, mishap)
                               : error_reply(401, {{"message", "Invalid API Key provided."},
                                                   {"type", "invalid_request_error"}});
  response.headers.set("Request-Id", simulators::make_id("req_", moment));
  return response;
}

net::Response Provider::answer(Book& book, const net::Request& request, Mishap mishap) const {
  if (const auto key = exclusive_name(request)) return answer_once(book, request, *key, mishap);
  if (mishap == Mishap::error_before) return failed_reply();
  net::Response response = reply(perform(book, request));
  return mishap == Mishap::error_after ? failed_reply() : std::move(response);
}

net::Response Provider::answer_once(Book& book, const net::Request& request, const std::string& key,
                                    Mishap mishap) const {
  if (key.size() > 255) return reply(invalid("", "Idempotency keys have at most 255 characters."));
  const std::string at = "idempotency/" + key;
  const std::string fingerprint = Params::fingerprint(request);
  if (const auto entry = book.store.get(at)) {
    if (entry->starts_with(fingerprint)) return replay(*entry);
    return idempotency_error(
        400, "",
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than '" +
            key +
            "' if you meant to execute a different "
            "request.");
  }
  bool keep = true;
  net::Response response;
  if (mishap != Mishap::error_before) {
    const Answer<json::object> done = perform(book, request);
    keep = done || done.error().began;
    response = reply(done);
  }
  // A failure in the middle is an answer as any other: the same key gets it again.
  if (mishap != Mishap::none) response = failed_reply();
  if (keep)
    book.store.put(
        at, fingerprint + std::to_string(response.status) + std::get<std::string>(response.body));
  return response;
}

std::optional<std::string> Provider::exclusive_name(const net::Request& request) const {
  const auto key = request.headers.get("Idempotency-Key");
  if (request.method != net::Method::post || !key || key->empty()) return std::nullopt;
  return std::string(*key);
}

net::Response Provider::busy() const {
  return idempotency_error(
      409, "idempotency_key_in_use",
      "There is currently another in-progress request using this Idempotency-Key.");
}

net::Response Provider::down() const {
  return error_reply(503,
                     {{"message", "The provider is down for maintenance."}, {"type", "api_error"}});
}

}  // namespace pps::paysim
