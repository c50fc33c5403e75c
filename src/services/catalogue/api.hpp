#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"

/// Products and catalogue. Public reads answer serialised JSON as api/openapi.yaml describes it, because that is what
/// is stored and cached.
namespace pps::catalogue {

struct ProductRequest {
  std::string id_or_slug;
  bool by_slug = false;
  std::string currency;  ///< Empty: the shop's.
  std::string language;  ///< BCP 47, such as "de"; empty: the shop's.
};
struct JsonReply {
  std::string json;
  std::string etag;  ///< Strong, with quotes; empty where there is none.
  std::string moved_to{};  ///< Not empty: the product asked by a slug that it had before has this one now; nothing else is said.
};
struct ListRequest {
  std::string q, category, currency, language, cursor;
  std::string sort;  ///< relevance, name, price, -price, -created_at, -popularity; empty: relevance with `q`, else name.
  std::vector<std::string> brands, kinds;            ///< One of them; empty: any.
  std::optional<std::int64_t> price_min, price_max;  ///< Minor units, inclusive.
  std::optional<bool> available;
  std::map<std::string, std::vector<std::string>> attributes;  ///< By name, without `attr.`.
  std::vector<std::string> facets;  ///< category, brand, kind, availability, attr.NAME; at most 10.
  std::int64_t limit = 20;  ///< 1 … 100.
};
struct SuggestRequest {
  std::string q;
  std::int64_t limit = 8;
  std::string language;
};
struct Nothing {};
struct ImageRequest {
  ProductId product;
  std::string name;
};
/// A picture by what it is, whatever product has it.
struct MediaRequest {
  std::string blob;  ///< SHA-256, 64 hexadecimal digits.
};
/// A picture of a product as a merchant has it; see render_picture.
struct ImageUpload {
  static constexpr std::size_t kMostBytes = 5 << 20;
  std::string id;
  std::vector<std::uint8_t> bytes;
  std::string alt;  ///< What it shows, at most 300 bytes.
  std::string actor;
};
struct ImageReply {
  std::vector<std::uint8_t> bytes;
  std::string media_type, etag;
};

/// What the purchase process needs to know of a SKU, at the price of now.
struct QuoteRequest {
  static constexpr std::size_t kMostCustomization = 4 * 1024;  ///< Bytes of one.
  std::vector<Sku> skus;  ///< 1 … 50.
  std::string currency;   ///< Empty: the shop's.
  /// What a buyer sends with each SKU, as canonical JSON or empty, to be held against the product's schema; none: not looked at.
  std::vector<std::string> customizations{};
};
/// Where a customization is not what its product takes.
struct CustomizationFault {
  std::string pointer;  ///< RFC 6901, into the customization; empty: the whole.
  std::string detail;
};
struct Quote {
  Sku sku;
  bool found = false;  ///< False: no such SKU, or its product is not active.
  ProductId product;
  std::string name, variant, kind;
  bool stock_tracked = true;  ///< False: never runs out (generated keys).
  bool priced = false;        ///< False: not sold in that currency; `price` says nothing.
  Money price;
  std::vector<CustomizationFault> violations{};
};
struct QuoteReply {
  std::vector<Quote> quotes;  ///< In the order asked.
};

/// Operator's side. `json` is a ProductInput of api/openapi.yaml.
struct ChangeRequest {
  std::string id;        ///< Empty to create.
  std::string if_match;  ///< Required to change: `precondition_required` without, `stale` when old.
  std::string json;
  std::string actor;
};
/// Earlier versions of a product, the newest first.
struct HistoryRequest {
  std::string id;
  std::int64_t before = 0;  ///< Versions below this one; 0: all.
  std::int64_t limit = 20;  ///< 1 … 100.
};
struct VersionRequest {
  std::string id;
  std::int64_t version = 0;
};
struct RestoreRequest {
  std::string id, if_match;
  std::int64_t version = 0;
  std::string actor;
};
struct AdminListRequest {
  std::string status, cursor;  ///< Status empty: every one.
  std::int64_t limit = 20;
};
/// An import is begun, fed in pieces and closed; pieces may end anywhere.
struct ImportBegin {
  /// `ndjson`: a ProductInput a line; `csv`: see CsvProducts; `bundle`: {"product": ProductInput, "images": [{name, media_type, width, height, alt,
  /// base64}]} a line, the images replacing those the product has; `dumpavail`: see StanzaReader, defines its categories too.
  std::string format;
  std::string actor;
  bool dry_run = false;  ///< Only the report is made: no product, picture or claim is written.
  std::string separator{};  ///< Of csv: one character; empty: the one of comma, semicolon and tab that the first line has most of.
};
struct ImportPiece {
  std::string id;
  std::vector<std::uint8_t> bytes;  ///< At most 1 MiB; goes on where the piece before ended.
  bool last = false;
  std::string failure;  ///< Not empty: no more will come, and why.
};
struct ImportRequest {
  std::string id;
};
struct ExportRequest {
  std::string cursor;
  std::int64_t limit = 100;
};
struct ExportReply {
  std::string ndjson;
  std::string next_cursor;
};
/// A category of the tree; a category that only products name stands at the top, named after its slug.
struct CategoryInput {
  std::string slug, name;
  std::string parent;  ///< Slug; empty: at the top. Defined before it, or in the same request before this one.
};
struct CategoriesRequest {
  std::vector<CategoryInput> categories;
};

struct RebuildRequest {
  bool begin = false;  ///< Begins one, if none is under way; else only says how far it is.
};
struct MissedRequest {
  std::int64_t limit = 100;  ///< 1 … 1000.
};

/// Events on topic "product": types product.created, product.changed, product.archived; key = id, body = this as JSON.
struct ProductChanged {
  ProductId id;
  std::int64_t version = 0;
  std::vector<std::string> slugs, skus;  ///< Those it has and those it had before.
};

BOOST_DESCRIBE_STRUCT(ProductRequest, (), (id_or_slug, by_slug, currency, language))
BOOST_DESCRIBE_STRUCT(JsonReply, (), (json, etag, moved_to))
BOOST_DESCRIBE_STRUCT(ListRequest, (),
                      (q, category, currency, language, cursor, sort, brands, kinds, price_min, price_max, available, attributes,
                       facets, limit))
BOOST_DESCRIBE_STRUCT(SuggestRequest, (), (q, limit, language))
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
BOOST_DESCRIBE_STRUCT(ImageRequest, (), (product, name))
BOOST_DESCRIBE_STRUCT(MediaRequest, (), (blob))
BOOST_DESCRIBE_STRUCT(ImageUpload, (), (id, bytes, alt, actor))
BOOST_DESCRIBE_STRUCT(ImageReply, (), (bytes, media_type, etag))
BOOST_DESCRIBE_STRUCT(QuoteRequest, (), (skus, currency, customizations))
BOOST_DESCRIBE_STRUCT(CustomizationFault, (), (pointer, detail))
BOOST_DESCRIBE_STRUCT(Quote, (), (sku, found, product, name, variant, kind, stock_tracked, priced, price, violations))
BOOST_DESCRIBE_STRUCT(QuoteReply, (), (quotes))
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (id, if_match, json, actor))
BOOST_DESCRIBE_STRUCT(HistoryRequest, (), (id, before, limit))
BOOST_DESCRIBE_STRUCT(VersionRequest, (), (id, version))
BOOST_DESCRIBE_STRUCT(RestoreRequest, (), (id, if_match, version, actor))
BOOST_DESCRIBE_STRUCT(AdminListRequest, (), (status, cursor, limit))
BOOST_DESCRIBE_STRUCT(ImportBegin, (), (format, actor, dry_run, separator))
BOOST_DESCRIBE_STRUCT(ImportPiece, (), (id, bytes, last, failure))
BOOST_DESCRIBE_STRUCT(ImportRequest, (), (id))
BOOST_DESCRIBE_STRUCT(ExportRequest, (), (cursor, limit))
BOOST_DESCRIBE_STRUCT(ExportReply, (), (ndjson, next_cursor))
BOOST_DESCRIBE_STRUCT(CategoryInput, (), (slug, name, parent))
BOOST_DESCRIBE_STRUCT(CategoriesRequest, (), (categories))
BOOST_DESCRIBE_STRUCT(RebuildRequest, (), (begin))
BOOST_DESCRIBE_STRUCT(MissedRequest, (), (limit))
BOOST_DESCRIBE_STRUCT(ProductChanged, (), (id, version, slugs, skus))

