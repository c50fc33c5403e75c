#include <algorithm>

#include "services/catalogue/customization.hpp"
#include "services/catalogue/offers.hpp"
#include "services/catalogue/service.hpp"
#include "services/catalogue/text_json.hpp"
#include "storage/rows.hpp"

/// Public reads of single products: replies are made once, kept, and dropped by the change that makes them wrong.
namespace pps::catalogue {
namespace {

constexpr const char* kProductReply = "product";
constexpr const char* kSummary = "summary";
constexpr const char* kSuggestion = "suggestion";
constexpr std::size_t kUuidBytes = 16;

/// What a quote needs of a SKU, as it is cached.
struct QuoteRow {
  bool found = false;
  Uuid product{};
  std::string name, kind;
  Variant variant;
  std::optional<Timestamp> publish_at, unpublish_at;
  std::string customization_schema;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&QuoteRow::found), storage::column<2>(&QuoteRow::product),
                      storage::column<3>(&QuoteRow::name), storage::column<5>(&QuoteRow::kind),
                      storage::column<8>(&QuoteRow::variant), storage::column<9>(&QuoteRow::publish_at),
                      storage::column<10>(&QuoteRow::unpublish_at), storage::column<11>(&QuoteRow::customization_schema));
  }
};

bool is_found(const QuoteRow& row, Timestamp now) {
  return row.found && (!row.publish_at || *row.publish_at <= now) && (!row.unpublish_at || now < *row.unpublish_at);
}

void fill(Quote& quote, QuoteRow row, Currency currency, Timestamp now) {
  quote.found = true;
  quote.product = ProductId{row.product};
  quote.name = std::move(row.name);
  quote.kind = std::move(row.kind);
  quote.stock_tracked = row.variant.stock_tracked;
  if (const std::optional<Offer> offer = offer_of(row.variant, currency.to_string(), now)) {
    quote.priced = true;
    quote.price = Money{offer->price, currency};
  }
  quote.variant = std::move(row.variant.name);
}

cache::Entry entry_of(std::string bytes, std::string tag = {}) {
  return {std::make_shared<const std::string>(std::move(bytes)), std::move(tag)};
}

}  // namespace

Result<Audience> CatalogueService::audience_of(const std::string& currency, const std::string& language) const {
  if (!currency.empty() && !Currency::parse(currency))
    return fail_field("?currency", "field.format", "currency must be an ISO 4217 code such as EUR");
  if (!language.empty() && !is_language(language))
    return fail_field("?lang", "field.format", "lang must be a BCP 47 tag such as de or pt-BR");
  return Audience{currency.empty() ? options_.currency : currency, language};
}

Availability CatalogueService::availability_of(const Variant& variant) const {
  if (!variant.stock_tracked) return Availability::in_stock;
  const auto known = stock_.find(Sku{variant.sku});
  return known == stock_.end() ? Availability::out : known->second;
}

AvailabilityOf CatalogueService::availability() const {
  return [this](const Variant& variant) { return availability_of(variant); };
}

Task<Product> CatalogueService::find_public(ProductId id) {
  Result<std::optional<Product>> product = co_await repository_->find(id);
  if (!product) co_return fail(std::move(product).error());
  if (!*product) co_return no_product();
  know_audiences((*product)->input);
  watch(**product);
  if (!is_public((*product)->input, runtime_.clock.now())) co_return no_product();
  co_return std::move(**product);
}

Task<cache::Entry> CatalogueService::cached(std::string kind, ProductId id, Audience audience) {
  // Only currencies and languages that some product has: what is cached must be found again when it has to be dropped.
  if (!languages_.contains(audience.language)) audience.language.resize(std::min<std::size_t>(audience.language.find('-'), 3));
  if (!currencies_.contains(audience.currency) || !languages_.contains(audience.language)) {
    Result<cache::Entry> fresh = co_await make_reply(std::move(kind), id, std::move(audience));
    co_return fresh;
  }
  std::string key = kind + ":" + audience.currency + ":" + audience.language + ":" + std::string(id.value.view());
  cache::Load load = [self = shared_from_this(), kind, id, audience] { return self->make_reply(kind, id, audience); };
  Result<cache::Entry> entry = co_await cache_->get_or_load(std::move(key), std::move(load));
  co_return entry;
}

Task<cache::Entry> CatalogueService::make_reply(std::string kind, ProductId id, Audience audience) {
  const auto self = shared_from_this();
  Result<Product> product = co_await find_public(id);
  if (!product) co_return fail(std::move(product).error());
  const AvailabilityOf available = availability();
  const Moment moment{runtime_.clock.now(), available};
  std::string json;
  if (kind == kProductReply) json = product_json(*product, audience, moment);
  if (kind == kSummary) json = summary_json(*product, audience, moment);
  if (kind == kSuggestion) json = suggestion_json(*product, audience.language);
  co_return entry_of(std::move(json), public_etag(*product, moment.now));
}

