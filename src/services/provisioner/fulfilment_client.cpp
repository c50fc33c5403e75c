#include "services/provisioner/fulfilment_client.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace pps::provisioner {

namespace json = boost::json;

namespace {
std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

Error unreadable(std::string detail) {
  return {ErrorKind::unknown_outcome, "fulfilment.unreadable", std::move(detail), {}, 0};
}

Result<json::object> parse_object(const std::string& body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object())
    return fail(unreadable("the fulfilment system's answer is not a JSON object"));
  return std::move(value.get_object());
}

Fulfilment read(const json::object& object) {
  Fulfilment fulfilment{
      text_of(object, "id"), text_of(object, "status"), {}, text_of(object, "tracking")};
  if (const auto* keys = object.if_contains("licence_keys"); keys && keys->is_array())
    for (const auto& key : keys->get_array())
      if (key.is_string()) fulfilment.licence_keys.emplace_back(key.get_string());
  return fulfilment;
}

// A status decides whether it was surely not done: 5xx may come after the work.
Result<json::object> understand(Result<net::ClientResponse> response) {
  if (!response) return fail(std::move(response).error());
  if (response->status == 401 || response->status == 403)
    return fail(ErrorKind::unavailable, "fulfilment.credential",
                "the fulfilment system does not know us");  // ours to mend: nothing was refused
  if (response->status >= 500 || response->status == 429) {
    const bool surely_not = response->status == 503 || response->status == 429;
    return fail(surely_not ? ErrorKind::unavailable : ErrorKind::unknown_outcome,
                "fulfilment.failed",
                fmt::format("the fulfilment system answered {}", response->status));
  }
  Result<json::object> object = parse_object(response->body);
  if (!object) return object;
  if (response->status < 300) return object;
  std::string code = text_of(*object, "code");
  std::string detail = text_of(*object, "detail");
  if (response->status == 404)
    return fail(ErrorKind::not_found, std::move(code), std::move(detail));
  if (response->status == 409) return fail(ErrorKind::conflict, std::move(code), std::move(detail));
  return fail(ErrorKind::invalid, std::move(code), std::move(detail));
}

json::object to_json(const Address& address) {
  json::object object{{"name", address.name},
                      {"line1", address.line1},
                      {"city", address.city},
                      {"postal_code", address.postal_code},
                      {"country", address.country}};
  if (!address.line2.empty()) object["line2"] = address.line2;
  if (!address.region.empty()) object["region"] = address.region;
  return object;
}

net::ClientRequest post(std::string path, const json::object& body, std::string idempotency_key) {
  net::ClientRequest request{
      .method = net::Method::post, .path = std::move(path), .body = json::serialize(body)};
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Idempotency-Key", std::move(idempotency_key));
  request.idempotent = true;
  return request;
}

std::string key_of(const Line& line, std::string_view effect) {
  return effect_id(line.purchase, effect, static_cast<int>(line.line)).value;
}
}  // namespace

Task<Fulfilment> FulfilmentClient::prepare(Context context, Line line) {
  json::object body{{"order_reference", line.purchase.to_string()},
                    {"line", line.line},
                    {"kind", line.kind},
                    {"sku", line.sku.value},
                    {"quantity", line.quantity}};
  if (!line.customization.empty()) body["customization"] = json::parse(line.customization);
  if (line.kind == "physical") body["address"] = to_json(line.shipping_address);
  net::ClientRequest request = post("/v1/fulfilments", body, key_of(line, "prepare"));
  Result<net::ClientResponse> response = co_await http_->send(context, std::move(request));
  Result<json::object> object = understand(std::move(response));
  if (!object) co_return fail(std::move(object).error());
  Fulfilment prepared = read(*object);
  if (prepared.id.empty()) co_return fail(unreadable("what was prepared has no id"));
  co_return prepared;
}

Task<Fulfilment> FulfilmentClient::release(Context context, Line line, std::string id) {
  net::ClientRequest request = post("/v1/fulfilments/" + id + "/release", {}, key_of(line, "release"));
  Result<net::ClientResponse> response = co_await http_->send(context, std::move(request));
  Result<json::object> object = understand(std::move(response));
  if (!object) co_return fail(std::move(object).error());
  Fulfilment released = read(*object);
  if (released.status != "released")
    co_return fail(unreadable("after a release it is " + released.status));
  co_return released;
}

Task<Fulfilment> FulfilmentClient::cancel(Context context, Line line) {
  const json::object body{{"order_reference", line.purchase.to_string()}, {"line", line.line}};
  net::ClientRequest request = post("/v1/fulfilments/cancel", body, key_of(line, "unprepare"));
  Result<net::ClientResponse> response = co_await http_->send(context, std::move(request));
  Result<json::object> object = understand(std::move(response));
  if (!object) co_return fail(std::move(object).error());
  co_return read(*object);
}

Task<std::optional<Fulfilment>> FulfilmentClient::find(Context context, Line line) {
  net::ClientRequest request{.path = fmt::format("/v1/fulfilments?order_reference={}&line={}",
                                                 line.purchase.to_string(), line.line)};
  request.idempotent = true;
  Result<net::ClientResponse> response = co_await http_->send(context, std::move(request));
  Result<json::object> object = understand(std::move(response));
  if (!object) co_return fail(std::move(object).error());
  const auto* items = object->if_contains("items");
  if (!items || !items->is_array())
    co_return fail(unreadable("the fulfilment system's list has no items"));
  if (items->get_array().empty()) co_return std::optional<Fulfilment>{};
  const json::value& first = items->get_array().front();
  if (!first.is_object())
    co_return fail(unreadable("an item of the fulfilment system's list is not an object"));
  co_return std::optional<Fulfilment>(read(first.get_object()));
}

}  // namespace pps::provisioner
