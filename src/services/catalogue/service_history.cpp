#include <algorithm>

#include "services/catalogue/service.hpp"
#include "services/catalogue/text_json.hpp"

/// What a product was before: who changed it when, and the way back.
namespace pps::catalogue {
namespace {

std::unexpected<Error> no_version() {
  return fail(ErrorKind::not_found, "version.not_found",
              "The product has no such version, or it is not kept any more: the last " +
                  std::to_string(Repository::kVersionsKept) + " are.");
}

void add(JsonArray& items, const Product& product, bool current) {
  JsonObject one;
  one.number("version", static_cast<std::int64_t>(product.version));
  one.text("changed_at", to_rfc3339(from_unix_us(product.updated_at_us)));
  if (!product.changed_by.empty()) one.text("changed_by", product.changed_by);
  one.text("name", product.input.name).text("status", product.input.status);
  one.raw("current", current ? "true" : "false");
  items.raw(one.take());
}

}  // namespace

Task<JsonReply> CatalogueService::history(Context, HistoryRequest request) {
  const auto self = shared_from_this();
  const auto id = ProductId::parse(request.id);
  if (!id) co_return no_product();
  if (request.limit < 1 || request.limit > 100) co_return fail_field("?limit", "field.range", "limit must be 1 to 100");
  if (request.before < 0) co_return fail_field("?before", "field.range", "before must be the number of a version");
  Result<std::optional<Product>> current = co_await repository_->find(*id);
  if (!current) co_return fail(std::move(current).error());
  if (!*current) co_return no_product();
  const auto limit = static_cast<std::size_t>(request.limit);
  const auto before = static_cast<std::uint64_t>(request.before);
  const bool with_current = before == 0 || before > (*current)->version;
  const std::uint64_t below = with_current ? (*current)->version : before;
  Result<std::vector<Product>> versions = co_await repository_->history(*id, below, limit + 1);
  if (!versions) co_return fail(std::move(versions).error());
  if (with_current) versions->insert(versions->begin(), std::move(**current));
  JsonArray items;
  const std::size_t shown = std::min(limit, versions->size());
  for (std::size_t i = 0; i < shown; ++i) add(items, (*versions)[i], with_current && i == 0);
  JsonObject out;
  out.raw("items", items.take());
  if (versions->size() > limit) out.number("next_before", static_cast<std::int64_t>((*versions)[shown - 1].version));
  co_return JsonReply{out.take(), ""};
}

Task<Product> CatalogueService::version_of(ProductId id, std::int64_t version) {
  if (version < 1) co_return no_version();
  const auto number = static_cast<std::uint64_t>(version);
  Result<std::optional<Product>> current = co_await repository_->find(id);
  if (!current) co_return fail(std::move(current).error());
  if (!*current) co_return no_product();
  if ((*current)->version == number) co_return std::move(**current);
  Result<std::vector<Product>> found = co_await repository_->history(id, number + 1, 1);
  if (!found) co_return fail(std::move(found).error());
  if (found->empty() || found->front().version != number) co_return no_version();
  co_return std::move(found->front());
}

Task<JsonReply> CatalogueService::version(Context, VersionRequest request) {
  const auto self = shared_from_this();
  const auto id = ProductId::parse(request.id);
  if (!id) co_return no_product();
  Result<Product> product = co_await version_of(*id, request.version);
  if (!product) co_return fail(std::move(product).error());
  co_return JsonReply{admin_json(*product), ""};
}

Task<JsonReply> CatalogueService::restore(Context, RestoreRequest request) {
  const auto self = shared_from_this();
  Result<ProductId> id = id_to_change(request.id, request.if_match);
  if (!id) co_return fail(std::move(id).error());
  Result<Product> earlier = co_await version_of(*id, request.version);
  if (!earlier) co_return fail(std::move(earlier).error());
  Edit edit = [content = Content{std::move(earlier->input), std::move(earlier->images)}](const Product&) mutable -> Result<Content> {
    return std::move(content);
  };
  Result<JsonReply> reply = co_await edit_and_reply(*id, std::move(request.if_match), std::move(edit), std::move(request.actor));
  co_return reply;
}

}  // namespace pps::catalogue
