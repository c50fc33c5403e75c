#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// What the importers of other catalogues have in common.
namespace pps::catalogue {

/// FNV-1a, 64 bits: a number that a name always has.
inline std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1'099'511'628'211u;
  return hash;
}

/// At most that many characters of UTF-8, cut between characters.
inline std::string cut(std::string text, std::size_t characters) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<std::uint8_t>(text[i]) & 0xC0) != 0x80 && count++ == characters) {
      text.resize(i);
      break;
    }
  return text;
}

/// Euro cents: in the range a place by the name, in steps of a euro.
inline std::int64_t price_between(std::int64_t cheapest, std::int64_t dearest, std::string_view name) {
  const auto steps = static_cast<std::uint64_t>((dearest - cheapest) / 100 + 1);
  return cheapest + static_cast<std::int64_t>(fnv1a(name) % steps) * 100;
}

/// By currency: dollars are euros times 1.1.
inline std::map<std::string, std::int64_t> prices_of(std::int64_t euro_cents) {
  return {{"EUR", euro_cents}, {"USD", euro_cents * 11 / 10}};
}

}  // namespace pps::catalogue
