#include "services/catalogue/http_admin.hpp"

#include "services/catalogue/http_parts.hpp"
#include "services/catalogue/http_transfer.hpp"

namespace pps::catalogue {
namespace {

using net::Request;
using net::Response;
using Api = std::shared_ptr<CatalogueApi>;

Task<Response> admin_list(Api api, Request request) {
  Result<std::optional<std::int64_t>> limit = integer_of(request, "limit");
  if (!limit) co_return fail(std::move(limit).error());
  AdminListRequest asked{text_of(request, "status"), text_of(request, "cursor"), limit->value_or(20)};
  Result<JsonReply> reply = co_await api->admin_list(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_get(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  ProductRequest asked{std::move(*id), false, ""};
  Result<JsonReply> reply = co_await api->admin_get(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

ChangeRequest change_of(Request& request, std::string id) {
  return {std::move(id), header_of(request, "If-Match"), std::move(request.body),
          request.principal ? request.principal->subject : std::string()};
}

Task<Response> admin_create(Api api, Request request) {
  if (const auto right = check_media_type(request, "application/json"); !right) co_return fail(right.error());
  ChangeRequest change = change_of(request, "");
  Result<JsonReply> reply = co_await api->create(request.context, std::move(change));
  if (!reply) co_return fail(std::move(reply).error());
  // AdminProduct begins with the id: {"id":"<36 characters>"
  std::string location = "/api/admin/products/" + reply->json.substr(7, 36);
  Response response = json_response(std::move(*reply), 201);
  response.headers.set("Location", std::move(location));
  co_return response;
}

Task<Response> admin_change(Api api, Request request, bool archive) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  if (!archive)
    if (const auto right = check_media_type(request, "application/json"); !right) co_return fail(right.error());
  ChangeRequest change = change_of(request, std::move(*id));
  Result<JsonReply> reply = JsonReply{};
  if (archive)
    reply = co_await api->archive(request.context, std::move(change));
  else
    reply = co_await api->replace(request.context, std::move(change));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

using GetSetting = Task<JsonReply> (CatalogueApi::*)(Context, Nothing);
using SetSetting = Task<JsonReply> (CatalogueApi::*)(Context, ChangeRequest);

Task<Response> admin_setting(Api api, Request request, GetSetting get) {
  const Nothing nothing;
  Result<JsonReply> reply = co_await ((*api).*get)(request.context, nothing);
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_set_setting(Api api, Request request, SetSetting set) {
  if (const auto right = check_media_type(request, "application/json"); !right) co_return fail(right.error());
  ChangeRequest change = change_of(request, "");
  Result<JsonReply> reply = co_await ((*api).*set)(request.context, std::move(change));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_rebuild_search(Api api, Request request, bool begin) {
  const RebuildRequest asked{begin};
  Result<JsonReply> reply = co_await api->rebuild_search(request.context, asked);
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply), begin ? 202 : 200);
}

Task<Response> admin_missed_queries(Api api, Request request) {
  Result<std::optional<std::int64_t>> limit = integer_of(request, "limit");
  if (!limit) co_return fail(std::move(limit).error());
  const MissedRequest asked{limit->value_or(100)};
  Result<JsonReply> reply = co_await api->missed_queries(request.context, asked);
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_import_status(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  ImportRequest asked{std::move(*id)};
  Result<JsonReply> reply = co_await api->import_status(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_add_image(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  if (!check_media_type(request, "image/png") && !check_media_type(request, "image/jpeg"))
    if (const auto right = check_media_type(request, "image/webp"); !right)
      co_return fail(ErrorKind::unsupported, "media_type.unsupported", "Send the picture as image/png, image/jpeg or image/webp.");
  ImageUpload upload{std::move(*id), {request.body.begin(), request.body.end()}, text_of(request, "alt"),
                     request.principal ? request.principal->subject : std::string()};
  Result<JsonReply> reply = co_await api->add_image(request.context, std::move(upload));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply), 201);
}

Task<Response> admin_arrange_images(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  if (const auto right = check_media_type(request, "application/json"); !right) co_return fail(right.error());
  ChangeRequest change = change_of(request, std::move(*id));
  Result<JsonReply> reply = co_await api->arrange_images(request.context, std::move(change));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_history(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  Result<std::optional<std::int64_t>> before = integer_of(request, "before");
  if (!before) co_return fail(std::move(before).error());
  Result<std::optional<std::int64_t>> limit = integer_of(request, "limit");
  if (!limit) co_return fail(std::move(limit).error());
  HistoryRequest asked{std::move(*id), before->value_or(0), limit->value_or(20)};
  Result<JsonReply> reply = co_await api->history(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

/// The second parameter of the path.
Result<std::int64_t> version_of(const Request& request) {
  const std::optional<std::int64_t> version = whole_number(request.params.at(1));
  if (!version || *version < 1) return malformed("the version in the path must be a whole number from 1");
  return *version;
}

Task<Response> admin_version(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  Result<std::int64_t> version = version_of(request);
  if (!version) co_return fail(std::move(version).error());
  VersionRequest asked{std::move(*id), *version};
  Result<JsonReply> reply = co_await api->version(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

Task<Response> admin_restore(Api api, Request request) {
  Result<std::string> id = id_of(request);
  if (!id) co_return fail(std::move(id).error());
  Result<std::int64_t> version = version_of(request);
  if (!version) co_return fail(std::move(version).error());
  RestoreRequest asked{std::move(*id), header_of(request, "If-Match"), *version,
                       request.principal ? request.principal->subject : std::string()};
  Result<JsonReply> reply = co_await api->restore(request.context, std::move(asked));
  if (!reply) co_return fail(std::move(reply).error());
  co_return json_response(std::move(*reply));
}

}  // namespace

void add_admin_routes(net::Router& router, std::shared_ptr<CatalogueApi> api) {
  using net::Method;
  const net::Access write = net::with_scope("catalogue:write");
  add_route(router, Method::get, "/api/admin/products", "admin_list_products", write,
      [api](Request r) { return admin_list(api, std::move(r)); });
  add_route(router, Method::post, "/api/admin/products", "admin_create_product", write,
      [api](Request r) { return admin_create(api, std::move(r)); });
  add_route(router, Method::get, "/api/admin/products/{id}", "admin_get_product", write,
      [api](Request r) { return admin_get(api, std::move(r)); });
  add_route(router, Method::put, "/api/admin/products/{id}", "admin_replace_product", write,
      [api](Request r) { return admin_change(api, std::move(r), false); });
  add_route(router, Method::post, "/api/admin/products/{id}/archive", "admin_archive_product", write,
      [api](Request r) { return admin_change(api, std::move(r), true); });
  add_route(router, Method::get, "/api/admin/products/import/{id}", "admin_get_import", write,
      [api](Request r) { return admin_import_status(api, std::move(r)); });
  add_route(router, Method::get, "/api/admin/search/synonyms", "admin_get_synonyms", write,
      [api](Request r) { return admin_setting(api, std::move(r), &CatalogueApi::synonyms); });
  add_route(router, Method::put, "/api/admin/search/synonyms", "admin_set_synonyms", write,
      [api](Request r) { return admin_set_setting(api, std::move(r), &CatalogueApi::set_synonyms); });
  add_route(router, Method::get, "/api/admin/search/pins", "admin_get_pins", write,
      [api](Request r) { return admin_setting(api, std::move(r), &CatalogueApi::pins); });
  add_route(router, Method::put, "/api/admin/search/pins", "admin_set_pins", write,
      [api](Request r) { return admin_set_setting(api, std::move(r), &CatalogueApi::set_pins); });
  add_route(router, Method::get, "/api/admin/search/rebuild", "admin_get_search_rebuild", write,
      [api](Request r) { return admin_rebuild_search(api, std::move(r), false); });
  add_route(router, Method::post, "/api/admin/search/rebuild", "admin_rebuild_search", write,
      [api](Request r) { return admin_rebuild_search(api, std::move(r), true); });
  add_route(router, Method::get, "/api/admin/search/missed-queries", "admin_list_missed_queries", write,
      [api](Request r) { return admin_missed_queries(api, std::move(r)); });
  router.add({.method = Method::post,
              .pattern = "/api/admin/products/{id}/images",
              .operation_id = "admin_add_product_image",
              .access = write,
              .handler = [api](Request r) { return admin_add_image(api, std::move(r)); },
              .max_body_bytes = ImageUpload::kMostBytes});
  add_route(router, Method::put, "/api/admin/products/{id}/images", "admin_arrange_product_images", write,
      [api](Request r) { return admin_arrange_images(api, std::move(r)); });
  add_route(router, Method::get, "/api/admin/products/{id}/history", "admin_list_product_history", write,
      [api](Request r) { return admin_history(api, std::move(r)); });
  add_route(router, Method::get, "/api/admin/products/{id}/history/{version}", "admin_get_product_version", write,
      [api](Request r) { return admin_version(api, std::move(r)); });
  add_route(router, Method::post, "/api/admin/products/{id}/history/{version}/restore", "admin_restore_product", write,
      [api](Request r) { return admin_restore(api, std::move(r)); });
}

}  // namespace pps::catalogue
