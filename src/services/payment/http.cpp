#include "services/payment/http.hpp"

#include <boost/json.hpp>

#include "net/json_reader.hpp"

namespace pps::payment {

namespace json = boost::json;

namespace {
using Api = std::shared_ptr<PaymentApi>;

net::Response reply(int status, const Session& session) {
  json::object object{{"id", session.id}, {"status", session.status}};
  if (!session.url.empty()) object["url"] = session.url;
  if (!session.payment_method.empty()) {
    object["payment_method"] = session.payment_method;
    object["card"] = {{"brand", session.card_brand}, {"last4", session.card_last4}};
  }
  net::Response response = net::json_response(status, json::serialize(object));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Result<CustomerId> customer_of(const net::Request& request) {
  const auto id = CustomerId::parse(request.principal->subject);
  if (!id)
    return fail(ErrorKind::forbidden, "auth.scope_missing", "this needs the token of a user");
  return *id;
}

Task<net::Response> handle_create(Api api, net::Request request) {
  Result<CustomerId> customer = customer_of(request);
  if (!customer) co_return fail(std::move(customer).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  CreateSessionRequest asked{*customer, body->text("return_url", {1, 2000})};
  Result<void> finished = body->finish();
  if (!finished) co_return fail(std::move(finished).error());
  Result<Session> session = co_await api->create_session(request.context, std::move(asked));
  if (!session) co_return fail(std::move(session).error());
  net::Response response = reply(201, *session);
  response.headers.set("Location", "/api/payment-sessions/" + session->id);
  co_return response;
}

Task<net::Response> handle_get(Api api, net::Request request) {
  Result<CustomerId> customer = customer_of(request);
  if (!customer) co_return fail(std::move(customer).error());
  SessionRequest asked{*customer, request.params.at(0)};
  Result<Session> session = co_await api->get_session(request.context, std::move(asked));
  if (!session) co_return fail(std::move(session).error());
  co_return reply(200, *session);
}

Task<net::Response> handle_webhook(Api api, net::Request request) {
  WebhookRequest asked{request.body,
                       std::string(request.headers.get("Stripe-Signature").value_or(""))};
  Result<WebhookReply> taken = co_await api->webhook(request.context, std::move(asked));
  if (!taken) co_return fail(std::move(taken).error());
  co_return net::json_response(200, std::string(R"({"received":true})"));
}
}  // namespace

void add_public_routes(net::Router& router, Api api) {
  const auto add = [&](net::Method method, std::string path, std::string operation,
                       net::Access access, Task<net::Response> (*handle)(Api, net::Request)) {
    net::Handler handler = [api, handle](net::Request request) {
      return handle(api, std::move(request));
    };
    router.add({.method = method,
                .pattern = std::move(path),
                .operation_id = std::move(operation),
                .access = std::move(access),
                .handler = std::move(handler),
                .media_type = "application/json"});
  };
  add(net::Method::post, "/api/payment-sessions", "create_payment_session",
      net::with_scope("purchase"), &handle_create);
  add(net::Method::get, "/api/payment-sessions/{id}", "get_payment_session",
      net::with_scope("purchase"), &handle_get);
  add(net::Method::post, "/webhooks/payment", "payment_webhook", net::open_to_all(),
      &handle_webhook);
}

}  // namespace pps::payment
