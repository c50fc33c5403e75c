#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace pps {

/// W3C Trace Context (level 1): who began this work. All zero: none.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  bool sampled = false;
};

/// What travels with every Api call. Copy it freely.
struct Context {
  Duration deadline = Duration::max();  ///< In Clock::monotonic; the callee answers `timeout` or `unknown_outcome`.
  TraceContext trace{};
};

}  // namespace pps
