#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace pps::log {

enum class Level { debug, info, warn, error };

/// One field of a structured log line. Never pass a secret, a card, a password, a token or a whole
/// e-mail address.
struct Field {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool> value;
  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class I>
  requires std::is_integral_v<I> Field(std::string_view k, I v)
      : key(k), value(static_cast<std::int64_t>(v)) {}
};
using Fields = std::initializer_list<Field>;

/// Writes one line (`time level event key=value …`, or JSON when configured). Thread-safe; does not
/// block on disk.
/// @param event a stable dotted name, "purchase.accepted".
void write(Level level, std::string_view event, Fields fields = {});
inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}

/// Whether a line of this level would be written: ask before building costly fields.
bool is_enabled(Level level);

enum class Format { text, json };
/// The line that `write` would make at that time (RFC 3339), without its end of line.
std::string format_line(Format format, std::string_view time, Level level, std::string_view event,
                        Fields fields);
/// Called once at start. Before it: text at level warn to standard error.
void configure(Level least, Format format);

}  // namespace pps::log
