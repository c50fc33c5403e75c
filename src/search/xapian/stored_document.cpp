#include "search/xapian/stored_document.hpp"

namespace pps::search {
namespace {

void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  out += static_cast<char>(value);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

/// After the first wrong read everything reads as empty and `ok` is false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest.empty()) break;
      const auto byte = static_cast<std::uint8_t>(rest.front());
      rest.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    ok = false;
    return 0;
  }
  /// How many items follow; each takes at least a byte.
  std::uint64_t count() {
    const std::uint64_t n = number();
    if (n > rest.size()) ok = false;
    return ok ? n : 0;
  }
  std::string text() {
    const std::uint64_t size = count();
    std::string value(rest.substr(0, size));
    rest.remove_prefix(size);
    return value;
  }
};

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace

std::string encode_stored(const Document& document) {
  std::string out(document.id.view());
  put_text(out, document.title);
  put_number(out, document.facets.size());
  for (const auto& [facet, values] : document.facets) {
    put_text(out, facet);
    put_number(out, values.size());
    for (const std::string& value : values) put_text(out, value);
  }
  put_number(out, document.numbers.size());
  for (const auto& [column, values] : document.numbers) {
    put_text(out, column);
    put_number(out, values.size());
    for (const std::int64_t value : values) put_number(out, zigzag(value));
  }
  return out;
}

std::optional<Document> decode_stored(std::string_view bytes) {
  if (bytes.size() < 16) return std::nullopt;
  Document document;
  document.id = *Uuid::from_view(bytes.substr(0, 16));
  Reader in{bytes.substr(16)};
  document.title = in.text();
  for (std::uint64_t facets = in.count(); facets > 0 && in.ok; --facets) {
    auto& values = document.facets[in.text()];
    for (std::uint64_t n = in.count(); n > 0 && in.ok; --n) values.push_back(in.text());
  }
  for (std::uint64_t columns = in.count(); columns > 0 && in.ok; --columns) {
    auto& values = document.numbers[in.text()];
    for (std::uint64_t n = in.count(); n > 0 && in.ok; --n) values.push_back(unzigzag(in.number()));
  }
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  return document;
}

}  // namespace pps::search
