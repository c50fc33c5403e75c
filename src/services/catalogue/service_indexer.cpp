#include <algorithm>

#include "runtime/log.hpp"
#include "services/catalogue/offers.hpp"
#include "services/catalogue/product_events.hpp"
#include "services/catalogue/service.hpp"

/// What follows events: the search index after products, the availability column after stock.
namespace pps::catalogue {
namespace {

constexpr std::size_t kMostFacetText = 200;

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (!value.empty() && value.size() <= kMostFacetText * 4 &&
      std::find(values.begin(), values.end(), value) == values.end())
    values.push_back(value);
}

}  // namespace

search::Document CatalogueService::document_of(const Product& product) const {
  const ProductInput& input = product.input;
  const Timestamp now = runtime_.clock.now();
  search::Document doc;
  doc.id = product.id.value;
  doc.title = input.name;
  doc.texts.push_back({input.name, 12, true});
  std::string slug_words = input.slug;
  const auto words = static_cast<int>(std::count(slug_words.begin(), slug_words.end(), '-')) + 1;
  std::replace(slug_words.begin(), slug_words.end(), '-', ' ');
  // A slug of one word is what people call the product ("gimp"); each further word says less.
  doc.texts.push_back({slug_words, std::max(3, 30 / words), true});
  for (const std::string& tag : input.tags) doc.texts.push_back({tag, 5, false});
  if (input.summary) doc.texts.push_back({*input.summary, 4, false});
  if (input.brand) doc.texts.push_back({*input.brand, 3, false});
  const std::vector<std::string> categories = tree_.with_ancestors(input.categories);
  for (const std::string& category : categories) doc.texts.push_back({tree_.name_of(category), 2, false});
  if (input.description) doc.texts.push_back({*input.description, 1, false});
  for (const auto& [tag, texts] : input.texts) {
    const std::string language = tag.substr(0, tag.find('-'));
    if (texts.name) doc.texts.push_back({*texts.name, 12, true, language});
    for (const std::string& keyword : texts.keywords) doc.texts.push_back({keyword, 5, false, language});
    if (texts.summary) doc.texts.push_back({*texts.summary, 4, false, language});
    if (texts.description) doc.texts.push_back({*texts.description, 1, false, language});
  }

  doc.facets["category"] = categories;
  if (input.brand) doc.facets["brand"] = {*input.brand};
  doc.facets["availability"] = {std::string(name_of(best_availability(input, availability())))};
  for (const auto& [name, value] : input.attributes) add_once(doc.facets["attr." + name], value);
  for (const Variant& variant : input.variants) {
    add_once(doc.facets["kind"], kind_of(input, variant));
    for (const auto& [name, value] : variant.attributes) add_once(doc.facets["attr." + name], value);
    for (const auto& [currency, price] : variant.prices)
      doc.numbers["price." + currency].push_back(offer_of(variant, currency, now)->price);
  }
  doc.numbers["created"] = {product.created_at_us};
  if (const std::int64_t units = popularity_.units(product.id, to_unix_us(now)); units > 0)
    doc.numbers[kSold] = {units};
  return doc;
}

Task<void> CatalogueService::index_products(std::vector<ProductId> ids, std::uint64_t position) {
  std::vector<search::Change> changes;
  std::vector<ProductId> shown;
  for (const ProductId& id : ids) {
    Result<std::optional<Product>> product = co_await repository_->find(id);
    if (!product) co_return fail(std::move(product).error());
    search::Change change{id.value, std::nullopt};
    if (*product) watch(**product);
    if (*product && is_sold((*product)->input, runtime_.clock.now())) {
      change.document = document_of(**product);
      shown.push_back(id);
    }
    changes.push_back(std::move(change));
  }
  Result<void> applied = co_await index_->apply(std::move(changes), position);
  if (!applied) co_return applied;
  // Stock may have crossed between the reading and the commit: what the column says now is what is right.
  for (const ProductId& id : shown) {
    Result<void> fresh = co_await refresh_availability(id);
    if (!fresh) co_return fresh;
  }
  co_return Result<void>{};
}

