#include "services/catalogue/csv_products.hpp"

#include <csv.h>
#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "base/money.hpp"
#include "services/catalogue/model.hpp"

namespace pps::catalogue {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostRow = 256 * 1024;
constexpr std::size_t kMostVariants = 101;  // one more than a product may have: it is refused then
constexpr std::string_view kKnown =
    "slug, name, summary, description, brand, kind, status, categories, tags, attr.NAME, text.LANGUAGE.FIELD, sku, variant, "
    "variant_kind, stock_tracked, price.CURRENCY, variant_attr.NAME";

bool is_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::optional<CsvColumn> column_of(std::string_view name) {
  using Of = CsvColumn::Of;
  const auto after = [&](std::string_view prefix) -> std::optional<std::string> {
    if (!name.starts_with(prefix) || name.size() == prefix.size()) return std::nullopt;
    return std::string(name.substr(prefix.size()));
  };
  for (const char* plain : {"slug", "name", "summary", "description", "brand", "kind", "status"})
    if (name == plain) return CsvColumn{Of::product, plain, ""};
  for (const char* list : {"categories", "tags"})
    if (name == list) return CsvColumn{Of::list, list, ""};
  if (name == "sku") return CsvColumn{Of::sku, "sku", ""};
  if (name == "variant") return CsvColumn{Of::variant, "name", ""};
  if (name == "variant_kind") return CsvColumn{Of::variant, "kind", ""};
  if (name == "stock_tracked") return CsvColumn{Of::stock_tracked, "stock_tracked", ""};
  if (const auto currency = after("price.")) return CsvColumn{Of::price, *currency, ""};
  if (const auto attribute = after("variant_attr.")) return CsvColumn{Of::variant_attribute, *attribute, ""};
  if (const auto attribute = after("attr.")) return CsvColumn{Of::attribute, *attribute, ""};
  if (const auto text = after("text.")) {
    const std::size_t dot = text->find('.');
    const std::string field = dot == std::string::npos ? "" : text->substr(dot + 1);
    if (field == "name" || field == "summary" || field == "description" || field == "keywords")
      return CsvColumn{Of::text, field, text->substr(0, dot)};
  }
  return std::nullopt;
}

json::array list_of(std::string_view cell) {
  json::array items;
  while (!cell.empty()) {
    const std::size_t end = cell.find('|');
    std::string_view item = cell.substr(0, end);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(json::string(item));
    cell.remove_prefix(end == std::string_view::npos ? cell.size() : end + 1);
  }
  return items;
}

/// A decimal with a point or a comma in minor units; nothing if it is none, or finer than the currency.
std::optional<std::int64_t> minor_units(std::string_view text, Currency currency) {
  const std::size_t point = text.find_first_of(".,");
  std::string digits(text.substr(0, point));
  std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  const auto exponent = static_cast<std::size_t>(exponent_of(currency));
  if (digits.empty() || (point != std::string_view::npos && fraction.empty()) || fraction.size() > exponent) return std::nullopt;
  digits.append(fraction).append(exponent - fraction.size(), '0');
  std::int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || digits[0] == '-') return std::nullopt;
  return value;
}

json::object& object_in(json::object& parent, std::string_view name) {
  if (!parent.contains(name)) parent[name] = json::object();
  return parent[name].as_object();
}

}  // namespace

/// libcsv, strict: a quote inside of an unquoted field, or text after a closing quote, is an error.
struct CsvProducts::Parser {
  csv_parser state{};
  std::vector<std::string> cells;
  std::vector<std::vector<std::string>> rows;

