#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "services/orchestrator/api.hpp"

/// What the gateway's routes read of a request, with the refusals of api/openapi.yaml.
namespace pps::gateway::http_request {

struct Page {
  std::int64_t limit = 20;
  std::string cursor;
};
/// `limit` and `cursor`. Errors: `invalid` "fields.invalid", `malformed` "cursor.invalid".
Result<Page> page_of(const net::Request& request);
/// `?name=true|false`. Error `invalid` "fields.invalid".
Result<std::optional<bool>> boolean_of(const net::Request& request, std::string_view name);

/// 1–255 visible ASCII characters. Errors `malformed` "idempotency.key_missing", "idempotency.key_invalid".
Result<std::string> idempotency_key_of(const net::Request& request);
/// Error `unsupported` "media_type.unsupported" unless the body is said to be one of `types`.
Result<void> need_media_type(const net::Request& request, const std::vector<std::string_view>& types);

/// Everything of POST /api/purchases.
Result<orchestrator::AcceptRequest> accept_request_of(const net::Request& request);
/// Everything of POST /api/baskets/price.
Result<orchestrator::PriceRequest> price_request_of(const net::Request& request);

net::Response reply(int status, const boost::json::object& body);

}  // namespace pps::gateway::http_request
