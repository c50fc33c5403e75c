#include "net/json_document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace pps::net {

namespace json = boost::json;

namespace {

// Builds the value and looks at the keys on the way: Boost.JSON's own parser keeps the last of
// equal keys silently.
struct Builder {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  json::value_stack stack;
  std::vector<std::unordered_set<std::string>> keys;
  std::string key;
  std::optional<std::string> duplicate;
  bool beyond_double = false;
  std::string number;  ///< The parts of one that have come.

  using Code = json::error_code;

  bool on_document_begin(Code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    keys.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, Code&) {
    keys.pop_back();
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t n, Code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    key.append(part.data(), part.size());
    stack.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code& code) {
    key.append(part.data(), part.size());
    stack.push_key(part);
    if (!keys.back().insert(key).second) {
      duplicate = key;
      code = json::error::extra_data;
      return false;
    }
    key.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, Code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view part, Code&) {
    number.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, json::string_view, Code&) {
    number.clear();
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, Code&) {
    number.clear();
    stack.push_uint64(value);
    return true;
  }
  // Boost.JSON 1.81 rounds some numbers to a neighbour: written and read again they would be another number.
  bool on_double(double value, json::string_view part, Code& code) {
    number.append(part.data(), part.size());
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    const bool is_large = read.ec == std::errc::result_out_of_range && std::abs(value) > 1;
    number.clear();
    if (!std::isfinite(value) || is_large) {
      beyond_double = true;
      code = json::error::exponent_overflow;
      return false;
    }
    stack.push_double(value);
    return true;
  }
  bool on_bool(bool value, Code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(Code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

std::string position(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

std::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorKind::malformed, "request.malformed", std::move(detail));
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Builder> parser(options);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (const auto& duplicate = parser.handler().duplicate)
    return malformed(fmt::format("The key \"{}\" stands twice in one object ({}).", *duplicate,
                                 position(text, read)));
  if (parser.handler().beyond_double)
    return malformed(fmt::format("A number is beyond 1.8e308, which is as far as numbers go here ({}).",
                                 position(text, read)));
  if (error == json::error::too_deep)
    return malformed(fmt::format("The JSON nests deeper than {} levels ({}).", kMaxJsonDepth,
                                 position(text, read)));
  if (error)
    return malformed(
        fmt::format("This is not JSON: {} at {}.", error.message(), position(text, read)));
  if (read < text.size())
    return malformed(fmt::format("Something follows the JSON value at {}.", position(text, read)));
  return parser.handler().stack.release();
}

}  // namespace pps::net
