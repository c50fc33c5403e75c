#include "services/catalogue/text_json.hpp"

namespace pps::catalogue {

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
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
        if (static_cast<std::uint8_t>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<std::uint8_t>(c) >> 4];
          out += kHex[static_cast<std::uint8_t>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void JsonObject::name(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  append_json_text(out_, name);
  out_ += ':';
}

JsonObject& JsonObject::text(std::string_view field, std::string_view value) {
  name(field);
  append_json_text(out_, value);
  return *this;
}

JsonObject& JsonObject::optional_text(std::string_view field, const std::optional<std::string>& value) {
  return value ? text(field, std::string_view(*value)) : *this;
}

JsonObject& JsonObject::number(std::string_view field, std::int64_t value) {
  return raw(field, std::to_string(value));
}

JsonObject& JsonObject::raw(std::string_view field, std::string_view json) {
  name(field);
  out_ += json;
  return *this;
}

std::string JsonObject::take() { return std::move(out_) + "}"; }

void JsonArray::comma() {
  if (out_.size() > 1) out_ += ',';
}

JsonArray& JsonArray::text(std::string_view value) {
  comma();
  append_json_text(out_, value);
  return *this;
}

JsonArray& JsonArray::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

std::string JsonArray::take() { return std::move(out_) + "]"; }

std::string json_texts(const std::vector<std::string>& texts) {
  JsonArray out;
  for (const std::string& text : texts) out.text(text);
  return out.take();
}

std::string json_map(const std::map<std::string, std::string>& map) {
  JsonObject out;
  for (const auto& [name, value] : map) out.text(name, std::string_view(value));
  return out.take();
}

std::string json_money(std::int64_t minor_units, std::string_view currency) {
  JsonObject out;
  out.number("amount", minor_units).text("currency", currency);
  return out.take();
}

}  // namespace pps::catalogue
