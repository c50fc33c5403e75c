#include "simulators/fulfilment/fulfilment.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "net/json_reader.hpp"
#include "net/problem.hpp"

// Keys of the store: `item/<id>`, `line/<order reference>\0<line>` → id (empty: tombstone's item
// beside it under `gone/…`), `key/<idempotency key>` → {fingerprint, id}.
namespace pps::fulfilment {

namespace json = boost::json;
using simulators::json_reply;
using simulators::Moment;
using simulators::problem_reply;
using simulators::Store;

namespace {

std::string line_key(std::string_view order_reference, std::int64_t line) {
  return "line/" + std::string(order_reference) + '\0' + std::to_string(line);
}

std::optional<json::object> read(const Store& store, const std::string& key) {
  const auto text = store.get(key);
  if (!text) return std::nullopt;
  return json::parse(*text).as_object();
}

void write_item(Store& store, const json::object& item) {
  store.put("item/" + std::string(item.at("id").as_string()), json::serialize(item));
}

/// The item of an order line: a whole one, or a tombstone (no `id`).
std::optional<json::object> item_of_line(const Store& store, const std::string& key) {
  auto entry = read(store, key);
  if (!entry || !entry->contains("item")) return entry;
  return read(store, "item/" + std::string(entry->at("item").as_string()));
}

bool has_status(const json::object& item, std::string_view status) {
  return item.at("status").as_string() == status;
}

net::Response undone() {
  return problem_reply(409, "already_undone",
                       "this line was cancelled; it will never be fulfilled");
}

net::Response reply_with(int status, const json::object& item) {
  return json_reply(status, json::serialize(item));
}

struct Asked {
  std::optional<std::string> customization;  ///< JSON: what the buyer chose, such as an engraving.
  std::string order_reference, kind, sku;
  std::int64_t line = 0, quantity = 0;
  std::optional<std::string> address;  ///< Canonical JSON.
};

void read_address(net::ObjectReader& body) {
  auto address = body.object("address", true);
  if (!address) return;
  for (const char* name : {"name", "line1", "city", "postal_code"}) address->text(name, {1, 200});
  for (const char* name : {"line2", "region"}) address->optional_text(name, {0, 200});
  address->text("country", {2, 2});
}

Result<Asked> read_asked(std::string_view text) {
  Result<net::ObjectReader> body = net::ObjectReader::parse(text);
  if (!body) return fail(std::move(body).error());
  Asked asked;
  asked.order_reference = body->text("order_reference", {1, 100});
  asked.line = body->integer("line", 0, 49);
  asked.kind = body->one_of("kind", {"physical", "licence"});
  asked.sku = body->text("sku", {1, 64});
  asked.quantity = body->integer("quantity", 1, 999);
  asked.customization = body->canonical("customization");
  if (asked.kind == "physical" || body->has("address")) {
    read_address(*body);
    asked.address = body->canonical("address");
  }
  if (Result<void> read = body->finish(); !read) return fail(std::move(read).error());
  return asked;
}

bool same_as(const Asked& asked, const json::object& item) {
  return item.at("kind").as_string() == asked.kind && item.at("sku").as_string() == asked.sku &&
         item.at("quantity").as_int64() == asked.quantity;
}

json::object make_item(const Moment& moment, const Asked& asked, std::string_view key) {
  json::object item{{"id", simulators::make_id("ful_", moment)},
                    {"order_reference", asked.order_reference},
                    {"line", asked.line},
                    {"kind", asked.kind},
                    {"sku", asked.sku},
                    {"quantity", asked.quantity},
                    {"status", "prepared"},
                    {"licence_keys", json::array{}},
                    {"tracking", nullptr},
                    {"idempotency_key", key},
                    {"at", to_rfc3339(moment.now)}};
  if (asked.address) item["address"] = json::parse(*asked.address);
  if (asked.customization) item["customization"] = json::parse(*asked.customization);
  return item;
}

net::Response known_line(const Asked& asked, const json::object& item) {
  if (has_status(item, "cancelled")) return undone();
  if (!same_as(asked, item))
    return problem_reply(409, "fulfilment.differs",
                         "this line was asked for before with another kind, SKU or quantity");
  return reply_with(200, item);
}

net::Response prepare(Store& store, const Moment& moment, const net::Request& request) {
  const auto key = request.headers.get("Idempotency-Key");
  if (!key || key->empty() || key->size() > 255)
    return problem_reply(400, "idempotency.key_missing",
                         "send an Idempotency-Key header of 1 to 255 characters");
  const Result<Asked> asked = read_asked(request.body);
  if (!asked) return net::problem(asked.error());
  const Result<std::string> fingerprint = net::fingerprint_of(request.body);
  if (!fingerprint) return net::problem(fingerprint.error());
  const std::string key_key = "key/" + std::string(*key);
  const auto used = store.get(key_key);
  if (used && *used != *fingerprint)
    return problem_reply(422, "idempotency.key_reused",
                         "this Idempotency-Key was used with another body");
  const std::string at = line_key(asked->order_reference, asked->line);
  if (const auto item = item_of_line(store, at)) return known_line(*asked, *item);
  const json::object item = make_item(moment, *asked, *key);
  write_item(store, item);
  store.put(at, json::serialize(json::object{{"item", item.at("id")}}));
  store.put(key_key, *fingerprint);
  return reply_with(201, item);
}

std::string licence_key(runtime::Random& random) {
  constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<std::uint8_t, 25> bytes{};
  random.fill(bytes);
  std::string key;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 5 == 0) key += '-';
    key += kCrockford[bytes[i] % kCrockford.size()];
  }
  return key;
}

