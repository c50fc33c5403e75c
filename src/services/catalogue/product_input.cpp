#include "services/catalogue/product_input.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "net/json_reader.hpp"
#include "services/catalogue/customization.hpp"
#include "services/catalogue/text_json.hpp"

namespace pps::catalogue {
namespace {

constexpr std::int64_t kMostPrice = 100'000'000'000;

/// The limits of api/openapi.yaml count characters; the reader's count bytes.
struct Characters {
  std::size_t least, most;
  net::TextLimits bytes() const { return {least, most * 4}; }
};

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80; }));
}

void check_length(net::ObjectReader& in, std::string_view name, std::string_view text, Characters limits) {
  if (characters_of(text) > limits.most)
    in.refuse(name, "field.length", fmt::format("{} must have {} to {} characters", name, limits.least, limits.most));
}

std::string read_text(net::ObjectReader& in, std::string_view name, Characters limits) {
  std::string text = in.text(name, limits.bytes());
  check_length(in, name, text, limits);
  return text;
}

std::optional<std::string> read_optional(net::ObjectReader& in, std::string_view name, Characters limits) {
  std::optional<std::string> text = in.optional_text(name, limits.bytes());
  if (text) check_length(in, name, *text, limits);
  return text;
}

/// A list of distinct items, each of which `is_right`.
template <class Check>
std::vector<std::string> read_set(net::ObjectReader& in, std::string_view name, std::size_t most, Characters limits,
                                  Check is_right, std::string_view form) {
  std::vector<std::string> items = in.texts(name, most, limits.bytes());
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!is_right(items[i]) || characters_of(items[i]) > limits.most)
      in.refuse_item(name, i, "field.format", std::string(form));
    else if (!seen.insert(items[i]).second)
      in.refuse_item(name, i, "field.duplicate", fmt::format("\"{}\" stands twice; name it once", items[i]));
  }
  return items;
}

std::map<std::string, std::string> read_attributes(net::ObjectReader& parent) {
  std::map<std::string, std::string> attributes;
  auto in = parent.object("attributes", false);
  if (!in) return attributes;
  const std::vector<std::string> names = in->keys();
  if (names.size() > 50) parent.refuse("attributes", "field.length", "attributes must be at most 50");
  for (const std::string& name : names) {
    std::string value = read_text(*in, name, {1, 200});
    if (!is_attribute_name(name))
      in->refuse(name, "field.format", "a name is 1 to 40 characters of a-z 0-9 _ and begins with a letter");
    attributes.emplace(name, std::move(value));
  }
  return attributes;
}

std::map<std::string, std::int64_t> read_prices(net::ObjectReader& variant) {
  std::map<std::string, std::int64_t> prices;
  auto in = variant.object("prices");
  if (!in) return prices;
  const std::vector<std::string> codes = in->keys();
  if (codes.empty() || codes.size() > 20)
    variant.refuse("prices", "field.length", "prices must name 1 to 20 currencies");
  for (const std::string& code : codes) {
    const std::int64_t price = in->integer(code, 0, kMostPrice);
    if (!Currency::parse(code)) in->refuse(code, "field.format", "a currency is an ISO 4217 code such as EUR");
    prices.emplace(code, price);
  }
  return prices;
}

