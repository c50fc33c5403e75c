#include "simulators/paysim/params.hpp"

#include <algorithm>
#include <charconv>

#include "simulators/common/crypto.hpp"

namespace pps::paysim {

const std::string* Params::find(std::string_view name) {
  known_.emplace(name);
  const std::string* found = nullptr;
  for (const auto& [key, value] : pairs_)
    if (key == name) found = &value;  // the last one wins, as in Rack
  return found;
}

void Params::refuse(std::unexpected<Refusal> refusal) {
  if (!refusal_) refusal_ = std::move(refusal.error());
}

std::optional<std::string> Params::text(std::string_view name, std::size_t most) {
  const std::string* value = find(name);
  if (!value || value->empty()) return std::nullopt;
  if (value->size() > most)
    refuse(invalid("parameter_invalid_string_blank",
                   "Invalid string: at most " + std::to_string(most) + " characters.", name));
  return *value;
}

std::string Params::required_text(std::string_view name, std::size_t most) {
  auto value = text(name, most);
  if (!value)
    refuse(
        invalid("parameter_missing", "Missing required param: " + std::string(name) + ".", name));
  return value.value_or("");
}

std::optional<std::int64_t> Params::integer(std::string_view name, std::int64_t least,
                                            std::int64_t most) {
  const std::string* value = find(name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [stop, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc{} || stop != end || value->empty())
    refuse(invalid("parameter_invalid_integer", "Invalid integer: " + *value, name));
  else if (number < least)
    refuse(invalid("parameter_invalid_integer",
                   "This value must be greater than or equal to " + std::to_string(least) + ".",
                   name));
  else if (number > most)
    refuse(invalid(name == "amount" ? "amount_too_large" : "parameter_invalid_integer",
                   "This value must be less than or equal to " + std::to_string(most) + ".", name));
  return number;
}

std::int64_t Params::required_integer(std::string_view name, std::int64_t least,
                                      std::int64_t most) {
  const auto value = integer(name, least, most);
  if (!value)
    refuse(
        invalid("parameter_missing", "Missing required param: " + std::string(name) + ".", name));
  return value.value_or(least);
}

std::optional<bool> Params::boolean(std::string_view name) {
  const std::string* value = find(name);
  if (!value || value->empty()) return std::nullopt;
  if (*value != "true" && *value != "false")
    refuse(invalid("", "Invalid boolean: " + *value, name));
  return *value == "true";
}

std::optional<std::string> Params::one_of(std::string_view name,
                                          std::initializer_list<std::string_view> allowed) {
  auto value = text(name);
  if (!value || std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return value;
  std::string names;
  for (const std::string_view one : allowed)
    names += (names.empty() ? "" : ", ") + std::string(one);
  refuse(invalid("", "Invalid " + std::string(name) + ": must be one of " + names, name));
  return value;
}

std::vector<std::string> Params::list(std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_) {
    const std::string_view view = key;
    if (!view.starts_with(name) || view.size() < name.size() + 2 || view[name.size()] != '[')
      continue;
    const std::string_view index = view.substr(name.size() + 1, view.size() - name.size() - 2);
    if (view.back() != ']' ||
        !std::all_of(index.begin(), index.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    known_.insert(key);
    values.push_back(value);
  }
  return values;
}

std::map<std::string, std::string> Params::metadata() {
  constexpr std::string_view kPrefix = "metadata[";
  std::map<std::string, std::string> out;
  known_.emplace("metadata");
  for (const auto& [key, value] : pairs_) {
    if (!key.starts_with(kPrefix) || key.back() != ']') continue;
    known_.insert(key);
    const std::string name = key.substr(kPrefix.size(), key.size() - kPrefix.size() - 1);
    if (name.empty() || name.size() > 40 || name.find('[') != std::string::npos)
      refuse(
          invalid("", "Metadata keys can have at most 40 characters and no square brackets.", key));
    if (value.size() > 500)
      refuse(invalid("", "Metadata values can have at most 500 characters.", key));
    out[name] = value;
  }
  if (out.size() > 50) refuse(invalid("", "Metadata can have at most 50 keys.", "metadata"));
  return out;
}

Answer<void> Params::finish() const {
  // Unknown names first: a misspelt optional parameter must not be hidden behind a missing one.
  for (const auto& [key, value] : pairs_)
    if (!known_.contains(key))
      return invalid("parameter_unknown",
                     "Received unknown parameter: " + key.substr(0, key.find('[')), key);
  if (refusal_) return std::unexpected(*refusal_);
  return {};
}

std::string Params::fingerprint(const net::Request& request) {
  std::string text = request.path;
  if (request.body.find('&') != std::string::npos) {
    std::vector<std::string_view> parts;
    for (std::string_view rest = request.body; !rest.empty();) {
      const auto end = rest.find('&');
      parts.push_back(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    std::sort(parts.begin(), parts.end());
    for (const std::string_view part : parts) {
      text += '&';
      text += part;
    }
  } else {
    text += '&';
    text += request.body;
  }
  return simulators::sha256(text);
}

}  // namespace pps::paysim