Task<void> CatalogueService::on_products(std::vector<bus::Delivered> events) {
  const auto self = shared_from_this();
  std::vector<ProductId> ids;
  for (const bus::Delivered& one : events) {
    Result<ProductChanged> change = read_product_changed(one.event.body);
    if (!change) {  // an event of a newer version than this: what it is about cannot be known
      log::error("catalogue.event_unreadable", {{"origin", one.origin}, {"code", change.error().code}});
      continue;
    }
    forget_replies(change->id);
    for (const std::string& slug : change->slugs) cache_->invalidate("slug:" + slug);
    for (const std::string& sku : change->skus) cache_->invalidate("quote:" + sku);
    if (std::find(ids.begin(), ids.end(), change->id) == ids.end()) ids.push_back(change->id);
  }
  const std::uint64_t position = events.back().offset + 1;  // 0 means: nothing yet
  const std::int64_t at_us = events.back().event.at_us;
  co_await indexing_.acquire();
  Result<void> done = co_await index_products(std::move(ids), position);
  indexing_.release();
  if (!done) co_return done;
  index_lag_.set((to_unix_us(runtime_.clock.now()) - at_us) / 1'000);
  Result<void> noted = co_await repository_->put_index_position(position);
  co_return noted;
}

Task<void> CatalogueService::refresh_availability(ProductId id) {
  Result<std::optional<Product>> product = co_await repository_->find(id);
  if (!product) co_return fail(std::move(product).error());
  if (!*product) co_return Result<void>{};
  const Availability best = best_availability((*product)->input, availability());
  index_->set_live(id.value, "availability", {std::string(name_of(best))});
  forget_replies(id);
  co_return Result<void>{};
}

Task<void> CatalogueService::on_stock(std::vector<bus::Delivered> events) {
  const auto self = shared_from_this();
  for (const bus::Delivered& one : events) {
    if (one.event.type != "stock.crossed") continue;
    Result<StockStatus> crossed = read_stock_crossed(one.event.body);
    if (!crossed) {
      log::error("catalogue.event_unreadable", {{"origin", one.origin}, {"code", crossed.error().code}});
      continue;
    }
    const Sku sku = crossed->sku;
    stock_[sku] = crossed->availability;
    Claim claim{"sku", sku.value};
    Result<std::optional<ProductId>> owner = co_await repository_->owner_of(std::move(claim));
    if (!owner) co_return fail(std::move(owner).error());
    AvailabilityRow row{static_cast<std::uint8_t>(crossed->availability), *owner ? (*owner)->value : Uuid(), {}};
    Result<void> kept = co_await repository_->put_availability(sku, std::move(row));
    if (!kept) co_return kept;
    if (!*owner) continue;
    Result<void> fresh = co_await refresh_availability(**owner);
    if (!fresh) co_return fresh;
  }
  co_return Result<void>{};
}

Task<void> CatalogueService::load_availability() {
  Result<std::vector<std::pair<Sku, AvailabilityRow>>> rows = co_await repository_->availability();
  if (!rows) co_return fail(std::move(rows).error());
  for (const auto& [sku, row] : *rows)
    stock_[sku] = static_cast<Availability>(std::min<std::uint8_t>(row.status, 2));
  co_return Result<void>{};
}

/// After a start: the index, if it is behind what was applied before, and its live column, which is memory alone.
boost::asio::awaitable<void> CatalogueService::catch_up() {
  const auto self = shared_from_this();
  Result<std::uint64_t> position = co_await repository_->index_position();
  Result<void> done = Result<void>{};
  if (!position) done = fail(std::move(position).error());
  const bool behind = done && index_->position() < *position;
  if (behind) done = co_await reindex();
  if (done && !behind) done = co_await refresh_live();  // a rebuild ends with it
  show_popularity();
  if (done) done = co_await load_crossings();
  if (!done) log::error("catalogue.catch_up_failed", {{"code", done.error().code}, {"detail", done.error().detail}});
}

}  // namespace pps::catalogue