void CatalogueService::forget_replies(ProductId id) {
  const std::string key(id.value.view());
  for (const std::string& currency : currencies_)
    for (const std::string& language : languages_)
      for (const char* kind : {kProductReply, kSummary, kSuggestion})
        cache_->invalidate(std::string(kind) + ":" + currency + ":" + language + ":" + key);
}

Task<cache::Entry> CatalogueService::make_slug(std::string slug) {
  const auto self = shared_from_this();
  Claim claim{"slug", slug};
  Result<std::optional<ProductId>> owner = co_await repository_->owner_of(std::move(claim));
  if (!owner) co_return fail(std::move(owner).error());
  if (!*owner) co_return no_product();
  const ProductId id = **owner;
  Result<std::optional<Product>> product = co_await repository_->find(id);
  if (!product) co_return fail(std::move(product).error());
  if (!*product) co_return no_product();
  // A slug that the product had before leads to the one it has now.
  const std::string& now = (*product)->input.slug;
  co_return entry_of(std::string(id.value.view()) + (now == slug ? std::string() : now));
}

Task<std::optional<CatalogueService::BySlug>> CatalogueService::by_slug(std::string slug) {
  std::string key = "slug:" + slug;
  cache::Load load = [self = shared_from_this(), slug] { return self->make_slug(slug); };
  Result<cache::Entry> entry = co_await cache_->get_or_load(std::move(key), std::move(load));
  if (!entry && entry.error().kind == ErrorKind::not_found) co_return std::optional<BySlug>();
  if (!entry) co_return fail(std::move(entry).error());
  const std::string_view bytes = *entry->bytes;
  co_return BySlug{ProductId{*Uuid::from_view(bytes.substr(0, kUuidBytes))}, std::string(bytes.substr(kUuidBytes))};
}

Task<std::optional<ProductId>> CatalogueService::id_of_slug(std::string slug) {
  Result<std::optional<BySlug>> found = co_await by_slug(std::move(slug));
  if (!found) co_return fail(std::move(found).error());
  if (!*found || !(*found)->moved_to.empty()) co_return std::optional<ProductId>();
  co_return (*found)->id;
}

Task<JsonReply> CatalogueService::get_product(Context, ProductRequest request) {
  const auto self = shared_from_this();
  Result<Audience> audience = audience_of(request.currency, request.language);
  if (!audience) co_return fail(std::move(audience).error());
  std::optional<ProductId> id;
  if (request.by_slug) {
    if (!is_slug(request.id_or_slug)) co_return no_product();
    Result<std::optional<BySlug>> found = co_await by_slug(request.id_or_slug);
    if (!found) co_return fail(std::move(found).error());
    if (*found && !(*found)->moved_to.empty()) {
      Result<Product> moved = co_await find_public((*found)->id);
      if (!moved) co_return fail(std::move(moved).error());
      co_return JsonReply{"", "", (*found)->moved_to};
    }
    if (*found) id = (*found)->id;
  } else {
    id = ProductId::parse(request.id_or_slug);
  }
  if (!id) co_return no_product();
  std::string kind = kProductReply;
  Result<cache::Entry> entry = co_await cached(std::move(kind), *id, std::move(*audience));
  if (!entry) co_return fail(std::move(entry).error());
  co_return JsonReply{*entry->bytes, entry->tag};
}

Task<JsonReply> CatalogueService::related(Context, ProductRequest request) {
  const auto self = shared_from_this();
  Result<Audience> audience = audience_of(request.currency, request.language);
  if (!audience) co_return fail(std::move(audience).error());
  const auto id = ProductId::parse(request.id_or_slug);
  if (!id) co_return no_product();
  Result<Product> product = co_await find_public(*id);
  if (!product) co_return fail(std::move(product).error());
  JsonArray items;
  for (const std::string& slug : product->input.related) {
    Result<std::optional<BySlug>> other = co_await by_slug(slug);
    if (!other) co_return fail(std::move(other).error());
    if (!*other || (*other)->id == *id) continue;
    std::string kind = kSummary;
    Result<cache::Entry> entry = co_await cached(std::move(kind), (*other)->id, *audience);
    if (!entry && entry.error().kind != ErrorKind::not_found) co_return fail(std::move(entry).error());
    if (entry && !entry->bytes->empty()) items.raw(*entry->bytes);
  }
  JsonObject out;
  out.raw("items", items.take());
  co_return JsonReply{out.take(), ""};
}

