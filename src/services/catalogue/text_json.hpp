#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Writing JSON straight into text, field by field in the order of the calls: replies are made once and then kept, and
/// a price or a status that goes in between is only text. What is written is UTF-8 already (it was read as JSON).
namespace pps::catalogue {

/// `text` in quotes, escaped (RFC 8259, section 7).
void append_json_text(std::string& out, std::string_view text);

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& optional_text(std::string_view name, const std::optional<std::string>& value);  ///< Left out when absent.
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& raw(std::string_view name, std::string_view json);
  std::string take();

 private:
  void name(std::string_view name);
  std::string out_ = "{";
};

class JsonArray {
 public:
  JsonArray& text(std::string_view value);
  JsonArray& raw(std::string_view json);
  std::string take();

 private:
  void comma();
  std::string out_ = "[";
};

std::string json_texts(const std::vector<std::string>& texts);
std::string json_map(const std::map<std::string, std::string>& map);
/// `{"amount": …, "currency": …}`
std::string json_money(std::int64_t minor_units, std::string_view currency);

}  // namespace pps::catalogue