std::map<std::string, Texts> read_texts(net::ObjectReader& product) {
  std::map<std::string, Texts> texts;
  auto in = product.object("texts", false);
  if (!in) return texts;
  const std::vector<std::string> languages = in->keys();
  if (languages.size() > 20) product.refuse("texts", "field.length", "texts must be in at most 20 languages");
  for (const std::string& language : languages) {
    if (!is_language(language)) in->refuse(language, "field.format", "a language is a BCP 47 tag such as de or pt-BR");
    auto one = in->object(language);
    if (!one) continue;
    Texts& out = texts[language];
    out.name = read_optional(*one, "name", {1, 200});
    out.summary = read_optional(*one, "summary", {0, 500});
    out.description = read_optional(*one, "description", {0, 20'000});
    out.keywords = read_set(
        *one, "keywords", 50, {1, 60}, [](std::string_view) { return true; }, "a keyword has 1 to 60 characters");
  }
  return texts;
}

std::optional<std::string> read_kind(net::ObjectReader& in, bool required) {
  if (!required && !in.has("kind")) {
    in.optional_text("kind");  // null counts as absent
    return std::nullopt;
  }
  return in.one_of("kind", {"physical", "licence"});
}

/// RFC 3339, to the millisecond: what is finer is cut off.
std::optional<Timestamp> read_moment(net::ObjectReader& in, std::string_view name) {
  const std::optional<std::string> text = in.optional_text(name, {1, 40});
  if (!text) return std::nullopt;
  const std::optional<Timestamp> moment = parse_rfc3339(*text);
  if (!moment) {
    in.refuse(name, "field.format", fmt::format("{} must be a time of RFC 3339, such as 2026-12-01T00:00:00Z", name));
    return std::nullopt;
  }
  return std::chrono::floor<std::chrono::milliseconds>(*moment);
}

void check_period(net::ObjectReader& in, std::string_view until_name, std::optional<Timestamp> from, std::optional<Timestamp> until) {
  if (from && until && *until <= *from)
    in.refuse(until_name, "field.range", fmt::format("{} must be later than {}", until_name, to_rfc3339(*from)));
}

Sale read_sale(net::ObjectReader& in, const Variant& variant) {
  Sale sale;
  sale.prices = read_prices(in);
  for (const auto& [currency, price] : sale.prices) {
    const auto regular = variant.prices.find(currency);
    if (regular == variant.prices.end())
      in.refuse("prices", "sale.currency", fmt::format("the variant has no price in {}; give it one, or leave it out here", currency));
    else if (price >= regular->second)
      in.refuse("prices", "sale.price", fmt::format("a sale price must be below the variant's own, {} {}", regular->second, currency));
  }
  sale.from = read_moment(in, "from");
  sale.until = read_moment(in, "until");
  check_period(in, "until", sale.from, sale.until);
  return sale;
}

/// Each variant must have a value for each option, and no two of them the same values.
void check_options(net::ObjectReader& in, const ProductInput& product) {
  std::map<std::vector<std::string>, std::string> by_values;
  for (const Variant& variant : product.variants) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < product.options.size(); ++i) {
      const auto value = variant.attributes.find(product.options[i]);
      if (value == variant.attributes.end())
        in.refuse_item("options", i, "option.missing",
                       fmt::format("the variant {} has no attribute \"{}\"", variant.sku, product.options[i]));
      else
        values.push_back(value->second);
    }
    if (values.empty() || values.size() < product.options.size()) continue;
    const auto [other, fresh] = by_values.emplace(values, variant.sku);
    if (!fresh)
      in.refuse("options", "option.duplicate",
                fmt::format("the variants {} and {} have the same {}", other->second, variant.sku, fmt::join(product.options, ", ")));
  }
}

Variant read_variant(net::ObjectReader& in) {
  Variant variant;
  variant.sku = in.text("sku", {1, 64});
  if (!variant.sku.empty() && !is_product_sku(variant.sku))
    in.refuse("sku", "field.format", "sku must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit");
  variant.name = read_text(in, "name", {1, 120});
  variant.kind = read_kind(in, false);
  variant.prices = read_prices(in);
  variant.attributes = read_attributes(in);
  variant.stock_tracked = in.optional_boolean("stock_tracked").value_or(true);
  if (in.has("sales"))
    for (net::ObjectReader& sale : in.objects("sales", 0, 10)) variant.sales.push_back(read_sale(sale, variant));
  return variant;
}

std::string read_customization_schema(net::ObjectReader& in) {
  if (!in.has("customization_schema")) return {};
  const std::string text = in.canonical("customization_schema").value_or("");
  if (text.size() > CustomizationLimits::kMostSchema)
    in.refuse("customization_schema", "field.length", fmt::format("customization_schema must have at most {} bytes", CustomizationLimits::kMostSchema));
  else if (auto schema = in.object("customization_schema"))
    check_customization_schema(*schema);
  return text;
}

}  // namespace

