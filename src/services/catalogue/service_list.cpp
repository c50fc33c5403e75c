#include <algorithm>

#include "services/catalogue/text_json.hpp"
#include "services/catalogue/service.hpp"

/// Search, filters and facets: the index finds ids, the cache has what stands in a list.
namespace pps::catalogue {
namespace {

constexpr std::int64_t kMostPrice = 100'000'000'000;
/// Tags of cached lists: how a search ended, where it did not find all its words.
constexpr const char* kNothing = "nothing";
constexpr const char* kPartial = "partial";

bool is_facet(std::string_view name) {
  return name == "category" || name == "brand" || name == "kind" || name == "availability" ||
         (name.starts_with("attr.") && is_attribute_name(name.substr(5)));
}

void refuse(Error& error, std::string name, std::string code, std::string detail) {
  error.fields.push_back({"?" + std::move(name), std::move(code), std::move(detail)});
}

void check_values(Error& error, const std::string& name, const std::vector<std::string>& values, std::size_t most) {
  if (values.size() > most)
    refuse(error, name, "field.length", name + " may stand at most " + std::to_string(most) + " times");
  for (const std::string& value : values)
    if (value.empty() || value.size() > 800)
      refuse(error, name, "field.length", "a value of " + name + " must have 1 to 200 characters");
}

void check_price(Error& error, const char* name, const std::optional<std::int64_t>& price) {
  if (price && (*price < 0 || *price > kMostPrice))
    refuse(error, name, "field.range", std::string(name) + " must be 0 to 100000000000 minor units");
}

/// @param sold the column of units sold.
std::optional<search::Sort> sort_of(const ListRequest& request, const std::string& currency, const std::string& sold) {
  using By = search::Sort::By;
  const std::string& sort = request.sort;
  const search::Sort by_relevance{.by = By::relevance, .boost = sold};
  const auto by_number = [](std::string column, bool descending) {
    return search::Sort{.by = By::number, .column = std::move(column), .descending = descending};
  };
  if (sort.empty()) return request.q.empty() ? search::Sort{.by = By::title} : by_relevance;
  if (sort == "relevance") return by_relevance;
  if (sort == "name") return search::Sort{.by = By::title};
  if (sort == "price") return by_number("price." + currency, false);
  if (sort == "-price") return by_number("price." + currency, true);
  if (sort == "-created_at") return by_number("created", true);
  if (sort == "-popularity") return by_number(sold, true);
  return std::nullopt;
}

/// Everything that the reply depends on, as one text: the key of the cached list.
std::string key_of(const search::Query& query, const Audience& audience) {
  JsonArray key;
  key.text(query.text).text(audience.currency).text(audience.language).text(query.cursor).text(std::to_string(query.limit));
  key.text(std::to_string(static_cast<int>(query.sort.by)) + (query.sort.descending ? "-" : "+") + query.sort.column);
  for (const search::Filter& filter : query.filters)
    key.raw("[\"" + filter.facet + "\"," + json_texts(filter.any_of) + "]");
  for (const search::Range& range : query.ranges)
    key.text(range.column + " " + (range.least ? std::to_string(*range.least) : "") + ".." +
             (range.most ? std::to_string(*range.most) : ""));
  for (const Uuid& id : query.pinned) key.text(id.to_string());
  return key.raw(json_texts(query.facets)).take();
}

}  // namespace

Result<search::Query> CatalogueService::to_query(const ListRequest& request, const std::string& currency) const {
  Error error{ErrorKind::invalid, "fields.invalid", "A parameter was refused; see errors."};
  if (request.q.size() > 800) refuse(error, "q", "field.length", "q must have at most 200 characters");
  if (request.limit < 1 || request.limit > 100) refuse(error, "limit", "field.range", "limit must be 1 to 100");
  if (!request.category.empty() && !is_slug(request.category))
    refuse(error, "category", "field.format", "category must be a slug");
  check_values(error, "brand", request.brands, 20);
  check_values(error, "kind", request.kinds, 5);
  for (const std::string& kind : request.kinds)
    if (kind != "physical" && kind != "licence")
      refuse(error, "kind", "field.format", "kind must be physical or licence");
  check_price(error, "price_min", request.price_min);
  check_price(error, "price_max", request.price_max);
  if (request.attributes.size() > 10) refuse(error, "attributes", "field.length", "at most 10 attributes may be given");
  for (const auto& [name, values] : request.attributes) {
    if (!is_attribute_name(name)) refuse(error, "attr." + name, "field.format", "not a name of an attribute");
    check_values(error, "attr." + name, values, 20);
  }
  if (request.facets.size() > 10) refuse(error, "facets", "field.length", "at most 10 facets may be counted");
  for (const std::string& facet : request.facets)
    if (!is_facet(facet))
      refuse(error, "facets", "field.format", "a facet is category, brand, kind, availability or attr.NAME");
  const std::optional<search::Sort> sort = sort_of(request, currency, kSold);
  if (!sort) refuse(error, "sort", "field.format", "sort must be relevance, name, price, -price, -created_at or -popularity");
  if (!error.fields.empty()) return fail(std::move(error));

  search::Query query;
  query.text = request.q;
  query.sort = *sort;
  query.cursor = request.cursor;
  query.limit = static_cast<std::size_t>(request.limit);
  if (const auto pinned = pins_.find(normal_query(request.q)); pinned != pins_.end()) query.pinned = pinned->second;
  query.facets = request.facets;
  std::sort(query.facets.begin(), query.facets.end());
  query.facets.erase(std::unique(query.facets.begin(), query.facets.end()), query.facets.end());
  if (!request.category.empty()) query.filters.push_back({"category", {request.category}});
  if (!request.brands.empty()) query.filters.push_back({"brand", request.brands});
  if (!request.kinds.empty()) query.filters.push_back({"kind", request.kinds});
  if (request.available)
    query.filters.push_back({"availability", *request.available ? std::vector<std::string>{"in_stock", "low"}
                                                                : std::vector<std::string>{"out"}});
  for (const auto& [name, values] : request.attributes) query.filters.push_back({"attr." + name, values});
  query.ranges.push_back({"price." + currency, request.price_min, request.price_max});
  return query;
}

Task<std::string> CatalogueService::make_page(search::QueryReply found, Audience audience) {
  JsonArray items;
  for (const Uuid& id : found.ids) {
    std::string kind = "summary";
    Result<cache::Entry> entry = co_await cached(std::move(kind), ProductId{id}, audience);
    if (!entry && entry.error().kind != ErrorKind::not_found) co_return fail(std::move(entry).error());
    if (entry && !entry->bytes->empty()) items.raw(*entry->bytes);  // gone or changed since the index saw it
  }
  JsonObject facets;
  for (const auto& [name, counts] : found.facets) {
    JsonArray values;
    for (const search::FacetCount& one : counts) {
      JsonObject value;
      value.text("value", one.value).number("count", static_cast<std::int64_t>(one.count));
      values.raw(value.take());
    }
    facets.raw(name, values.take());
  }
  JsonObject out;
  out.raw("items", items.take()).number("total", static_cast<std::int64_t>(found.total)).raw("facets", facets.take());
  if (!found.next_cursor.empty()) out.text("next_cursor", found.next_cursor);
  if (found.partial) out.raw("partial", "true");
  if (!found.corrected_query.empty()) out.text("corrected_query", found.corrected_query.substr(0, 200));
  co_return out.take();
}

Task<cache::Entry> CatalogueService::make_list(search::Query query, Audience audience) {
  const auto self = shared_from_this();
  Result<search::QueryReply> found = co_await index_->query(std::move(query));
  if (!found) co_return fail(std::move(found).error());
  const char* outcome = found->partial ? kPartial : found->total == 0 ? kNothing : "";
  Result<std::string> json = co_await make_page(std::move(*found), std::move(audience));
  if (!json) co_return fail(std::move(json).error());
  co_return cache::Entry{std::make_shared<const std::string>(std::move(*json)), outcome};
}

Task<JsonReply> CatalogueService::list_products(Context, ListRequest request) {
  const auto self = shared_from_this();
  Result<Audience> audience = audience_of(request.currency, request.language);
  if (!audience) co_return fail(std::move(audience).error());
  Result<search::Query> query = to_query(request, audience->currency);
  if (!query) co_return fail(std::move(query).error());
  // A list holds until the index changes: its generation is part of the key, older lists fall out of the cache.
  std::string key = "list:" + std::to_string(index_->generation()) + ":" + key_of(*query, *audience);
  cache::Load load = [self, asked = *query, reader = *audience] { return self->make_list(asked, reader); };
  Result<cache::Entry> entry = co_await cache_->get_or_load(std::move(key), std::move(load));
  if (!entry) co_return fail(std::move(entry).error());
  // Only what is missing in the whole shop: with filters, the filters may be to blame.
  const bool bare = query->filters.empty() && !request.price_min && !request.price_max && request.cursor.empty();
  if (bare && !entry->tag.empty()) note_missed(request.q, entry->tag == kPartial);
  co_return JsonReply{*entry->bytes, ""};
}

}  // namespace pps::catalogue
