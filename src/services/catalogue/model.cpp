#include "services/catalogue/model.hpp"

#include <algorithm>

namespace pps::catalogue {
namespace {

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_small(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string_view name_of(Availability availability) {
  switch (availability) {
    case Availability::in_stock:
      return "in_stock";
    case Availability::low:
      return "low";
    case Availability::out:
      break;
  }
  return "out";
}

std::optional<Availability> availability_of(std::string_view name) {
  for (const Availability one : {Availability::out, Availability::low, Availability::in_stock})
    if (name == name_of(one)) return one;
  return std::nullopt;
}

std::string etag_of(std::uint64_t version) { return "\"" + std::to_string(version) + "\""; }

bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > 100 || text.back() == '-') return false;
  char before = '-';
  for (const char c : text) {
    if (c == '-' ? before == '-' : !is_small(c) && !is_digit(c)) return false;
    before = c;
  }
  return true;
}

bool is_product_sku(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_alphanumeric(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_language(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  const std::string_view language = text.substr(0, dash), region = text.substr(std::min(dash + 1, text.size()));
  if (language.size() < 2 || language.size() > 3 || !std::all_of(language.begin(), language.end(), is_small)) return false;
  if (dash == text.size()) return true;
  return region.size() == 2 && std::all_of(region.begin(), region.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

const Texts* texts_in(const ProductInput& product, std::string_view language) {
  if (language.empty()) return nullptr;
  auto found = product.texts.find(std::string(language));
  if (found == product.texts.end()) found = product.texts.find(std::string(language.substr(0, language.find('-'))));
  return found == product.texts.end() ? nullptr : &found->second;
}

bool is_attribute_name(std::string_view text) {
  return !text.empty() && text.size() <= 40 && is_small(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_small(c) || is_digit(c) || c == '_'; });
}

}  // namespace pps::catalogue
