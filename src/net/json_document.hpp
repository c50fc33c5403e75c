#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"

namespace pps::net {

/// How deep objects and arrays may nest in what others send.
inline constexpr std::size_t kMaxJsonDepth = 32;

/// Parses one JSON text (RFC 8259), stricter than most: an object with a repeated key is refused,
/// because two readers of it may see two different requests. Error `malformed` `request.malformed`
/// that tells line and column. For .cpp files: Boost.JSON is a heavy header.
Result<boost::json::value> parse_json(std::string_view text);

}  // namespace pps::net
