#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "net/problem.hpp"
#include "net/request_values.hpp"
#include "services/gateway/http_request.hpp"
#include "services/gateway/http_routes.hpp"
#include "services/gateway/http_stream.hpp"
#include "services/gateway/json.hpp"

namespace pps::gateway::routes {

namespace {
namespace json = boost::json;
using Kept = std::shared_ptr<Shared>;

/// The orchestrator's "2400 EUR"; nothing if it is not of that shape.
std::optional<Money> read_money(std::string_view text) {
  Money money;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), money.minor_units);
  if (read.ec != std::errc{} || *read.ptr != ' ') return std::nullopt;
  const auto currency = Currency::parse(std::string_view(read.ptr + 1, text.data() + text.size()));
  if (!currency) return std::nullopt;
  money.currency = *currency;
  return money;
}

/// 409 with the total of now as a member of its own, so that a client can show it and ask again.
net::Response price_changed(Error error, Money expected) {
  const auto total = read_money(error.detail);
  if (!total) return net::problem(error);
  error.detail = fmt::format("The total is {}, not {}.", in_words(*total), in_words(expected));
  return net::problem(error, json::serialize(json::object{{"total", to_json::money(*total)}}));
}

Task<net::Response> create(Kept shared, net::Request request) {
  Result<orchestrator::AcceptRequest> accept = http_request::accept_request_of(request);
  if (!accept) co_return fail(std::move(accept).error());
  Result<void> allowed = shared->limit.take(request.principal->subject);
  if (!allowed) co_return fail(std::move(allowed).error());
  const std::shared_ptr<void> place = take_place(shared, &Shared::accepting, shared->options.max_accepting);
  if (!place) co_return fail(overloaded());
  const Money expected = accept->expected_total;
  Result<orchestrator::AcceptReply> reply =
      co_await shared->parts.orchestrator->accept(request.context, std::move(*accept));
  if (!reply && reply.error().code == "price.changed") co_return price_changed(std::move(reply).error(), expected);
  if (!reply) co_return fail(std::move(reply).error());
  net::Response response = http_request::reply(202, to_json::purchase(reply->purchase));
  response.headers.set("Location", "/api/purchases/" + reply->purchase.id.to_string());
  co_return response;
}

Task<net::Response> list(Kept shared, net::Request request) {
  Result<CustomerId> customer = net::account_of(request);
  if (!customer) co_return fail(std::move(customer).error());
  Result<http_request::Page> page = http_request::page_of(request);
  if (!page) co_return fail(std::move(page).error());
  orchestrator::ListRequest asked;
  asked.customer = *customer;
  asked.cursor = std::move(page->cursor);
  asked.limit = page->limit;
  Result<orchestrator::PurchasePage> found = co_await shared->parts.orchestrator->list(request.context, std::move(asked));
  if (!found) co_return fail(std::move(found).error());
  json::array items;
  for (const auto& purchase : found->items) items.push_back(to_json::summary(purchase));
  json::object body{{"items", std::move(items)}};
  if (!found->next_cursor.empty()) body["next_cursor"] = found->next_cursor;
  co_return http_request::reply(200, body);
}

/// The caller's purchase that the path names.
Result<orchestrator::PurchaseRequest> own_purchase(const net::Request& request) {
  Result<Uuid> id = net::id_of(request);
  if (!id) return fail(std::move(id).error());
  Result<CustomerId> customer = net::account_of(request);
  if (!customer) return fail(std::move(customer).error());
  return orchestrator::PurchaseRequest{{*id}, *customer};
}

Task<net::Response> get(Kept shared, net::Request request) {
  Result<orchestrator::PurchaseRequest> asked = own_purchase(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<orchestrator::Purchase> purchase = co_await shared->parts.orchestrator->get(request.context, *asked);
  if (!purchase) co_return fail(std::move(purchase).error());
  co_return http_request::reply(200, to_json::purchase(*purchase));
}

Task<net::Response> cancel(Kept shared, net::Request request) {
  Result<orchestrator::PurchaseRequest> asked = own_purchase(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<orchestrator::Purchase> purchase = co_await shared->parts.orchestrator->cancel(request.context, *asked);
  if (!purchase) co_return fail(std::move(purchase).error());
  co_return http_request::reply(202, to_json::purchase(*purchase));
}

Task<net::Response> process(Kept shared, net::Request request) {
  Result<orchestrator::PurchaseRequest> asked = own_purchase(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<orchestrator::ProcessReply> reply = co_await shared->parts.orchestrator->process(request.context, *asked);
  if (!reply) co_return fail(std::move(reply).error());
  co_return http_request::reply(200, to_json::process(*reply));
}

/// Digits only; anything else is an id we never gave out, and the stream begins anew.
Result<std::optional<std::int64_t>> last_event_id(const net::Request& request) {
  const auto header = request.headers.get("Last-Event-ID");
  if (!header || header->empty()) return std::nullopt;
  std::int64_t seq = 0;
  const auto read = std::from_chars(header->data(), header->data() + header->size(), seq);
  if (read.ec != std::errc{} || read.ptr != header->data() + header->size() || seq < 0)
    return fail(ErrorKind::malformed, "request.malformed", "Last-Event-ID is the number of the last event received.");
  return std::optional(seq);
}

Task<net::Response> events(Kept shared, net::Request request) {
  Result<orchestrator::PurchaseRequest> asked = own_purchase(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<std::optional<std::int64_t>> last_seen = last_event_id(request);
  if (!last_seen) co_return fail(std::move(last_seen).error());
  Result<std::shared_ptr<void>> place = take_stream(shared, request.principal->subject);
  if (!place) co_return fail(std::move(place).error());
  PurchaseStream::Setting setting{shared->parts.runtime, shared->parts.orchestrator, shared->options.heartbeat,
                                  std::move(*place), shared->parts.authenticate,
                                  std::string(net::bearer_of(request))};
  const auto stream = std::make_shared<PurchaseStream>(std::move(setting), *asked, *last_seen, request.principal->expires_at_us);
  Result<void> begun = co_await stream->begin();
  if (!begun) co_return fail(std::move(begun).error());
  net::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  response.stream = stream;
  co_return response;
}

Task<net::Response> price(Kept shared, net::Request request) {
  Result<orchestrator::PriceRequest> asked = http_request::price_request_of(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<orchestrator::PriceReply> reply = co_await shared->parts.orchestrator->price(request.context, std::move(*asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return http_request::reply(200, to_json::basket(*reply));
}
}  // namespace

void add_purchases(net::Router& router, Kept shared) {
  const auto add = [&](net::Method method, std::string pattern, std::string operation, net::Access access,
                       Task<net::Response> (*handle)(Kept, net::Request)) {
    router.add({.method = method,
                .pattern = std::move(pattern),
                .operation_id = std::move(operation),
                .access = std::move(access),
                .handler = [shared, handle](net::Request request) { return handle(shared, std::move(request)); }});
  };
  const net::Access owner = net::with_scope("purchase");
  add(net::Method::post, "/api/purchases", "create_purchase", owner, create);
  add(net::Method::get, "/api/purchases", "list_purchases", owner, list);
  add(net::Method::get, "/api/purchases/{id}", "get_purchase", owner, get);
  add(net::Method::post, "/api/purchases/{id}/cancel", "cancel_purchase", owner, cancel);
  add(net::Method::get, "/api/purchases/{id}/events", "stream_purchase_events", owner, events);
  add(net::Method::get, "/api/purchases/{id}/process", "get_purchase_process", owner, process);
  add(net::Method::post, "/api/baskets/price", "price_basket", net::open_to_all(), price);
}

}  // namespace pps::gateway::routes