  explicit Parser(char separator) {
    PPS_INVARIANT(csv_init(&state, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_delim(&state, static_cast<unsigned char>(separator));
  }
  ~Parser() { csv_free(&state); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  static void on_cell(void* text, std::size_t size, void* parser) {
    static_cast<Parser*>(parser)->cells.emplace_back(static_cast<const char*>(text), size);
  }
  static void on_row(int, void* parser) {
    auto& self = *static_cast<Parser*>(parser);
    self.rows.push_back(std::exchange(self.cells, {}));
  }
  bool take(std::string_view text) {
    return csv_parse(&state, text.data(), text.size(), &on_cell, &on_row, this) == text.size();
  }
  bool has_no_row() const { return cells.empty() && state.entry_pos == 0 && state.quoted == 0; }
  bool end() { return csv_fini(&state, &on_cell, &on_row, this) == 0; }
};

struct CsvProducts::Group {
  std::int64_t line = 0;
  json::object product;
  json::array variants;
  Error errors{ErrorKind::invalid, "fields.invalid", "Fields were refused."};

  void refuse(std::string pointer, std::string code, std::string detail) {
    errors.fields.push_back({std::move(pointer), std::move(code), std::move(detail)});
  }
};

CsvProducts::CsvProducts(char separator) : separator_(separator) {}
CsvProducts::~CsvProducts() = default;

Result<std::vector<CsvProducts::Item>> CsvProducts::take(std::string_view piece, bool last) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end == std::string_view::npos ? end : end + 1);
    if (!skipping_) rest_ += part;
    if (rest_.size() + row_bytes_ > kMostRow && !skipping_) {
      refuse_line(rest_, "line.too_long", "a row may have at most 262144 bytes; split the product, or close the quote");
      skipping_ = end == std::string_view::npos;
      if (!skipping_) ++line_, begins_ = line_ + 1;
      rest_.clear();
    } else if (end != std::string_view::npos) {
      ++line_;
      if (std::exchange(skipping_, false))
        begins_ = line_ + 1;
      else if (Result<void> taken = take_line(std::exchange(rest_, {})); !taken)
        return fail(std::move(taken).error());
    }
    piece.remove_prefix(part.size());
  }
  if (last) {
    if (!rest_.empty() || skipping_) ++line_;
    if (Result<void> taken = rest_.empty() ? Result<void>() : take_line(std::exchange(rest_, {})); !taken)
      return fail(std::move(taken).error());
    if (parser_ && !parser_->end()) refuse_line("", "csv.quote", "a quote is not closed before the file ends");
    while (parser_ && !parser_->rows.empty()) {
      const std::vector<std::string> cells = std::move(parser_->rows.front());
      parser_->rows.erase(parser_->rows.begin());
      if (Result<void> taken = take_row(cells); !taken) return fail(std::move(taken).error());
    }
    end_group();
  }
  return std::exchange(items_, {});
}

Result<void> CsvProducts::take_line(std::string_view line) {
  if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (!parser_) {
    if (separator_ == 0)
      separator_ = *std::ranges::max_element(std::string_view(",;\t"), {}, [&](char c) { return std::ranges::count(line, c); });
    parser_ = std::make_unique<Parser>(separator_);
  }
  row_bytes_ += line.size();
  if (!is_utf8(line)) {
    refuse_line(line, "csv.encoding", "the line is not UTF-8; save the file as UTF-8");
    begins_ = line_ + 1;
    return {};
  }
  if (!parser_->take(line)) {
    refuse_line(line, "csv.quote", "a quote stands inside of a field without quotes, or text after a closing one; write \"\" for a quote");
    begins_ = line_ + 1;
    return {};
  }
  if (parser_->rows.empty()) {  // goes on in the next line, or is empty
    if (parser_->has_no_row()) begins_ = line_ + 1;
    return {};
  }
  std::vector<std::vector<std::string>> rows = std::exchange(parser_->rows, {});
  for (std::vector<std::string>& cells : rows)
    if (Result<void> taken = take_row(std::move(cells)); !taken) return taken;
  begins_ = line_ + 1;
  row_bytes_ = 0;
  return {};
}

Result<void> CsvProducts::take_row(std::vector<std::string> cells) {
  if (columns_.empty()) return read_header(cells);
  if (cells.size() != columns_.size())
    refuse_line(fmt::format("{}", fmt::join(cells, "\n")), "csv.fields", fmt::format("the row has {} fields, the first line names {}", cells.size(), columns_.size()));
  else
    add_row(cells);
  return {};
}

Result<void> CsvProducts::read_header(const std::vector<std::string>& names) {
  const auto wrong = [](std::string detail) { return fail(ErrorKind::invalid, "csv.header", std::move(detail)); };
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    std::optional<CsvColumn> column = column_of(name);
    if (!column) return wrong(fmt::format("\"{}\" is no column; there are {}", name.substr(0, 100), kKnown));
    if (!seen.insert(name).second) return wrong(fmt::format("the column {} stands twice", name));
    columns_.push_back(std::move(*column));
  }
  if (!seen.contains("slug") || !seen.contains("sku")) return wrong("the first line must name the columns, slug and sku among them");
  return {};
}

