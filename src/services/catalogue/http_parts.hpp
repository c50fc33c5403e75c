#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/router.hpp"
#include "services/catalogue/api.hpp"

/// What the catalogue's routes have in common.
namespace pps::catalogue {

/// `malformed` "request.malformed".
std::unexpected<Error> malformed(std::string detail);
/// A parameter of the query; nothing if it is absent. `malformed`: not a whole number.
Result<std::optional<std::int64_t>> integer_of(const net::Request& request, std::string_view name);
/// The same as text; empty if it is absent.
std::string text_of(const net::Request& request, std::string_view name);
std::string header_of(const net::Request& request, std::string_view name);
/// The first parameter of the path. `malformed`: not a UUID.
Result<std::string> id_of(const net::Request& request);
/// Nothing if it is no whole number.
std::optional<std::int64_t> whole_number(std::string_view text);
net::Response json_response(JsonReply reply, int status = 200);
void add_route(net::Router& router, net::Method method, std::string pattern, std::string operation, net::Access access,
               net::Handler handler);

}  // namespace pps::catalogue
