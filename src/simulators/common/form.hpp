#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

/// application/x-www-form-urlencoded (WHATWG URL, section 5), for bodies and query strings.
namespace pps::simulators {

/// Nothing if a percent sign is not followed by two hexadecimal digits. @param plus a `+` is a
/// space.
std::optional<std::string> decode_percent(std::string_view text, bool plus);
/// Pairs in order. Nothing if a name or a value cannot be decoded.
std::optional<net::Query> decode_form(std::string_view text);
std::string encode_percent(std::string_view text);

}  // namespace pps::simulators
