#include "runtime/config.hpp"

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <variant>

namespace pps::config {

namespace {

struct Unquoted {
  std::string text;  // from the environment or a flag: its reader decides what it is
};
struct Unusable {
  std::string type;
};
using Value =
    std::variant<Unquoted, std::string, std::int64_t, bool, std::vector<std::string>, Unusable>;

struct Entry {
  Value value;
  Origin origin;
};

std::string environment_name(std::string_view key) {
  std::string out = "PPS_";
  for (const char c : key)
    out += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c);
  return out;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto count = parse_int(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  std::int64_t us = 0;
  if (unit == "us") us = 1;
  if (unit == "ms") us = 1'000;
  if (unit == "s") us = 1'000'000;
  if (unit == "m") us = 60'000'000;
  if (unit == "h") us = 3'600'000'000;
  if (unit == "d") us = 86'400'000'000;
  if (!count || us == 0 || *count > INT64_MAX / us) return std::nullopt;
  return Duration(*count * us);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

std::string_view type_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a moment";
    case toml::node_type::array:
      return "a list of other things than strings";
    default:
      return "a value of another kind";
  }
}

Value value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> list;
    for (const auto& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr) return Unusable{std::string(type_of(node.type()))};
      list.push_back(text->get());
    }
    return list;
  }
  return Unusable{std::string(type_of(node.type()))};
}

void flatten(const toml::table& table, const std::string& prefix, const std::string& file,
             std::map<std::string, Entry, std::less<>>& out) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table())
      flatten(*inner, key + ".", file, out);
    else
      out[key] = Entry{value_of(node), {fmt::format("{}:{}", file, node.source().begin.line)}};
  }
}

}  // namespace

struct Config::State {
  std::map<std::string, Entry, std::less<>> file;
  std::map<std::string, Entry, std::less<>>
      environment;  // by PPS_… name: a key's dots cannot be told from it
  std::map<std::string, Entry, std::less<>> flags;
  std::set<std::string, std::less<>> known;
  std::set<std::string, std::less<>> known_names;
  std::vector<FieldError> errors;

  const Entry* find(std::string_view key) const {
    if (const auto flag = flags.find(key); flag != flags.end()) return &flag->second;
    if (const auto variable = environment.find(environment_name(key));
        variable != environment.end())
      return &variable->second;
    const auto entry = file.find(key);
    return entry == file.end() ? nullptr : &entry->second;
  }
  const Entry* ask(std::string_view key) {
    known.emplace(key);
    known_names.insert(environment_name(key));
    return find(key);
  }
  void refuse(std::string_view key, const char* code, std::string_view detail, const Entry* entry) {
    errors.push_back(
        {std::string(key), code,
         fmt::format("{}: {} {}", entry == nullptr ? "default" : entry->origin.text, key, detail)});
  }

  /// The value as T, if it is there and `convert` can read it; else the fallback, with an error if
  /// it is there.
  template <class T, class Convert>
  T read(std::string_view key, T fallback, const char* expected, Convert convert) {
    const Entry* entry = ask(key);
    if (entry == nullptr) return fallback;
    std::optional<T> value = std::visit(convert, entry->value);
    if (value) return std::move(*value);
    refuse(key, "config.type", fmt::format("must be {}", expected), entry);
    return fallback;
  }
};

Config::Config() : state_(std::make_unique<State>()) {}
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;
Config Config::empty() { return Config(); }

Result<Config> Config::load(const std::optional<std::string>& path,
                            const std::map<std::string, std::string>& environment,
                            const std::vector<std::string>& overrides) {
  Config out;
  if (path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(*path, ignored))
      return fail(ErrorKind::not_found, "config.file", *path + " is not a file that can be read");
    const auto parsed = toml::parse_file(*path);
    if (!parsed) {
      const auto& error = parsed.error();
      return fail(ErrorKind::invalid, "config.syntax",
                  fmt::format("{}:{}:{}: {}", *path, error.source().begin.line,
                              error.source().begin.column, error.description()));
    }
    flatten(parsed.table(), "", *path, out.state_->file);
  }
  for (const auto& [name, value] : environment)
    if (name.starts_with("PPS_"))
      out.state_->environment[name] = Entry{Unquoted{value}, {name + " in the environment"}};
  for (const std::string& text : overrides) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(ErrorKind::invalid, "config.syntax",
                  "--set " + text + " must be --set KEY=VALUE");
    const std::string key = text.substr(0, equals);
    out.state_->flags[key] = Entry{Unquoted{text.substr(equals + 1)}, {"--set " + key}};
  }
  return out;
}

