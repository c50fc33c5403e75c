#include <boost/json.hpp>

#include "net/request_values.hpp"
#include "services/gateway/http_request.hpp"
#include "services/gateway/http_routes.hpp"
#include "services/gateway/json.hpp"

namespace pps::gateway::routes {

namespace {
namespace json = boost::json;
using Kept = std::shared_ptr<Shared>;

Task<net::Response> list(Kept shared, net::Request request) {
  Result<CustomerId> customer = net::account_of(request);
  if (!customer) co_return fail(std::move(customer).error());
  Result<http_request::Page> page = http_request::page_of(request);
  if (!page) co_return fail(std::move(page).error());
  store::OwnedListRequest asked;
  asked.owner = *customer;
  asked.cursor = std::move(page->cursor);
  asked.limit = page->limit;
  if (const auto product = request.query_value("product")) {
    asked.product = ProductId::parse(*product);
    if (!asked.product) co_return fail_field("?product", "field.format", "product must be a UUID");
  }
  if (const auto status = request.query_value("status")) {
    if (*status != "active" && *status != "revoked")
      co_return fail_field("?status", "field.format", "status must be active or revoked");
    asked.status = *status;
  }
  Result<store::OwnedPage> found = co_await shared->parts.store->list_owned(request.context, std::move(asked));
  if (!found) co_return fail(std::move(found).error());
  json::array items;
  for (const auto& owned : found->items) items.push_back(to_json::owned(owned));
  json::object body{{"items", std::move(items)}};
  if (!found->next_cursor.empty()) body["next_cursor"] = found->next_cursor;
  co_return http_request::reply(200, body);
}

Task<net::Response> get(Kept shared, net::Request request) {
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  Result<CustomerId> customer = net::account_of(request);
  if (!customer) co_return fail(std::move(customer).error());
  store::OwnedRequest asked{*customer, {*id}};
  Result<store::Owned> owned = co_await shared->parts.store->get_owned(request.context, asked);
  if (!owned && owned.error().kind == ErrorKind::not_found)
    co_return fail(ErrorKind::not_found, "owned_product.not_found", "You own no such thing.");
  if (!owned) co_return fail(std::move(owned).error());
  co_return http_request::reply(200, to_json::owned(*owned));
}
}  // namespace

void add_owned_products(net::Router& router, Kept shared) {
  const auto add = [&](std::string pattern, std::string operation, Task<net::Response> (*handle)(Kept, net::Request)) {
    router.add({.method = net::Method::get,
                .pattern = std::move(pattern),
                .operation_id = std::move(operation),
                .access = net::with_scope("account"),
                .handler = [shared, handle](net::Request request) { return handle(shared, std::move(request)); }});
  };
  add("/api/owned-products", "list_owned_products", list);
  add("/api/owned-products/{id}", "get_owned_product", get);
}

}  // namespace pps::gateway::routes
