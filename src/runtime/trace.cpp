#include "runtime/trace.hpp"

#include <algorithm>

namespace pps::trace {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;  // upper case is refused, section 3.2.2.1
  return -1;
}

bool read_hex(std::string_view text, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

void write_hex(std::span<const std::uint8_t> bytes, char* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 15];
  }
}

}  // namespace

std::optional<TraceContext> parse(std::string_view text) {
  constexpr std::size_t kLength = 55;
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext out;
  if (!read_hex(text.substr(0, 2), version) || !read_hex(text.substr(3, 32), out.trace_id) ||
      !read_hex(text.substr(36, 16), out.span_id) || !read_hex(text.substr(53, 2), flags))
    return std::nullopt;
  if (version[0] == 0xff || (version[0] == 0 && text.size() != kLength)) return std::nullopt;
  if (text.size() > kLength && text[kLength] != '-')
    return std::nullopt;  // a later version may append fields
  if (out.trace_id == decltype(out.trace_id){} || out.span_id == decltype(out.span_id){})
    return std::nullopt;
  out.sampled = (flags[0] & 1) != 0;
  return out;
}

std::string format(const TraceContext& context) {
  std::string out = "00-00000000000000000000000000000000-0000000000000000-00";
  write_hex(context.trace_id, out.data() + 3);
  write_hex(context.span_id, out.data() + 36);
  if (context.sampled) out.back() = '1';
  return out;
}

TraceContext Tracer::child_of(const std::optional<TraceContext>& parent) {
  TraceContext out;
  if (parent) {
    out.trace_id = parent->trace_id;
    out.sampled = parent->sampled;
  } else {
    while (!is_set(out)) draw(out.trace_id);
  }
  do draw(out.span_id);
  while (out.span_id == decltype(out.span_id){});
  return out;
}

void Tracer::draw(std::span<std::uint8_t> out) {
  if (used_ + out.size() > block_.size()) {
    random_.fill(block_);
    used_ = 0;
  }
  std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
  used_ += out.size();
}

}  // namespace pps::trace
