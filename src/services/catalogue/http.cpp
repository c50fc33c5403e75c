#include "services/catalogue/http.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "net/described_json.hpp"
#include "services/catalogue/http_admin.hpp"
#include "services/catalogue/http_parts.hpp"
#include "services/catalogue/http_transfer.hpp"

namespace pps::catalogue {
namespace {

using net::Request;
using net::Response;
using Api = std::shared_ptr<CatalogueApi>;

/// RFC 9110, section 13.1.2: weak comparison.
bool not_modified(const Request& request, std::string_view etag) {
  std::string_view list = request.headers.get("If-None-Match").value_or("");
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == etag) return true;
  }
  return false;
}

/// A reply that may be kept and asked for again by its ETag.
Response conditional(const Request& request, JsonReply reply) {
  if (!not_modified(request, reply.etag)) {
    Response response = json_response(std::move(reply));
    response.headers.set("Cache-Control", "no-cache");
    return response;
  }
  Response response;
  response.status = 304;
  response.headers.set("ETag", std::move(reply.etag));
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

Result<ListRequest> read_list(const Request& request) {
  ListRequest list;
  list.q = text_of(request, "q");
  list.category = text_of(request, "category");
  list.currency = text_of(request, "currency");
  list.language = text_of(request, "lang");
  list.sort = text_of(request, "sort");
  list.cursor = text_of(request, "cursor");
  if (request.query_value("cursor") && list.cursor.empty()) return malformed("?cursor must not be empty");
  for (const auto& [name, value] : request.query) {
    if (name == "brand") list.brands.push_back(value);
    if (name == "kind") list.kinds.push_back(value);
    if (name.starts_with("attr.")) list.attributes[name.substr(5)].push_back(value);
    for (std::string_view rest = name == "facets" ? std::string_view(value) : std::string_view(); !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      list.facets.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  if (const auto available = request.query_value("available")) {
    if (*available != "true" && *available != "false") return malformed("?available must be true or false");
    list.available = *available == "true";
  }
  for (const auto& [name, field] : {std::pair("price_min", &list.price_min), std::pair("price_max", &list.price_max)}) {
    Result<std::optional<std::int64_t>> price = integer_of(request, name);
    if (!price) return fail(std::move(price).error());
    *field = *price;
  }
  Result<std::optional<std::int64_t>> limit = integer_of(request, "limit");
  if (!limit) return fail(std::move(limit).error());
  list.limit = limit->value_or(20);
  return list;
}

Task<Response> list_products(Api api, Request request) {
  Result<ListRequest> list = read_list(request);
  if (!list) co_return fail(std::move(list).error());
  Result<JsonReply> reply = co_await api->list_products(request.context, std::move(*list));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> suggest(Api api, Request request) {
  if (!request.query_value("q")) co_return malformed("?q is required");
  Result<std::optional<std::int64_t>> limit = integer_of(request, "limit");
  if (!limit) co_return fail(std::move(limit).error());
  SuggestRequest asked{text_of(request, "q"), limit->value_or(8), text_of(request, "lang")};
  Result<JsonReply> reply = co_await api->suggest(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

/// To the slug that the product has now, what else was asked with it.
Response moved(const Request& request, const std::string& slug) {
  std::string location = "/api/products/by-slug/" + slug;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    if (name != "currency" && name != "lang") continue;  // both are letters and hyphens: get_product has read them
    location += std::exchange(separator, '&') + name + "=" + value;
  }
  Response response;
  response.status = 308;
  response.headers.set("Location", std::move(location));
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

Task<Response> get_related(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  ProductRequest asked{std::move(*id), false, text_of(request, "currency"), text_of(request, "lang")};
  Result<JsonReply> reply = co_await api->related(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> get_product(Api api, Request request, bool by_slug) {
  ProductRequest asked{request.params.at(0), by_slug, text_of(request, "currency"), text_of(request, "lang")};
  if (!by_slug && !ProductId::parse(asked.id_or_slug)) co_return malformed("the id in the path must be a UUID");
  Result<JsonReply> reply = co_await api->get_product(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  if (!reply->moved_to.empty()) co_return moved(request, reply->moved_to);
  co_return conditional(request, std::move(*reply));
}

Response image_response(const Request& request, const ImageReply& image, std::string_view kept) {
  Response response;
  response.headers.set("ETag", image.etag);
  response.headers.set("Cache-Control", std::string(kept));
  if (not_modified(request, image.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", image.media_type);
  response.body = std::string(image.bytes.begin(), image.bytes.end());
  return response;
}

Task<Response> get_image(Api api, Request request) {
  const auto id = ProductId::parse(request.params.at(0));
  if (!id) co_return no_product();
  ImageRequest asked{*id, request.params.at(1)};
  Result<ImageReply> image = co_await api->image(request.context, std::move(asked));
  if (!image) co_return fail(std::move(image).error());
  co_return image_response(request, *image, "public, max-age=86400");
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What has such an address never changes.
Task<Response> get_media(Api api, Request request) {
  std::string_view name = request.params.at(0);
  if (!name.ends_with(".webp") || !is_sha256(name.substr(0, name.size() - 5)))
    co_return fail(ErrorKind::not_found, "image.not_found", "There is no such picture.");
  MediaRequest asked{std::string(name.substr(0, name.size() - 5))};
  Result<ImageReply> image = co_await api->media(request.context, std::move(asked));
  if (!image) co_return fail(std::move(image).error());
  co_return image_response(request, *image, "public, max-age=31536000, immutable");
}

Task<Response> list_categories(Api api, Request request) {
  const Nothing nothing;
  Result<JsonReply> reply = co_await api->categories(request.context, nothing);
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

boost::json::object availability_item(const Quote& quote, const store::StockLevel* level) {
  boost::json::object out{{"sku", quote.sku.value}};
  if (quote.found && !quote.stock_tracked) {
    out["status"] = "in_stock";
    return out;
  }
  const std::int64_t available = quote.found && level ? std::max<std::int64_t>(level->available, 0) : 0;
  const bool low = level && available <= level->low_stock_threshold;
  out["status"] = available == 0 ? "out" : low ? "low" : "in_stock";
  out["quantity"] = available;
  return out;
}

Task<Response> get_availability(Api api, std::shared_ptr<provisioner::ProvisionerApi> provisioner, Request request) {
  QuoteRequest asked;
  for (const auto& [name, value] : request.query)
    if (name == "sku") asked.skus.push_back(Sku{value});
  if (asked.skus.empty() || asked.skus.size() > 50)
    co_return fail_field("?sku", "field.length", "sku must stand 1 to 50 times");
  for (const Sku& sku : asked.skus)
    if (!is_valid_sku(sku.value))
      co_return fail_field("?sku", "field.format", "sku must be 1 to 64 of A-Z a-z 0-9 . _ -");
  Result<QuoteReply> quotes = co_await api->quote(request.context, std::move(asked));
  if (!quotes) co_return fail(std::move(quotes).error());
  store::LevelsRequest tracked;
  for (const Quote& quote : quotes->quotes)
    if (quote.found && quote.stock_tracked) tracked.skus.push_back(quote.sku);
  Result<store::LevelsReply> levels = store::LevelsReply{};
  if (!tracked.skus.empty()) levels = co_await provisioner->levels(request.context, std::move(tracked));
  if (!levels) co_return fail(std::move(levels).error());
  boost::json::array items;
  std::size_t next = 0;
  for (const Quote& quote : quotes->quotes) {
    const bool has_level = quote.found && quote.stock_tracked && next < levels->levels.size();
    items.push_back(availability_item(quote, has_level ? &levels->levels[next++] : nullptr));
  }
  co_return json_response({boost::json::serialize(boost::json::object{{"items", std::move(items)}}), ""});
}

}  // namespace

void add_public_routes(net::Router& router, std::shared_ptr<CatalogueApi> api,
                       std::shared_ptr<provisioner::ProvisionerApi> provisioner) {
  using net::Method;
  const net::Access open = net::open_to_all();
  add_route(router, Method::get, "/api/products", "list_products", open, [api](Request r) { return list_products(api, std::move(r)); });
  add_route(router, Method::get, "/api/products/suggest", "suggest_products", open,
      [api](Request r) { return suggest(api, std::move(r)); });
  add_route(router, Method::get, "/api/products/{id}", "get_product", open,
      [api](Request r) { return get_product(api, std::move(r), false); });
  add_route(router, Method::get, "/api/products/by-slug/{slug}", "get_product_by_slug", open,
      [api](Request r) { return get_product(api, std::move(r), true); });
  add_route(router, Method::get, "/api/products/{id}/related", "list_related_products", open,
      [api](Request r) { return get_related(api, std::move(r)); });
  add_route(router, Method::get, "/api/products/{id}/images/{name}", "get_product_image", open,
      [api](Request r) { return get_image(api, std::move(r)); });
  add_route(router, Method::get, "/api/media/{name}", "get_media", open, [api](Request r) { return get_media(api, std::move(r)); });
  add_route(router, Method::get, "/api/categories", "list_categories", open,
      [api](Request r) { return list_categories(api, std::move(r)); });
  add_route(router, Method::get, "/api/availability", "get_availability", open,
      [api, provisioner](Request r) { return get_availability(api, provisioner, std::move(r)); });
  add_admin_routes(router, api);
  add_transfer_routes(router, api);
}

void add_internal_routes(net::Router& router, std::shared_ptr<CatalogueApi> api) {
  const auto add = [&](std::string_view method, auto member) {
    net::add_internal_method(router, "catalogue", method, member);
  };
  add("get_product", [api](Context c, ProductRequest r) { return api->get_product(c, std::move(r)); });
  add("list_products", [api](Context c, ListRequest r) { return api->list_products(c, std::move(r)); });
  add("suggest", [api](Context c, SuggestRequest r) { return api->suggest(c, std::move(r)); });
  add("categories", [api](Context c, Nothing r) { return api->categories(c, r); });
  add("image", [api](Context c, ImageRequest r) { return api->image(c, std::move(r)); });
  add("quote", [api](Context c, QuoteRequest r) { return api->quote(c, std::move(r)); });
  add("admin_list", [api](Context c, AdminListRequest r) { return api->admin_list(c, std::move(r)); });
  add("admin_get", [api](Context c, ProductRequest r) { return api->admin_get(c, std::move(r)); });
  add("create", [api](Context c, ChangeRequest r) { return api->create(c, std::move(r)); });
  add("replace", [api](Context c, ChangeRequest r) { return api->replace(c, std::move(r)); });
  add("archive", [api](Context c, ChangeRequest r) { return api->archive(c, std::move(r)); });
  add("import_begin", [api](Context c, ImportBegin r) { return api->import_begin(c, std::move(r)); });
  add("import_piece", [api](Context c, ImportPiece r) { return api->import_piece(c, std::move(r)); });
  add("import_status", [api](Context c, ImportRequest r) { return api->import_status(c, std::move(r)); });
  add("define_categories", [api](Context c, CategoriesRequest r) { return api->define_categories(c, std::move(r)); });
  add("synonyms", [api](Context c, Nothing r) { return api->synonyms(c, r); });
  add("pins", [api](Context c, Nothing r) { return api->pins(c, r); });
  add("set_pins", [api](Context c, ChangeRequest r) { return api->set_pins(c, std::move(r)); });
  add("set_synonyms", [api](Context c, ChangeRequest r) { return api->set_synonyms(c, std::move(r)); });
  add("rebuild_search", [api](Context c, RebuildRequest r) { return api->rebuild_search(c, r); });
  add("missed_queries", [api](Context c, MissedRequest r) { return api->missed_queries(c, r); });
  add("related", [api](Context c, ProductRequest r) { return api->related(c, std::move(r)); });
  add("history", [api](Context c, HistoryRequest r) { return api->history(c, std::move(r)); });
  add("version", [api](Context c, VersionRequest r) { return api->version(c, std::move(r)); });
  add("restore", [api](Context c, RestoreRequest r) { return api->restore(c, std::move(r)); });
  add("add_image", [api](Context c, ImageUpload r) { return api->add_image(c, std::move(r)); });
  add("arrange_images", [api](Context c, ChangeRequest r) { return api->arrange_images(c, std::move(r)); });
  add("media", [api](Context c, MediaRequest r) { return api->media(c, std::move(r)); });
  add("export_products", [api](Context c, ExportRequest r) { return api->export_products(c, std::move(r)); });
}

}  // namespace pps::catalogue