net::Response release(Store& store, const Moment& moment, json::object item) {
  if (has_status(item, "cancelled")) return undone();
  if (has_status(item, "released")) return reply_with(200, item);
  item["status"] = "released";
  if (item.at("kind").as_string() == "licence") {
    json::array keys;
    for (std::int64_t unit = 0; unit < item.at("quantity").as_int64(); ++unit)
      keys.emplace_back(licence_key(moment.random));
    item["licence_keys"] = std::move(keys);
  } else {
    item["tracking"] = simulators::make_id("TRK", moment);
  }
  write_item(store, item);
  return reply_with(200, item);
}

net::Response cancel(Store& store, json::object item) {
  if (has_status(item, "released"))
    return problem_reply(409, "already_released", "a released fulfilment cannot be cancelled");
  if (has_status(item, "prepared")) {
    item["status"] = "cancelled";
    write_item(store, item);
  }
  return reply_with(200, item);
}

net::Response cancel_line(Store& store, const Moment& moment, std::string_view text) {
  Result<net::ObjectReader> body = net::ObjectReader::parse(text);
  if (!body) return net::problem(body.error());
  const std::string order_reference = body->text("order_reference", {1, 100});
  const std::int64_t line = body->integer("line", 0, 49);
  if (Result<void> read = body->finish(); !read) return net::problem(read.error());
  const std::string at = line_key(order_reference, line);
  if (auto item = item_of_line(store, at))
    return item->contains("id") ? cancel(store, std::move(*item)) : reply_with(200, *item);
  const json::object tombstone{{"order_reference", order_reference},
                               {"line", line},
                               {"status", "cancelled"},
                               {"at", to_rfc3339(moment.now)}};
  store.put(at, json::serialize(tombstone));
  return reply_with(200, tombstone);
}

std::optional<std::int64_t> number(std::optional<std::string_view> text, std::int64_t least,
                                   std::int64_t most) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < least || value > most)
    return std::nullopt;
  return value;
}

net::Response find_line(const Store& store, const net::Request& request,
                        std::string_view order_reference) {
  const auto line = number(request.query_value("line"), 0, 49);
  if (!line) return problem_reply(422, "query.invalid", "line must be a number from 0 to 49");
  json::array items;
  if (auto item = item_of_line(store, line_key(order_reference, *line)))
    items.emplace_back(std::move(*item));
  return json_reply(
      200, json::serialize(json::object{{"items", std::move(items)}, {"next_cursor", nullptr}}));
}

net::Response list(const Store& store, const net::Request& request) {
  if (const auto reference = request.query_value("order_reference"))
    return find_line(store, request, *reference);
  const auto limit = request.query_value("limit") ? number(request.query_value("limit"), 1, 100)
                                                  : std::optional<std::int64_t>(100);
  if (!limit) return problem_reply(422, "query.invalid", "limit must be a number from 1 to 100");
  const std::string cursor(request.query_value("cursor").value_or(""));
  const std::string from = cursor.empty() ? "item/" : "item/" + cursor + '\0';
  const auto pairs = store.scan(from, simulators::after_prefix("item/"),
                                static_cast<std::size_t>(*limit) + 1, false);
  json::array items;
  json::value next = nullptr;
  for (const auto& [key, text] : pairs) {
    if (static_cast<std::int64_t>(items.size()) == *limit) {
      next = items.back().at("id");
      break;
    }
    items.emplace_back(json::parse(text));
  }
  return json_reply(200, json::serialize(json::object{{"items", std::move(items)},
                                                      {"next_cursor", std::move(next)}}));
}

net::Response one(Store& store, const Moment& moment, const net::Request& request,
                  std::string_view rest) {
  const auto slash = rest.find('/');
  const std::string_view verb = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  auto item = read(store, "item/" + std::string(rest.substr(0, slash)));
  if (!item) return problem_reply(404, "fulfilment.unknown", "there is no such fulfilment");
  const bool is_get = request.method == net::Method::get;
  if (is_get && verb.empty()) return reply_with(200, *item);
  if (!is_get && verb == "release") return release(store, moment, std::move(*item));
  if (!is_get && verb == "cancel") return cancel(store, std::move(*item));
  return problem_reply(404, "path.unknown", "there is nothing at this path");
}

net::Response route(Store& store, const Moment& moment, const net::Request& request) {
  constexpr std::string_view kRoot = "/v1/fulfilments";
  const std::string_view path = request.path;
  const bool is_post = request.method == net::Method::post;
  if (!is_post && request.method != net::Method::get)
    return problem_reply(405, "method.not_allowed", "use GET or POST");
  if (path == kRoot) return is_post ? prepare(store, moment, request) : list(store, request);
  if (is_post && path == "/v1/fulfilments/cancel") return cancel_line(store, moment, request.body);
  if (path.starts_with("/v1/fulfilments/"))
    return one(store, moment, request, path.substr(kRoot.size() + 1));
  return problem_reply(404, "path.unknown", "there is nothing at this path");
}

}  // namespace

net::Response Fulfilment::handle(Store& store, const Moment& moment, const net::Request& request,
                                 simulators::Mishap mishap) {
  const auto broken = [] {
    return problem_reply(500, "internal", "the warehouse system failed; it may have done the work");
  };
  if (mishap == simulators::Mishap::error_before) return broken();
  net::Response response = route(store, moment, request);
  return mishap == simulators::Mishap::error_after ? broken() : std::move(response);
}

net::Response Fulfilment::down() const {
  return problem_reply(503, "unavailable", "the warehouse system is down");
}

}  // namespace pps::fulfilment