void CsvProducts::refuse_line(std::string_view text, std::string code, std::string detail) {
  items_.push_back({begins_, "", Error{ErrorKind::invalid, std::move(code), std::move(detail)}});
  const bool may_be_one = group_ && text.find(std::string_view(group_->product["slug"].as_string())) != std::string_view::npos;
  if (may_be_one) group_->refuse("/variants", "csv.row_refused", fmt::format("line {}, which may be one of its rows, was refused", begins_));
  if (parser_) parser_ = std::make_unique<Parser>(separator_);
  row_bytes_ = 0;
}

void CsvProducts::add_row(const std::vector<std::string>& cells) {
  using Of = CsvColumn::Of;
  const auto slug_at = std::ranges::find_if(columns_, [](const CsvColumn& one) { return one.of == Of::product && one.name == "slug"; });
  const std::string& slug = cells[static_cast<std::size_t>(slug_at - columns_.begin())];
  const bool goes_on = group_ && (slug.empty() || group_->product["slug"] == json::string(slug));
  if (!goes_on) {
    end_group();
    group_ = std::make_unique<Group>();
    group_->line = begins_;
    group_->product["slug"] = slug;
  }
  if (group_->variants.size() >= kMostVariants) return;
  const std::string variant_at = fmt::format("/variants/{}", group_->variants.size());
  json::object variant;
  // What tells of the product stands in its first row; in others it is left out or says the same.
  const auto put = [&](json::object& in, std::string_view name, json::value value, const std::string& pointer) {
    if (!in.contains(name))
      in[name] = std::move(value);
    else if (in[name] != value)
      group_->refuse(pointer, "csv.conflict", fmt::format("line {} says something else than the product's first row; leave it empty", begins_));
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CsvColumn& column = columns_[i];
    const std::string& cell = cells[i];
    if (cell.empty()) continue;
    const bool is_list = column.of == Of::list || (column.of == Of::text && column.name == "keywords");
    json::value value = is_list ? json::value(list_of(cell)) : json::value(json::string(cell));
    switch (column.of) {
      case Of::product:
      case Of::list: put(group_->product, column.name, std::move(value), "/" + column.name); break;
      case Of::attribute: put(object_in(group_->product, "attributes"), column.name, std::move(value), "/attributes/" + column.name); break;
      case Of::text:
        put(object_in(object_in(group_->product, "texts"), column.language), column.name, std::move(value),
            fmt::format("/texts/{}/{}", column.language, column.name));
        break;
      case Of::sku:
      case Of::variant: variant[column.name] = std::move(value); break;
      case Of::variant_attribute: object_in(variant, "attributes")[column.name] = std::move(value); break;
      case Of::stock_tracked:
        if (cell == "true" || cell == "false")
          variant["stock_tracked"] = cell == "true";
        else
          group_->refuse(variant_at + "/stock_tracked", "field.format", "stock_tracked must be true or false");
        break;
      case Of::price: {
        const Result<Currency> currency = Currency::parse(column.name);
        const std::optional<std::int64_t> price = currency ? minor_units(cell, *currency) : std::nullopt;
        if (price)
          object_in(variant, "prices")[column.name] = *price;
        else
          group_->refuse(fmt::format("{}/prices/{}", variant_at, column.name), "field.format",
                         fmt::format("\"{}\" is no price in {}: a number such as 29.90, with no more decimals than the currency has",
                                     cell.substr(0, 50), column.name));
        break;
      }
    }
  }
  if (!variant.contains("name") && group_->product.contains("name")) variant["name"] = group_->product["name"];
  group_->variants.push_back(std::move(variant));
}

void CsvProducts::end_group() {
  const std::unique_ptr<Group> group = std::exchange(group_, nullptr);
  if (!group) return;
  if (!group->errors.fields.empty()) {
    items_.push_back({group->line, "", std::move(group->errors)});
    return;
  }
  group->product["variants"] = std::move(group->variants);
  items_.push_back({group->line, json::serialize(group->product), std::nullopt});
}

}  // namespace pps::catalogue
