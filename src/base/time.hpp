#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pps {

/// A moment in UTC, to the microsecond. What "now" is comes from runtime::Clock.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// RFC 3339 in UTC with milliseconds: `2026-03-01T12:00:00.123Z`.
std::string to_rfc3339(Timestamp at);
/// RFC 3339 with `Z` or an offset, 0–9 fractional digits (cut to microseconds).
std::optional<Timestamp> parse_rfc3339(std::string_view text);

inline std::int64_t to_unix_us(Timestamp at) { return at.time_since_epoch().count(); }
inline Timestamp from_unix_us(std::int64_t us) { return Timestamp(std::chrono::microseconds(us)); }

}  // namespace pps
