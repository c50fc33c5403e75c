#include "base/id.hpp"

#include <charconv>

namespace pps {

bool is_valid_sku(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter_or_digit && c != '.' && c != '_' && c != '+' && c != '-') return false;
  }
  return true;
}

EffectId effect_id(PurchaseId purchase, std::string_view effect, int line) {
  std::string text = purchase.to_string();
  text += '/';
  text += effect;
  text += '/';
  text += line < 0 ? std::string("-") : std::to_string(line);
  return {std::move(text)};
}

std::optional<EffectParts> parse_effect_id(std::string_view text) {
  const auto first = text.find('/');
  const auto last = text.rfind('/');
  if (first == std::string_view::npos || last == first || last + 1 >= text.size()) return std::nullopt;
  const auto purchase = PurchaseId::parse(text.substr(0, first));
  if (!purchase) return std::nullopt;
  EffectParts parts{*purchase, std::string(text.substr(first + 1, last - first - 1)), -1};
  const auto line = text.substr(last + 1);
  if (line != "-") {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), parts.line);
    if (error != std::errc{} || end != line.data() + line.size() || parts.line < 0) return std::nullopt;
  }
  // One effect has one name: another spelling of it (an upper-case id, a line "07") would be a second effect.
  if (parts.effect.empty() || effect_id(parts.purchase, parts.effect, parts.line).value != text) return std::nullopt;
  return parts;
}

std::uint16_t shard_of(std::string_view key, std::uint16_t shards) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : key) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 1099511628211ull;
  }
  return static_cast<std::uint16_t>(hash % shards);
}

}  // namespace pps
