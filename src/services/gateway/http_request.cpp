#include "services/gateway/http_request.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "net/json_reader.hpp"
#include "net/request_values.hpp"
#include "services/catalogue/api.hpp"

namespace pps::gateway::http_request {

namespace {
constexpr std::size_t kMaxLines = 50;
constexpr std::int64_t kMaxQuantity = 999;
constexpr std::size_t kMaxKey = 255;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) >> 4]);
    text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

std::vector<orchestrator::OrderLine> read_lines(net::ObjectReader& body) {
  std::vector<orchestrator::OrderLine> lines;
  for (auto& item : body.objects("lines", 1, kMaxLines)) {
    orchestrator::OrderLine line;
    line.sku = item.sku("sku");
    line.quantity = item.integer("quantity", 1, kMaxQuantity);
    line.customization = net::read_opaque_object(item, "customization", catalogue::QuoteRequest::kMostCustomization);
    lines.push_back(std::move(line));
  }
  return lines;
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

provisioner::Address read_address(net::ObjectReader& from) {
  provisioner::Address address;
  address.name = from.text("name", {1, 480});
  address.line1 = from.text("line1", {1, 800});
  address.line2 = from.optional_text("line2", {0, 800}).value_or("");
  address.city = from.text("city", {1, 480});
  address.postal_code = from.text("postal_code", {1, 80});
  address.region = from.optional_text("region", {0, 480}).value_or("");
  address.country = from.text("country", {2, 2});
  if (address.country.size() == 2 && !is_country(address.country))
    from.refuse("country", "field.format", "country is two capital letters of ISO 3166-1");
  return address;
}

bool is_token(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}
}  // namespace

Result<Page> page_of(const net::Request& request) {
  Page page;
  if (const auto limit = request.query_value("limit")) {
    const auto read = std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
    if (read.ec != std::errc{} || read.ptr != limit->data() + limit->size() || page.limit < 1 || page.limit > 100)
      return fail_field("?limit", "field.range", "limit must be 1 to 100");
  }
  if (const auto cursor = request.query_value("cursor")) {
    if (cursor->empty() || cursor->size() > 1000)
      return fail(ErrorKind::malformed, "cursor.invalid", "The cursor is not one of this list.");
    page.cursor = *cursor;
  }
  return page;
}

Result<std::optional<bool>> boolean_of(const net::Request& request, std::string_view name) {
  const auto value = request.query_value(name);
  if (!value) return std::nullopt;
  if (*value == "true") return true;
  if (*value == "false") return false;
  return fail_field("?" + std::string(name), "field.type", std::string(name) + " must be true or false");
}

Result<std::string> idempotency_key_of(const net::Request& request) {
  const auto key = request.headers.get("Idempotency-Key");
  if (!key)
    return fail(ErrorKind::malformed, "idempotency.key_missing",
                "Send an Idempotency-Key of 1 to 255 visible ASCII characters, new for every new purchase.");
  const bool visible = std::all_of(key->begin(), key->end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
  if (key->empty() || key->size() > kMaxKey || !visible)
    return fail(ErrorKind::malformed, "idempotency.key_invalid", "An Idempotency-Key is 1 to 255 visible ASCII characters.");
  return std::string(*key);
}

Result<void> need_media_type(const net::Request& request, const std::vector<std::string_view>& types) {
  const auto header = request.headers.get("Content-Type");
  const std::string_view given = header ? header->substr(0, header->find(';')) : std::string_view();
  const std::string_view name = given.substr(0, given.find_last_not_of(" \t") + 1);
  for (const auto type : types)
    if (net::same_name(name, type)) return {};
  return fail(ErrorKind::unsupported, "media_type.unsupported", "Send Content-Type: " + std::string(types.front()) + ".");
}

Result<orchestrator::AcceptRequest> accept_request_of(const net::Request& request) {
  Result<std::string> key = idempotency_key_of(request);
  if (!key) return fail(std::move(key).error());
  Result<CustomerId> customer = net::account_of(request);
  if (!customer) return fail(std::move(customer).error());
  Result<void> typed = need_media_type(request, {"application/json"});
  if (!typed) return fail(std::move(typed).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) return fail(std::move(body).error());
  orchestrator::AcceptRequest accept;
  accept.customer = *customer;
  accept.client_id = request.principal->client_id;
  accept.idempotency_key = std::move(*key);
  accept.lines = read_lines(*body);
  accept.payment_method = body->text("payment_method", {1, 200});
  if (!is_token(accept.payment_method))
    body->refuse("payment_method", "field.format", "payment_method is letters, digits and underscores");
  accept.expected_total = body->money("expected_total");
  if (body->has("shipping_address"))
    if (auto address = body->object("shipping_address", false)) accept.shipping_address = read_address(*address);
  Result<void> read = body->finish();
  if (!read) return fail(std::move(read).error());
  Result<std::string> fingerprint = net::fingerprint_of(request.body);
  if (!fingerprint) return fail(std::move(fingerprint).error());
  accept.fingerprint = hex(*fingerprint);
  return accept;
}

Result<orchestrator::PriceRequest> price_request_of(const net::Request& request) {
  Result<void> typed = need_media_type(request, {"application/json"});
  if (!typed) return fail(std::move(typed).error());
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) return fail(std::move(body).error());
  orchestrator::PriceRequest price;
  price.lines = read_lines(*body);
  price.currency = body->optional_text("currency", {3, 3}).value_or("");
  if (price.currency.size() == 3 && !Currency::parse(price.currency))
    body->refuse("currency", "field.format", "currency is an ISO 4217 code");
  Result<void> read = body->finish();
  if (!read) return fail(std::move(read).error());
  return price;
}

net::Response reply(int status, const boost::json::object& body) {
  return net::json_response(status, boost::json::serialize(body));
}

}  // namespace pps::gateway::http_request
