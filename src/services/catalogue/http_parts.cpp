#include "services/catalogue/http_parts.hpp"

#include <charconv>

namespace pps::catalogue {

using net::Request;
using net::Response;

std::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorKind::malformed, "request.malformed", std::move(detail));
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::optional<std::int64_t>> integer_of(const Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<std::int64_t>();
  const std::optional<std::int64_t> value = whole_number(*text);
  if (!value) return malformed("?" + std::string(name) + " must be a whole number");
  return value;
}

std::string text_of(const Request& request, std::string_view name) {
  return std::string(request.query_value(name).value_or(""));
}

std::string header_of(const Request& request, std::string_view name) {
  return std::string(request.headers.get(name).value_or(""));
}

Result<std::string> id_of(const Request& request) {
  if (!ProductId::parse(request.params.at(0))) return malformed("the id in the path must be a UUID");
  return request.params[0];
}

Response json_response(JsonReply reply, int status) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  if (!reply.etag.empty()) response.headers.set("ETag", std::move(reply.etag));
  response.body = std::move(reply.json);
  return response;
}

void add_route(net::Router& router, net::Method method, std::string pattern, std::string operation, net::Access access,
               net::Handler handler) {
  router.add({.method = method,
              .pattern = std::move(pattern),
              .operation_id = std::move(operation),
              .access = std::move(access),
              .handler = std::move(handler)});
}

}  // namespace pps::catalogue