Result<ProductInput> read_product_input(std::string_view json) {
  Result<net::ObjectReader> reader = net::ObjectReader::parse(json);
  if (!reader) return fail(std::move(reader).error());
  net::ObjectReader& in = *reader;
  ProductInput product;
  product.slug = in.text("slug", {1, 100});
  if (!product.slug.empty() && !is_slug(product.slug))
    in.refuse("slug", "field.format", "slug must be small letters and digits with single hyphens between them");
  product.name = read_text(in, "name", {1, 200});
  product.summary = read_optional(in, "summary", {0, 500});
  product.description = read_optional(in, "description", {0, 20'000});
  product.brand = read_optional(in, "brand", {1, 120});
  product.kind = read_kind(in, true).value_or("");
  if (in.has("status")) product.status = in.one_of("status", {"draft", "active", "archived"});
  product.categories = read_set(in, "categories", 20, {1, 100}, is_slug, "a category is named by its slug");
  product.tags = read_set(
      in, "tags", 50, {1, 60}, [](std::string_view) { return true; }, "a tag has 1 to 60 characters");
  product.attributes = read_attributes(in);
  product.texts = read_texts(in);
  std::set<std::string> skus;
  std::vector<net::ObjectReader> variants = in.objects("variants", 1, 100);
  for (net::ObjectReader& one : variants) {
    Variant variant = read_variant(one);
    if (!skus.insert(variant.sku).second && !variant.sku.empty())
      one.refuse("sku", "field.duplicate", "another variant of this product has this sku");
    product.variants.push_back(std::move(variant));
  }
  product.options = read_set(in, "options", 3, {1, 40}, is_attribute_name, "an option is the name of an attribute");
  check_options(in, product);
  product.related = read_set(in, "related", 20, {1, 100}, is_slug, "a related product is named by its slug");
  product.customization_schema = read_customization_schema(in);
  product.publish_at = read_moment(in, "publish_at");
  product.unpublish_at = read_moment(in, "unpublish_at");
  check_period(in, "unpublish_at", product.publish_at, product.unpublish_at);
  const Result<void> done = in.finish();
  if (!done) return fail(done.error());
  return product;
}

namespace {
void write_moment(JsonObject& out, std::string_view name, const std::optional<Timestamp>& moment) {
  if (moment) out.text(name, to_rfc3339(*moment));
}

std::string write_prices(const std::map<std::string, std::int64_t>& prices) {
  JsonObject out;
  for (const auto& [currency, price] : prices) out.number(currency, price);
  return out.take();
}

std::string write_sales(const std::vector<Sale>& sales) {
  JsonArray out;
  for (const Sale& sale : sales) {
    JsonObject one;
    one.raw("prices", write_prices(sale.prices));
    write_moment(one, "from", sale.from);
    write_moment(one, "until", sale.until);
    out.raw(one.take());
  }
  return out.take();
}

std::string write_texts(const std::map<std::string, Texts>& texts) {
  JsonObject out;
  for (const auto& [language, one] : texts) {
    JsonObject in;
    in.optional_text("name", one.name).optional_text("summary", one.summary);
    in.optional_text("description", one.description);
    if (!one.keywords.empty()) in.raw("keywords", json_texts(one.keywords));
    out.raw(language, in.take());
  }
  return out.take();
}
}  // namespace

std::string write_product_input(const ProductInput& product) {
  JsonObject out;
  out.text("slug", product.slug).text("name", product.name);
  out.optional_text("summary", product.summary).optional_text("description", product.description);
  out.optional_text("brand", product.brand);
  out.text("kind", product.kind).text("status", product.status);
  if (!product.categories.empty()) out.raw("categories", json_texts(product.categories));
  if (!product.tags.empty()) out.raw("tags", json_texts(product.tags));
  if (!product.attributes.empty()) out.raw("attributes", json_map(product.attributes));
  if (!product.texts.empty()) out.raw("texts", write_texts(product.texts));
  JsonArray variants;
  for (const Variant& variant : product.variants) {
    JsonObject one;
    one.text("sku", variant.sku).text("name", variant.name).optional_text("kind", variant.kind);
    one.raw("prices", write_prices(variant.prices));
    if (!variant.attributes.empty()) one.raw("attributes", json_map(variant.attributes));
    if (!variant.stock_tracked) one.raw("stock_tracked", "false");
    if (!variant.sales.empty()) one.raw("sales", write_sales(variant.sales));
    variants.raw(one.take());
  }
  out.raw("variants", variants.take());
  if (!product.options.empty()) out.raw("options", json_texts(product.options));
  if (!product.related.empty()) out.raw("related", json_texts(product.related));
  if (!product.customization_schema.empty()) out.raw("customization_schema", product.customization_schema);
  write_moment(out, "publish_at", product.publish_at);
  write_moment(out, "unpublish_at", product.unpublish_at);
  return out.take();
}

Result<std::vector<ArrangedImage>> read_images_input(std::string_view json) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(json);
  if (!in) return fail(std::move(in).error());
  std::vector<ArrangedImage> out;
  std::set<std::string> names;
  std::vector<net::ObjectReader> images = in->objects("images", 0, kMostImages);
  for (net::ObjectReader& one : images) {
    ArrangedImage image{one.text("name", {1, 100}), one.optional_text("alt", {0, 300}).value_or("")};
    if (!names.insert(image.name).second) one.refuse("name", "field.duplicate", "each picture stands once");
    out.push_back(std::move(image));
  }
  if (const Result<void> done = in->finish(); !done) return fail(done.error());
  return out;
}

}  // namespace pps::catalogue
