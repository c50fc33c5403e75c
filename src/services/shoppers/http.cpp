#include "services/shoppers/http.hpp"

#include <boost/json.hpp>

#include "net/base64.hpp"
#include "net/described_json.hpp"
#include "net/request_values.hpp"
#include "services/shoppers/http_parts.hpp"

namespace pps::shoppers {

namespace {
namespace json = boost::json;
using net::Request;
using net::Response;
using Api = std::shared_ptr<ShoppersApi>;

json::object book_json(const AddressBook& book) {
  json::array items;
  for (const SavedAddress& one : book.items) items.push_back(http_parts::to_json(one));
  return {{"items", std::move(items)}};
}

Task<Response> list_addresses(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  const AccountRequest asked{*account};
  Result<AddressBook> book = co_await api->addresses(request.context, asked);
  if (!book) co_return fail(std::move(book).error());
  co_return http_parts::reply(200, book_json(*book), book->version);
}

Task<Response> add_address(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  AddAddress asked{*account, http_parts::read_address(*body), body->optional_boolean("default").value_or(false)};
  Result<void> read = body->finish();
  if (!read) co_return fail(std::move(read).error());
  Result<AddressReply> kept = co_await api->add_address(request.context, std::move(asked));
  if (!kept) co_return fail(std::move(kept).error());
  Response response = http_parts::reply(kept->added ? 201 : 200, http_parts::to_json(kept->saved), kept->version);
  response.headers.set("Location", "/api/me/addresses/" + kept->saved.id.to_string());
  co_return response;
}

Task<Response> change_address(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  ChangeAddress asked{*account, *id, http_parts::if_match_of(request), http_parts::read_address(*body),
                      body->optional_boolean("default").value_or(false)};
  Result<void> read = body->finish();
  if (!read) co_return fail(std::move(read).error());
  Result<AddressReply> kept = co_await api->change_address(request.context, std::move(asked));
  if (!kept) co_return fail(std::move(kept).error());
  co_return http_parts::reply(200, http_parts::to_json(kept->saved), kept->version);
}

Task<Response> remove_address(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  RemoveAddress asked{*account, *id, http_parts::if_match_of(request)};
  Result<AddressBook> book = co_await api->remove_address(request.context, std::move(asked));
  if (!book) co_return fail(std::move(book).error());
  co_return http_parts::reply(200, book_json(*book), book->version);
}

Task<Response> get_basket(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  const AccountRequest asked{*account};
  Result<Basket> basket = co_await api->basket(request.context, asked);
  if (!basket) co_return fail(std::move(basket).error());
  co_return http_parts::reply(200, {{"lines", http_parts::to_json(basket->lines)}}, basket->version);
}

Task<Response> set_basket(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  SetBasket asked{*account, http_parts::if_match_of(request), http_parts::read_lines(*body, 0)};
  Result<void> read = body->finish();
  if (!read) co_return fail(std::move(read).error());
  Result<Basket> basket = co_await api->set_basket(request.context, std::move(asked));
  if (!basket) co_return fail(std::move(basket).error());
  co_return http_parts::reply(200, {{"lines", http_parts::to_json(basket->lines)}}, basket->version);
}

Task<Response> merge_basket(Api api, Request request) {
  Result<CustomerId> account = net::account_of(request);
  if (!account) co_return fail(std::move(account).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  MergeBasket asked{.account = *account, .guest_basket = body->uuid("guest_basket")};
  asked.lines = http_parts::read_lines(*body, 1);
  Result<void> read = body->finish();
  if (!read) co_return fail(std::move(read).error());
  Result<std::string> fingerprint = net::fingerprint_of(json::serialize(http_parts::to_json(asked.lines)));
  if (!fingerprint) co_return fail(std::move(fingerprint).error());
  asked.fingerprint = net::base64_encode({reinterpret_cast<const std::uint8_t*>(fingerprint->data()), fingerprint->size()});
  Result<MergeReply> merged = co_await api->merge_basket(request.context, std::move(asked));
  if (!merged) co_return fail(std::move(merged).error());
  const json::object out{{"lines", http_parts::to_json(merged->basket.lines)}, {"left_out", http_parts::to_json(merged->left_out)}};
  co_return http_parts::reply(200, out, merged->basket.version);
}
}  // namespace

void add_public_routes(net::Router& router, Api api) {
  using net::Method;
  const auto add = [&](Method method, std::string pattern, std::string operation, Task<Response> (*handle)(Api, Request)) {
    router.add({.method = method,
                .pattern = std::move(pattern),
                .operation_id = std::move(operation),
                .access = net::with_scope("account"),
                .handler = [api, handle](Request request) { return handle(api, std::move(request)); },
                .media_type = "application/json"});
  };
  add(Method::get, "/api/me/addresses", "list_addresses", list_addresses);
  add(Method::post, "/api/me/addresses", "add_address", add_address);
  add(Method::put, "/api/me/addresses/{id}", "change_address", change_address);
  add(Method::del, "/api/me/addresses/{id}", "remove_address", remove_address);
  add(Method::get, "/api/me/basket", "get_basket", get_basket);
  add(Method::put, "/api/me/basket", "set_basket", set_basket);
  add(Method::post, "/api/me/basket/merge", "merge_basket", merge_basket);
}

void add_internal_routes(net::Router& router, Api api) {
  const auto add = [&](std::string_view name, auto method) { net::add_internal_method(router, "shoppers", name, api, method); };
  add("addresses", &ShoppersApi::addresses);
  add("add_address", &ShoppersApi::add_address);
  add("change_address", &ShoppersApi::change_address);
  add("remove_address", &ShoppersApi::remove_address);
  add("basket", &ShoppersApi::basket);
  add("set_basket", &ShoppersApi::set_basket);
  add("merge_basket", &ShoppersApi::merge_basket);
}

}  // namespace pps::shoppers
