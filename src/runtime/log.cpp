#include "runtime/log.hpp"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include "base/time.hpp"

namespace pps::log {

namespace {

constexpr std::size_t kQueue =
    8'192;  // lines; when full the oldest are dropped, never the caller blocked

struct Sink {
  std::shared_ptr<spdlog::details::thread_pool> threads;
  std::shared_ptr<spdlog::logger> logger;
};

std::atomic<Level> least_level{Level::warn};
std::atomic<Format> line_format{Format::text};

// Made by `configure`; destroyed at exit, which writes what still waits.
Sink& asynchronous() {
  static Sink sink;
  return sink;
}
std::atomic<spdlog::logger*> current{nullptr};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        else
          out += c;
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

bool is_bare(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c != 0x7f && c != '"' && c != '=' && c != '\\';
  });
}

struct AppendValue {
  std::string& out;
  bool quote_always;
  void operator()(const std::string& text) const {
    if (quote_always || !is_bare(text))
      append_quoted(out, text);
    else
      out += text;
  }
  void operator()(std::int64_t number) const {
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(double number) const {
    if (std::isfinite(number))
      fmt::format_to(std::back_inserter(out), "{}", number);
    else
      append_quoted(out, fmt::format("{}", number));
  }
};

std::string json_line(std::string_view time, Level level, std::string_view event, Fields fields) {
  std::string line = "{\"time\":\"";
  line.append(time).append("\",\"level\":\"").append(name_of(level)).append("\",\"event\":");
  append_quoted(line, event);
  for (const Field& field : fields) {
    line += ',';
    append_quoted(line, field.key);
    line += ':';
    std::visit(AppendValue{line, true}, field.value);
  }
  line += '}';
  return line;
}

std::string text_line(std::string_view time, Level level, std::string_view event, Fields fields) {
  std::string line;
  line.append(time).append(" ").append(name_of(level)).append(" ");
  append_escaped(line, event);
  for (const Field& field : fields) {
    line.append(" ").append(field.key).append("=");
    std::visit(AppendValue{line, false}, field.value);
  }
  return line;
}

std::string now_text() {
  return to_rfc3339(
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

}  // namespace

std::string format_line(Format format, std::string_view time, Level level, std::string_view event,
                        Fields fields) {
  return format == Format::json ? json_line(time, level, event, fields)
                                : text_line(time, level, event, fields);
}

bool is_enabled(Level level) { return level >= least_level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view event, Fields fields) {
  if (!is_enabled(level)) return;
  const std::string line =
      format_line(line_format.load(std::memory_order_relaxed), now_text(), level, event, fields);
  if (auto* logger = current.load(std::memory_order_acquire))
    logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  else
    fmt::print(stderr, "{}\n", line);
}

void configure(Level least, Format format) {
  static std::once_flag once;
  std::call_once(once, [] {
    auto& sink = asynchronous();
    sink.threads = std::make_shared<spdlog::details::thread_pool>(kQueue, 1);
    sink.logger = std::make_shared<spdlog::async_logger>(
        "pps", std::make_shared<spdlog::sinks::stderr_sink_mt>(), sink.threads,
        spdlog::async_overflow_policy::overrun_oldest);
    sink.logger->set_pattern("%v");
    sink.logger->set_level(spdlog::level::trace);
    sink.logger->flush_on(spdlog::level::info);
    current.store(sink.logger.get(), std::memory_order_release);
  });
  least_level = least;
  line_format = format;
}

}  // namespace pps::log
