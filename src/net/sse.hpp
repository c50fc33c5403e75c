#pragma once

#include <string>
#include <string_view>

namespace pps::net {

/// One server-sent event (WHATWG HTML, 9.2): `id`, `event`, `data` lines and the blank line. @param
/// id may be empty.
std::string sse_event(std::string_view id, std::string_view event, std::string_view data);
/// A comment that keeps the connection alive.
inline constexpr std::string_view kSseHeartbeat = ": heartbeat\n\n";

}  // namespace pps::net
