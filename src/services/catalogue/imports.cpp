#include "services/catalogue/imports.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <set>

#include "net/base64.hpp"
#include "net/json_reader.hpp"
#include "services/catalogue/text_json.hpp"
#include "services/catalogue/product_input.hpp"

namespace pps::catalogue {
namespace {

constexpr std::size_t kMostImageBytes = 192 * 1024;

bool is_image_name(std::string_view name) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 100 && alphanumeric(name[0]) && name != "primary" &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

/// Whether the first bytes are those of the media type: nothing else is ever served as a picture.
bool is_picture(std::string_view media_type, std::string_view bytes) {
  if (media_type == "image/png") return bytes.starts_with("\x89PNG\r\n\x1a\n");
  if (media_type == "image/jpeg") return bytes.starts_with("\xff\xd8\xff");
  return bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP";
}

void read_image(net::ObjectReader& in, ImportRow& row, std::set<std::string>& names) {
  Image image;
  image.name = in.text("name", {1, 100});
  if (!is_image_name(image.name) || !names.insert(image.name).second)
    in.refuse("name", "field.format", "a name is 1 to 100 of A-Z a-z 0-9 . _ -, each once, and not \"primary\"");
  image.media_type = in.one_of("media_type", {"image/png", "image/jpeg", "image/webp"});
  image.width = in.optional_integer("width", 1, 10'000).value_or(0);
  image.height = in.optional_integer("height", 1, 10'000).value_or(0);
  image.alt = in.optional_text("alt", {0, 300}).value_or("");
  const auto decoded = net::base64_decode(in.text("base64", {1, kMostImageBytes * 4 / 3 + 4}));
  const std::string bytes = decoded ? std::string(decoded->begin(), decoded->end()) : std::string();
  if (!is_picture(image.media_type, bytes))
    in.refuse("base64", "field.format", "base64 must be a picture of the stated media type");
  image.blob = sha256_hex(bytes);
  row.blobs.emplace_back(image.blob, bytes);
  row.images->push_back(std::move(image));
}

Result<ImportRow> read_bundle(std::string_view line) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(line);
  if (!in) return fail(std::move(in).error());
  ImportRow row;
  row.images.emplace();
  const std::optional<std::string> product = in->canonical("product");
  if (!product) in->refuse("product", "field.required", "product is required");
  std::vector<net::ObjectReader> images = in->objects("images", 0, 20);
  std::set<std::string> names;
  for (net::ObjectReader& image : images) read_image(image, row, names);
  if (const Result<void> done = in->finish(); !done) return fail(done.error());
  Result<ProductInput> read = read_product_input(*product);
  if (!read) {
    Error error = std::move(read).error();
    for (FieldError& field : error.fields) field.pointer = "/product" + field.pointer;
    return fail(std::move(error));
  }
  row.product = std::move(*read);
  return row;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  unsigned char digest[32];
  unsigned size = 0;
  PPS_INVARIANT(EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) == 1);
  std::string out;
  for (const unsigned char byte : digest) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

Result<ImportRow> read_import_row(std::string_view format, std::string_view line) {
  if (format == "bundle") return read_bundle(line);
  Result<ProductInput> product = read_product_input(line);
  if (!product) return fail(std::move(product).error());
  return ImportRow{std::move(*product), std::nullopt, {}};
}

Result<std::vector<Import::Line>> Import::take(std::string_view piece, bool last) {
  if (csv) return take_csv(piece, last);
  return packages ? take_packages(piece, last) : take_lines(piece, last);
}

std::vector<Import::Line> Import::take_packages(std::string_view piece, bool last) {
  std::vector<Line> lines;
  for (const StanzaReader::Item& item : packages->take(piece, last)) {
    ++rows;
    Result<std::string> line = package_line(item);
    if (line)
      lines.push_back({item.line, std::move(*line)});
    else
      refuse(item.line, line.error());
  }
  return lines;
}

Result<std::string> Import::package_line(const StanzaReader::Item& item) {
  if (item.refused) return fail(*item.refused);
  Result<ProductInput> product = package_product(item.stanza);
  if (!product) return fail(std::move(product).error());
  const auto [other, fresh] = slugs.emplace(product->slug, product->name);
  if (!fresh && other->second != product->name) {
    Error taken{ErrorKind::conflict, "slug.taken", "the package " + other->second + " has the same slug, " + product->slug};
    taken.fields.push_back({"/Package", taken.code, taken.detail});
    return fail(std::move(taken));
  }
  return write_product_input(*product);
}

Result<std::vector<Import::Line>> Import::take_csv(std::string_view piece, bool last) {
  Result<std::vector<CsvProducts::Item>> items = csv->take(piece, last);
  rows = csv->lines();
  if (!items) return fail(std::move(items).error());
  std::vector<Line> lines;
  for (CsvProducts::Item& item : *items) {
    if (item.refused)
      refuse(item.line, *item.refused);
    else
      lines.push_back({item.line, std::move(item.json)});
  }
  return lines;
}

std::vector<Import::Line> Import::take_lines(std::string_view piece, bool last) {
  std::vector<Line> lines;
  const auto end_line = [&] {
    ++rows;
    if (skipping)
      refuse(rows, Error{ErrorKind::invalid, "line.too_long", "a line may have at most 262144 bytes; split the product"});
    else if (rest.find_first_not_of(" \t\r") != std::string::npos)
      lines.push_back({rows, std::move(rest)});
    rest.clear();
    skipping = false;
  };
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (rest.size() + part.size() > kMostLine) {
      skipping = true;
      rest.clear();
    } else if (!skipping) {
      rest += part;
    }
    if (end == std::string_view::npos) break;
    end_line();
    piece.remove_prefix(end + 1);
  }
  if (last && (skipping || !rest.empty())) end_line();
  return lines;
}

void Import::count(RowOutcome outcome) {
  ++(outcome == RowOutcome::created ? created : outcome == RowOutcome::changed ? updated : unchanged);
}

void Import::refuse(std::int64_t row, const Error& error) {
  ++refused;
  const auto add = [&](std::string_view pointer, std::string_view code, std::string text) {
    if (refusals.size() >= kMostRefusals) return;
    std::size_t end = std::min<std::size_t>(text.size(), 1'000);
    while (end > 0 && end < text.size() && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    JsonObject out;
    out.number("row", row);
    if (!pointer.empty()) out.text("pointer", pointer.substr(0, 300));
    out.text("code", code).text("detail", text);
    refusals.push_back(out.take());
  };
  if (error.fields.empty()) add("", error.code, error.detail);
  for (const FieldError& field : error.fields) add(field.pointer, field.code, field.detail);
}

std::string Import::json() const {
  JsonObject out;
  out.text("id", id).text("status", status).raw("dry_run", dry_run ? "true" : "false").number("rows", rows).number("created", created);
  out.number("updated", updated).number("unchanged", unchanged).number("refused", refused);
  JsonArray list;
  for (const std::string& refusal : refusals) list.raw(refusal);
  out.raw("refusals", list.take());
  if (!detail.empty()) out.text("detail", detail);
  out.text("started_at", to_rfc3339(from_unix_us(started_at_us)));
  if (finished_at_us > 0) out.text("finished_at", to_rfc3339(from_unix_us(finished_at_us)));
  return out.take();
}

}  // namespace pps::catalogue
