#include "services/provisioner/http.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "net/json_reader.hpp"

namespace pps::provisioner {

namespace json = boost::json;

namespace {
using Api = std::shared_ptr<ProvisionerApi>;

std::string etag_of(const store::StockLevel& level) {
  return fmt::format("\"policy-{}\"", level.low_stock_threshold);
}

net::Response reply(const json::value& value) {
  return net::json_response(200, json::serialize(value));
}

json::object to_json(const store::StockLevel& level) {
  return {{"sku", level.sku.value},
          {"tracked", level.tracked},
          {"on_hand", level.on_hand},
          {"held", level.held},
          {"committed", level.committed},
          {"available", level.available},
          {"policy", {{"low_stock_threshold", level.low_stock_threshold}}}};
}

net::Response reply(const store::StockLevel& level) {
  net::Response response = reply(json::value(to_json(level)));
  response.headers.set("ETag", etag_of(level));
  return response;
}

json::object to_json(const store::Movement& movement) {
  json::object object{{"seq", movement.seq},
                      {"at", to_rfc3339(from_unix_us(movement.at_us))},
                      {"verb", movement.verb},
                      {"quantity", movement.quantity},
                      {"on_hand", movement.on_hand},
                      {"held", movement.held},
                      {"committed", movement.committed}};
  if (!movement.reference.empty()) object["reference"] = movement.reference;
  if (!movement.note.empty()) object["note"] = movement.note;
  return object;
}

/// One of receive, adjust, count: they differ in the name of the number, its range and whether a
/// note is needed.
struct Verb {
  std::string_view field;
  std::int64_t least;
  bool note_required;
  Task<store::StockLevel> (ProvisionerApi::*call)(Context, store::StockChange);
};

Result<store::StockChange> read_change(const net::Request& request, const Verb& verb) {
  const auto key = request.headers.get("Idempotency-Key");
  if (!key)
    return fail(ErrorKind::malformed, "idempotency.key_missing",
                "send an Idempotency-Key of 1 to 255 characters");
  if (key->empty() || key->size() > 255)
    return fail(ErrorKind::malformed, "idempotency.key_invalid",
                "an Idempotency-Key has 1 to 255 characters");
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) return fail(std::move(body).error());
  constexpr std::int64_t kMost = 1'000'000'000;
  store::StockChange change{.sku = {request.params.at(0)},
                            .quantity = body->integer(verb.field, verb.least, kMost),
                            .idempotency_key = std::string(*key),
                            .actor = request.principal->subject};
  if (verb.note_required) {
    change.note = body->text("note", {1, 500});
    if (change.quantity == 0) body->refuse(verb.field, "field.range", "must not be 0");
  } else {
    change.note = body->optional_text("note", {0, 500}).value_or("");
  }
  Result<void> finished = body->finish();
  if (!finished) return fail(std::move(finished).error());
  return change;
}

Task<net::Response> handle_change(Api api, Verb verb, net::Request request) {
  Result<store::StockChange> change = read_change(request, verb);
  if (!change) co_return fail(std::move(change).error());
  Result<store::StockLevel> level =
      co_await ((*api).*verb.call)(request.context, std::move(*change));
  if (!level) co_return fail(std::move(level).error());
  co_return reply(*level);
}

Task<net::Response> handle_get(Api api, net::Request request) {
  store::SkuRequest asked{{request.params.at(0)}};
  Result<store::StockLevel> level = co_await api->inventory(request.context, std::move(asked));
  if (!level) co_return fail(std::move(level).error());
  co_return reply(*level);
}

// Our own ETags only: `"policy-5"`; any other text cannot match.
std::optional<std::int64_t> threshold_in(std::string_view etag) {
  constexpr std::string_view kHead = "\"policy-";
  if (!etag.starts_with(kHead) || !etag.ends_with('"')) return std::nullopt;
  const auto digits = etag.substr(kHead.size(), etag.size() - kHead.size() - 1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

Task<net::Response> handle_policy(Api api, net::Request request) {
  const auto if_match = request.headers.get("If-Match");
  if (!if_match)
    co_return fail(ErrorKind::precondition_required, "etag.required",
                   "send If-Match with the ETag that you read");
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  PolicyRequest policy{.sku = {request.params.at(0)},
                       .low_stock_threshold = body->integer("low_stock_threshold", 0, 1'000'000)};
  Result<void> finished = body->finish();
  if (!finished) co_return fail(std::move(finished).error());
  policy.expected = threshold_in(*if_match).value_or(-1);
  Result<store::StockLevel> level = co_await api->set_policy(request.context, std::move(policy));
  if (!level) co_return fail(std::move(level).error());
  co_return reply(*level);
}

/// `cursor` and `limit` of the query, into a request that has them.
template <class Page>
Result<void> read_page(const net::Request& request, Page& page) {
  page.cursor = request.query_value("cursor").value_or("");
  const auto limit = request.query_value("limit");
  if (!limit) return {};
  const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
  if (error == std::errc{} && end == limit->data() + limit->size() && page.limit >= 1 && page.limit <= 100) return {};
  return fail_field("?limit", "field.range", "limit must be 1 to 100");
}

json::object to_json(const StockAlert& alert) {
  return {{"status", alert.level.available > 0 ? "low" : "out"},
          {"product_id", alert.product.value.to_string()},
          {"name", alert.name},
          {"variant", alert.variant},
          {"level", to_json(alert.level)}};
}

Task<net::Response> handle_alerts(Api api, net::Request request) {
  store::LowRequest asked;
  Result<void> read = read_page(request, asked);
  if (!read) co_return fail(std::move(read).error());
  Result<AlertsReply> page = co_await api->alerts(request.context, std::move(asked));
  if (!page) co_return fail(std::move(page).error());
  json::array items;
  for (const auto& alert : page->items) items.push_back(to_json(alert));
  json::object object{{"items", std::move(items)}};
  if (!page->next_cursor.empty()) object["next_cursor"] = page->next_cursor;
  co_return reply(json::value(std::move(object)));
}

Task<net::Response> handle_movements(Api api, net::Request request) {
  store::MovementsRequest asked{.sku = {request.params.at(0)}};
  Result<void> read = read_page(request, asked);
  if (!read) co_return fail(std::move(read).error());
  Result<store::MovementsReply> page = co_await api->movements(request.context, std::move(asked));
  if (!page) co_return fail(std::move(page).error());
  json::array items;
  for (const auto& movement : page->items) items.push_back(to_json(movement));
  json::object object{{"items", std::move(items)}};
  if (!page->next_cursor.empty()) object["next_cursor"] = page->next_cursor;
  co_return reply(json::value(std::move(object)));
}

void add(net::Router& router, net::Method method, std::string path, std::string operation,
         net::Handler handler) {
  router.add({.method = method,
              .pattern = "/api/admin/" + path,
              .operation_id = std::move(operation),
              .access = net::with_scope("inventory:write"),
              .handler = std::move(handler),
              .media_type = "application/json"});
}
}  // namespace

void add_public_routes(net::Router& router, Api api) {
  using net::Method;
  const auto change = [api](Verb verb) -> net::Handler {
    return
        [api, verb](net::Request request) { return handle_change(api, verb, std::move(request)); };
  };
  const auto plain = [api](Task<net::Response> (*handle)(Api, net::Request)) -> net::Handler {
    return [api, handle](net::Request request) { return handle(api, std::move(request)); };
  };
  constexpr std::int64_t kLeast = -1'000'000'000;
  add(router, Method::get, "inventory/{sku}", "admin_get_inventory", plain(&handle_get));
  add(router, Method::post, "inventory/{sku}/receive", "admin_receive_stock",
      change({"quantity", 1, false, &ProvisionerApi::receive}));
  add(router, Method::post, "inventory/{sku}/adjust", "admin_adjust_stock",
      change({"delta", kLeast, true, &ProvisionerApi::adjust}));
  add(router, Method::post, "inventory/{sku}/count", "admin_count_stock",
      change({"on_hand", 0, false, &ProvisionerApi::count}));
  add(router, Method::put, "inventory/{sku}/policy", "admin_set_inventory_policy", plain(&handle_policy));
  add(router, Method::get, "alerts", "admin_list_alerts", plain(&handle_alerts));
  add(router, Method::get, "inventory/{sku}/movements", "admin_list_stock_movements", plain(&handle_movements));
}

}  // namespace pps::provisioner
