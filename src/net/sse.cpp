#include "net/sse.hpp"

namespace pps::net {

namespace {
// A field's value ends at the line's end, so ids and names are cut there rather than start a field
// of their own.
std::string_view one_line(std::string_view text) {
  return text.substr(0, text.find_first_of(std::string_view("\r\n\0", 3)));
}
}  // namespace

std::string sse_event(std::string_view id, std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(id.size() + event.size() + data.size() + 32);
  if (!id.empty()) out.append("id: ").append(one_line(id)).append("\n");
  if (!event.empty()) out.append("event: ").append(one_line(event)).append("\n");
  // Each line of the data is a field of its own; CR and CRLF end lines too.
  while (true) {
    const auto end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  out += '\n';
  return out;
}

}  // namespace pps::net
