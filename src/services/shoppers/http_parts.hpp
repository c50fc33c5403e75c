#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/json_reader.hpp"
#include "net/router.hpp"
#include "services/shoppers/api.hpp"

/// What the routes of /api/me read and write.
namespace pps::shoppers::http_parts {

std::string if_match_of(const net::Request& request);

Address read_address(net::ObjectReader& from);
/// At least `least` lines, at most Limits::kLines.
std::vector<BasketLine> read_lines(net::ObjectReader& body, std::size_t least);

boost::json::object to_json(const SavedAddress& saved);
boost::json::array to_json(const std::vector<BasketLine>& lines);
/// Nobody else's: caches must not keep it. @param version below 0: without ETag.
net::Response reply(int status, const boost::json::object& body, std::int64_t version);

}  // namespace pps::shoppers::http_parts
