#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace pps {

namespace {
using namespace std::chrono;

bool read_number(std::string_view text, std::size_t at, std::size_t digits, int& out) {
  if (at + digits > text.size()) return false;
  for (std::size_t i = at; i < at + digits; ++i)
    if (text[i] < '0' || text[i] > '9') return false;
  std::from_chars(text.data() + at, text.data() + at + digits, out);
  return true;
}

// Reads `.digits` at `at`; moves `at` past it.
bool read_fraction(std::string_view text, std::size_t& at, int& micros) {
  micros = 0;
  if (at >= text.size() || text[at] != '.') return true;
  const std::size_t begin = ++at;
  int scale = 100000;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    micros += (text[at] - '0') * scale;
    scale /= 10;
    ++at;
  }
  return at > begin && at - begin <= 9;
}

bool read_offset(std::string_view text, std::size_t at, minutes& offset) {
  if (at >= text.size()) return false;
  if (text[at] == 'Z' || text[at] == 'z') return at + 1 == text.size();
  int hours_part = 0;
  int minutes_part = 0;
  if ((text[at] != '+' && text[at] != '-') || text.size() != at + 6 || text[at + 3] != ':') return false;
  if (!read_number(text, at + 1, 2, hours_part) || !read_number(text, at + 4, 2, minutes_part)) return false;
  if (hours_part > 23 || minutes_part > 59) return false;
  offset = hours(hours_part) + minutes(minutes_part);
  if (text[at] == '-') offset = -offset;
  return true;
}
}  // namespace

std::string to_rfc3339(Timestamp at) {
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(floor<milliseconds>(at - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, us = 0;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  if (!read_number(text, 0, 4, y) || !read_number(text, 5, 2, mo) || !read_number(text, 8, 2, d) ||
      !read_number(text, 11, 2, h) || !read_number(text, 14, 2, mi) || !read_number(text, 17, 2, s))
    return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  std::size_t at = 19;
  minutes offset{0};
  if (!read_fraction(text, at, us) || !read_offset(text, at, offset)) return std::nullopt;
  return Timestamp(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + microseconds(us) - offset;
}

}  // namespace pps