namespace {
struct ToText {
  std::optional<std::string> operator()(const Unquoted& value) const { return value.text; }
  std::optional<std::string> operator()(const std::string& value) const { return value; }
  template <class T>
  std::optional<std::string> operator()(const T&) const {
    return std::nullopt;
  }
};
struct ToInt {
  std::optional<std::int64_t> operator()(const Unquoted& value) const {
    return parse_int(value.text);
  }
  std::optional<std::int64_t> operator()(std::int64_t value) const { return value; }
  template <class T>
  std::optional<std::int64_t> operator()(const T&) const {
    return std::nullopt;
  }
};
struct ToBool {
  std::optional<bool> operator()(const Unquoted& value) const {
    if (value.text == "true") return true;
    if (value.text == "false") return false;
    return std::nullopt;
  }
  std::optional<bool> operator()(bool value) const { return value; }
  template <class T>
  std::optional<bool> operator()(const T&) const {
    return std::nullopt;
  }
};
struct ToDuration {
  std::optional<Duration> operator()(const Unquoted& value) const {
    return parse_duration(value.text);
  }
  std::optional<Duration> operator()(const std::string& value) const {
    return parse_duration(value);
  }
  template <class T>
  std::optional<Duration> operator()(const T&) const {
    return std::nullopt;
  }
};
struct ToList {
  std::optional<std::vector<std::string>> operator()(const Unquoted& value) const {
    return split_list(value.text);
  }
  std::optional<std::vector<std::string>> operator()(const std::vector<std::string>& value) const {
    return value;
  }
  template <class T>
  std::optional<std::vector<std::string>> operator()(const T&) const {
    return std::nullopt;
  }
};
}  // namespace

std::string Config::get_string(std::string_view key, std::string_view fallback) {
  return state_->read<std::string>(key, std::string(fallback), "a string", ToText{});
}

std::int64_t Config::get_int(std::string_view key, std::int64_t fallback, std::int64_t least,
                             std::int64_t most) {
  const auto value = state_->read<std::int64_t>(key, fallback, "a whole number", ToInt{});
  if (value >= least && value <= most) return value;
  state_->refuse(key, "config.range", fmt::format("must be {} to {}, not {}", least, most, value),
                 state_->find(key));
  return fallback;
}

bool Config::get_bool(std::string_view key, bool fallback) {
  return state_->read<bool>(key, fallback, "true or false", ToBool{});
}

Duration Config::get_duration(std::string_view key, Duration fallback) {
  return state_->read<Duration>(key, fallback,
                                "a duration such as \"250ms\", \"5s\", \"10m\", \"1h\" or \"90d\"",
                                ToDuration{});
}

std::vector<std::string> Config::get_list(std::string_view key, std::vector<std::string> fallback) {
  return state_->read<std::vector<std::string>>(key, std::move(fallback), "a list of strings",
                                                ToList{});
}

bool Config::has(std::string_view key) const { return state_->find(key) != nullptr; }

void Config::refuse(std::string_view key, std::string detail) {
  state_->refuse(key, "config.invalid", detail, state_->find(key));
}

Result<void> Config::finish() {
  auto& state = *state_;
  const auto name_unknown = [&state](const auto& entries, const auto& known) {
    for (const auto& [key, entry] : entries)
      if (!known.contains(key))
        state.refuse(key, "config.unknown", "is not a key that is known", &entry);
  };
  name_unknown(state.file, state.known);
  name_unknown(state.environment, state.known_names);
  name_unknown(state.flags, state.known);
  if (state.errors.empty()) return {};
  Error error{ErrorKind::invalid, "config.invalid",
              fmt::format("{} wrong in the configuration", state.errors.size()),
              std::move(state.errors), 0};
  return fail(std::move(error));
}

}  // namespace pps::config
