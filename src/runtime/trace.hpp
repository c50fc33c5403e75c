#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/context.hpp"
#include "runtime/runtime.hpp"

/// W3C Trace Context, level 1: https://www.w3.org/TR/trace-context-1/
namespace pps::trace {

inline bool is_set(const TraceContext& context) {
  return context.trace_id != decltype(context.trace_id){};
}

/// A `traceparent` value; nothing for a wrong one (then a new trace begins, section 4.3).
std::optional<TraceContext> parse(std::string_view traceparent);
/// `00-<32 hex>-<16 hex>-<2 hex>`, 55 characters.
std::string format(const TraceContext& context);

/// Makes identifiers. They need to be unlike each other, not secret, so the random bits are drawn
/// in blocks. Loop-confined.
class Tracer {
 public:
  explicit Tracer(runtime::Runtime& runtime) : random_(runtime.random) {}
  /// A new span of the caller's trace, or of a new trace if there is none.
  TraceContext child_of(const std::optional<TraceContext>& parent);

 private:
  void draw(std::span<std::uint8_t> out);
  runtime::Random& random_;
  std::array<std::uint8_t, 768> block_{};
  std::size_t used_ = 768;
};

}  // namespace pps::trace