Task<JsonReply> CatalogueService::suggest(Context, SuggestRequest request) {
  const auto self = shared_from_this();
  if (request.q.empty() || request.q.size() > 400)
    co_return fail_field("?q", "field.length", "q must have 1 to 100 characters");
  if (request.limit < 1 || request.limit > 20) co_return fail_field("?limit", "field.range", "limit must be 1 to 20");
  Result<Audience> audience = audience_of("", request.language);
  if (!audience) co_return fail(std::move(audience).error());
  Result<std::vector<Uuid>> ids = co_await index_->suggest(request.q, static_cast<std::size_t>(request.limit));
  if (!ids) co_return fail(std::move(ids).error());
  JsonArray items;
  for (const Uuid& id : *ids) {
    std::string kind = kSuggestion;
    Result<cache::Entry> entry = co_await cached(std::move(kind), ProductId{id}, *audience);
    if (entry) items.raw(*entry->bytes);  // one that has gone since the index saw it is left out
  }
  JsonObject out;
  out.raw("items", items.take());
  co_return JsonReply{out.take(), ""};
}

Task<JsonReply> CatalogueService::categories(Context, Nothing) {
  const auto self = shared_from_this();
  Result<search::Counts> counts = co_await index_->count("category");
  if (!counts) co_return fail(std::move(counts).error());
  co_return JsonReply{tree_.tree_json(*counts), ""};
}

Task<ImageReply> CatalogueService::image(Context, ImageRequest request) {
  const auto self = shared_from_this();
  Result<Product> product = co_await find_public(request.product);
  if (!product) co_return fail(std::move(product).error());
  const std::vector<Image>& images = product->images;
  const auto image = request.name == "primary"
                         ? images.begin()
                         : std::find_if(images.begin(), images.end(),
                                        [&](const Image& one) { return one.name == request.name; });
  if (image == images.end())
    co_return fail(ErrorKind::not_found, "image.not_found", "The product has no such picture.");
  std::string sha256 = image->blob;
  Result<cache::Entry> entry = co_await blob(sha256);
  if (!entry) co_return fail(std::move(entry).error());
  ImageReply reply;
  reply.bytes.assign(entry->bytes->begin(), entry->bytes->end());
  reply.media_type = image->media_type;
  reply.etag = "\"" + sha256.substr(0, 32) + "\"";
  co_return reply;
}

Task<cache::Entry> CatalogueService::make_quote(std::string sku) {
  const auto self = shared_from_this();
  QuoteRow row;
  Claim claim{"sku", sku};
  Result<std::optional<ProductId>> owner = co_await repository_->owner_of(std::move(claim));
  if (!owner) co_return fail(std::move(owner).error());
  std::optional<Product> product;
  if (*owner) {
    Result<std::optional<Product>> found = co_await repository_->find(**owner);
    if (!found) co_return fail(std::move(found).error());
    product = std::move(*found);
  }
  if (product && product->input.status == "active")
    for (const Variant& variant : product->input.variants)
      if (variant.sku == sku)
        row = {true,
               product->id.value,
               product->input.name,
               kind_of(product->input, variant),
               variant,
               product->input.publish_at,
               product->input.unpublish_at,
               product->input.customization_schema};
  co_return entry_of(storage::encode_row(row));
}

Task<QuoteReply> CatalogueService::quote(Context, QuoteRequest request) {
  const auto self = shared_from_this();
  Result<Audience> audience = audience_of(request.currency, "");
  if (!audience) co_return fail(std::move(audience).error());
  if (request.skus.empty() || request.skus.size() > 50)
    co_return fail_field("/skus", "field.length", "1 to 50 SKUs may be asked at once");
  if (!request.customizations.empty() && request.customizations.size() != request.skus.size())
    co_return fail_field("/customizations", "field.length", "there must be one customization for each SKU, or none at all");
  const Currency currency = *Currency::parse(audience->currency);
  const Timestamp now = runtime_.clock.now();
  QuoteReply reply;
  for (std::size_t i = 0; i < request.skus.size(); ++i) {
    const Sku& sku = request.skus[i];
    Quote quote;
    quote.sku = sku;
    std::string key = "quote:" + sku.value;
    cache::Load load = [self, name = sku.value] { return self->make_quote(name); };
    Result<cache::Entry> entry = co_await cache_->get_or_load(std::move(key), std::move(load));
    if (!entry) co_return fail(std::move(entry).error());
    Result<QuoteRow> row = storage::decode_row<QuoteRow>(*entry->bytes);
    if (!row) co_return fail(std::move(row).error());
    if (is_found(*row, now) && !request.customizations.empty())
      for (Violation& one : violations_of(row->customization_schema, request.customizations[i]))
        quote.violations.push_back({std::move(one.pointer), std::move(one.detail)});
    if (is_found(*row, now)) fill(quote, std::move(*row), currency, now);
    reply.quotes.push_back(std::move(quote));
  }
  co_return reply;
}

}  // namespace pps::catalogue