/// What purchases ask of the catalogue. Loop-confined. Error `unavailable`.
class QuoteApi {
 public:
  virtual ~QuoteApi() = default;
  virtual Task<QuoteReply> quote(Context context, QuoteRequest request) = 0;
};

/// `not_found` "product.not_found".
inline std::unexpected<Error> no_product() { return fail(ErrorKind::not_found, "product.not_found", "There is no such product."); }

/// Loop-confined. Errors beside those named: `not_found` "product.not_found", `unavailable`.
class CatalogueApi : public QuoteApi {
 public:
  virtual Task<JsonReply> get_product(Context context, ProductRequest request) = 0;
  /// `malformed` cursor.invalid; `invalid` sort, facet, limit.
  virtual Task<JsonReply> list_products(Context context, ListRequest request) = 0;
  /// The products that a merchant set beside it and that are sold, as a list.
  virtual Task<JsonReply> related(Context context, ProductRequest request) = 0;
  virtual Task<JsonReply> suggest(Context context, SuggestRequest request) = 0;
  virtual Task<JsonReply> categories(Context context, Nothing request) = 0;
  virtual Task<ImageReply> image(Context context, ImageRequest request) = 0;

  virtual Task<JsonReply> admin_list(Context context, AdminListRequest request) = 0;
  virtual Task<JsonReply> admin_get(Context context, ProductRequest request) = 0;
  virtual Task<JsonReply> create(Context context, ChangeRequest request) = 0;  ///< `conflict` sku.taken, slug.taken
  /// The same, and `precondition_required` "etag.required", `stale` "etag.mismatch". A body that changes nothing
  /// leaves the version as it is.
  virtual Task<JsonReply> replace(Context context, ChangeRequest request) = 0;
  virtual Task<JsonReply> archive(Context context, ChangeRequest request) = 0;
  /// Adds a picture at the end, in all sizes. One that the product has already is not added again. Errors of render_picture, and
  /// `conflict` "images.too_many".
  virtual Task<JsonReply> add_image(Context context, ImageUpload request) = 0;
  /// Puts the pictures in the order of `json`, an ImagesInput; those that it leaves out go. Errors as `replace`, and
  /// `invalid` "image.unknown".
  virtual Task<JsonReply> arrange_images(Context context, ChangeRequest request) = 0;
  /// `not_found` "image.not_found".
  virtual Task<ImageReply> media(Context context, MediaRequest request) = 0;
  virtual Task<JsonReply> history(Context context, HistoryRequest request) = 0;
  /// `not_found` "version.not_found".
  virtual Task<JsonReply> version(Context context, VersionRequest request) = 0;
  /// Makes an earlier version, pictures included, the new one; errors as `replace` and `version`.
  virtual Task<JsonReply> restore(Context context, RestoreRequest request) = 0;
  virtual Task<JsonReply> import_begin(Context context, ImportBegin request) = 0;
  virtual Task<JsonReply> import_piece(Context context, ImportPiece request) = 0;
  virtual Task<JsonReply> import_status(Context context, ImportRequest request) = 0;
  virtual Task<JsonReply> define_categories(Context context, CategoriesRequest request) = 0;
  virtual Task<JsonReply> synonyms(Context context, Nothing request) = 0;
  /// Replaces them all by `json`, a SynonymsInput; `id` is not used. `precondition_required`, `stale` as `replace`.
  virtual Task<JsonReply> set_synonyms(Context context, ChangeRequest request) = 0;
  virtual Task<JsonReply> pins(Context context, Nothing request) = 0;
  /// Replaces them all by `json`, a PinsInput, as `set_synonyms`; products must be there.
  virtual Task<JsonReply> set_pins(Context context, ChangeRequest request) = 0;
  /// The search index built anew beside the one that answers: a SearchRebuild.
  virtual Task<JsonReply> rebuild_search(Context context, RebuildRequest request) = 0;
  /// What was searched in vain, most often first.
  virtual Task<JsonReply> missed_queries(Context context, MissedRequest request) = 0;
  virtual Task<ExportReply> export_products(Context context, ExportRequest request) = 0;
};

}  // namespace pps::catalogue
