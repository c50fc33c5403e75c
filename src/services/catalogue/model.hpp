#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "storage/rows.hpp"

/// What the catalogue keeps of a product. These structs are the columns of its rows: an id is never reused.
namespace pps::catalogue {

/// Lower prices for a time. Where several hold at once, the lowest is asked.
struct Sale {
  std::map<std::string, std::int64_t> prices;  ///< Minor units by currency; below the variant's own.
  std::optional<Timestamp> from, until;        ///< [from, until), to the millisecond; absent: open at that end.
  storage::Unknown unknown;
  bool operator==(const Sale&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&Sale::prices), storage::column<2>(&Sale::from), storage::column<3>(&Sale::until));
  }
};

struct Variant {
  std::string sku, name;
  std::optional<std::string> kind;                ///< Absent: the product's.
  std::map<std::string, std::int64_t> prices;     ///< Minor units by currency, tax included.
  std::map<std::string, std::string> attributes;
  bool stock_tracked = true;
  std::vector<Sale> sales;
  storage::Unknown unknown;
  bool operator==(const Variant&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&Variant::sku), storage::column<2>(&Variant::name),
                      storage::column<3>(&Variant::kind), storage::column<4>(&Variant::prices),
                      storage::column<5>(&Variant::attributes), storage::column<6>(&Variant::stock_tracked),
                      storage::column<7>(&Variant::sales));
  }
};

/// A picture in one of its sizes, as WebP.
struct ImageSize {
  std::string blob;                    ///< SHA-256 of its bytes, 64 hexadecimal digits: where they are kept, and its address.
  std::int64_t width = 0, height = 0;  ///< Pixels.
  storage::Unknown unknown;
  bool operator==(const ImageSize&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&ImageSize::blob), storage::column<2>(&ImageSize::width),
                      storage::column<3>(&ImageSize::height));
  }
};

struct Image {
  std::string name;        ///< Within the product: "icon-128.png".
  std::string blob;        ///< SHA-256 of its bytes, 64 hexadecimal digits: where they are kept.
  std::string media_type;
  std::int64_t width = 0, height = 0;  ///< Pixels; 0: not known.
  std::string alt;
  std::vector<ImageSize> sizes;  ///< Smallest first; none: only `blob`, as it was imported.
  storage::Unknown unknown;
  bool operator==(const Image&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&Image::name), storage::column<2>(&Image::blob),
                      storage::column<3>(&Image::media_type), storage::column<4>(&Image::width),
                      storage::column<5>(&Image::height), storage::column<6>(&Image::alt),
                      storage::column<7>(&Image::sizes));
  }
};

/// A product's texts in another language than the shop's own. What is absent is shown in that one.
struct Texts {
  std::optional<std::string> name, summary, description;
  std::vector<std::string> keywords;  ///< Words it is found by in that language.
  storage::Unknown unknown;
  bool operator==(const Texts&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&Texts::name), storage::column<2>(&Texts::summary),
                      storage::column<3>(&Texts::description), storage::column<4>(&Texts::keywords));
  }
};

/// What the operator writes: ProductInput of api/openapi.yaml.
struct ProductInput {
  std::string slug, name, kind;
  std::optional<std::string> summary, description, brand;
  std::string status = "draft";
  std::vector<std::string> categories, tags;
  std::map<std::string, std::string> attributes;
  std::vector<Variant> variants;
  std::map<std::string, Texts> texts;  ///< By language, as is_language has it.
  std::vector<std::string> options;    ///< Attributes of the variants by which one of them is chosen, in that order.
  std::vector<std::string> related;    ///< Slugs of products to show beside it.
  std::string customization_schema;    ///< What a buyer may choose beside the variant, as check_customization_schema has it; empty: nothing.
  std::optional<Timestamp> publish_at, unpublish_at;  ///< An active product is shown and sold in [publish_at, unpublish_at).
  storage::Unknown unknown;
  bool operator==(const ProductInput&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&ProductInput::slug), storage::column<2>(&ProductInput::name),
                      storage::column<3>(&ProductInput::kind), storage::column<4>(&ProductInput::summary),
                      storage::column<5>(&ProductInput::description), storage::column<6>(&ProductInput::brand),
                      storage::column<7>(&ProductInput::status), storage::column<8>(&ProductInput::categories),
                      storage::column<9>(&ProductInput::tags), storage::column<10>(&ProductInput::attributes),
                      storage::column<11>(&ProductInput::variants), storage::column<12>(&ProductInput::texts),
                      storage::column<13>(&ProductInput::options), storage::column<14>(&ProductInput::related),
                      storage::column<15>(&ProductInput::publish_at), storage::column<16>(&ProductInput::unpublish_at),
                      storage::column<17>(&ProductInput::customization_schema));
  }
};

struct Product {
  ProductId id;
  std::uint64_t version = 0;  ///< The row's; counts changes.
  std::int64_t created_at_us = 0, updated_at_us = 0;
  ProductInput input;
  std::vector<Image> images;
  std::string changed_by;  ///< Subject of who wrote this version; empty: not known.
};

inline const std::string& kind_of(const ProductInput& product, const Variant& variant) {
  return variant.kind ? *variant.kind : product.kind;
}

/// How many a shop can sell now, roughly; ordered, so that the best of several is the greatest.
enum class Availability : std::uint8_t { out, low, in_stock };
std::string_view name_of(Availability availability);
std::optional<Availability> availability_of(std::string_view name);

/// The strong ETag of a version: the number in quotes.
std::string etag_of(std::uint64_t version);

/// RFC 9110, section 13.1.1: `*` or a list of entity tags, compared strongly.
bool matches(std::string_view if_match, std::string_view etag);

/// ^[a-z0-9]+(-[a-z0-9]+)*$, at most 100.
bool is_slug(std::string_view text);
/// ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$: of what base accepts as a SKU, what a shop may name so.
bool is_product_sku(std::string_view text);
/// A language or a language with a region, of BCP 47: ^[a-z]{2,3}(-[A-Z]{2})?$
bool is_language(std::string_view text);
/// The texts in a language, or, if there are none for its region, in the language at large; null: the shop's own.
const Texts* texts_in(const ProductInput& product, std::string_view language);
/// ^[a-z][a-z0-9_]{0,39}$
bool is_attribute_name(std::string_view text);

}  // namespace pps::catalogue
