#include <algorithm>

#include "services/catalogue/offers.hpp"
#include "services/catalogue/product_input.hpp"
#include "services/catalogue/service.hpp"

/// Changes by an operator or an import: claims first, then the product with its event in one commit, then what was
/// cached is dropped, then the answer.
namespace pps::catalogue {
namespace {

std::vector<Claim> claims_of(const ProductInput& product) {
  std::vector<Claim> claims{{"slug", product.slug}};
  for (const Variant& variant : product.variants) claims.push_back({"sku", variant.sku});
  std::sort(claims.begin(), claims.end());
  return claims;
}

/// Those in `a` and not in `b`; both sorted.
std::vector<Claim> without(const std::vector<Claim>& a, const std::vector<Claim>& b) {
  std::vector<Claim> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

void name_claims(const std::vector<Claim>& claims, ProductChanged& change) {
  for (const Claim& claim : claims) {
    auto& names = claim.kind == "slug" ? change.slugs : change.skus;
    if (std::find(names.begin(), names.end(), claim.value) == names.end()) names.push_back(claim.value);
  }
}

/// Where in the body the refused claim stands.
void point_at(Error& error, const Claim& claim, const ProductInput& input) {
  std::string pointer = "/slug";
  for (std::size_t i = 0; claim.kind == "sku" && i < input.variants.size(); ++i)
    if (input.variants[i].sku == claim.value) pointer = "/variants/" + std::to_string(i) + "/sku";
  error.fields.push_back({std::move(pointer), error.code, error.detail});
}

}  // namespace

bool matches(std::string_view if_match, std::string_view etag) {
  while (!if_match.empty()) {
    const std::size_t comma = std::min(if_match.find(','), if_match.size());
    std::string_view one = if_match.substr(0, comma);
    if_match.remove_prefix(std::min(comma + 1, if_match.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == "*" || one == etag) return true;
  }
  return false;
}

namespace {

JsonReply reply_of(const Product& product) { return {admin_json(product), etag_of(product.version)}; }

}  // namespace

Result<ProductId> CatalogueService::id_to_change(const std::string& id, const std::string& if_match) {
  const auto product = ProductId::parse(id);
  if (!product) return no_product();
  if (if_match.empty())
    return fail(ErrorKind::precondition_required, "etag.required", "Send If-Match with the ETag last read.");
  return *product;
}

void CatalogueService::know_audiences(const ProductInput& input) {
  for (const auto& [language, texts] : input.texts) languages_.insert(language);
  for (const Variant& variant : input.variants)
    for (const auto& [currency, price] : variant.prices) currencies_.insert(currency);
}

void CatalogueService::changed(const ProductChanged& change, const Product& product) {
  know_audiences(product.input);
  watch(product);
  forget_replies(product.id);
  for (const std::string& slug : change.slugs) cache_->invalidate("slug:" + slug);
  for (const std::string& sku : change.skus) cache_->invalidate("quote:" + sku);
  changes_.add();
}

Task<void> CatalogueService::claim_all(std::vector<Claim> claims, ProductId owner, ProductInput input) {
  std::vector<Task<void>> asks;
  for (const Claim& claim : claims) asks.push_back(repository_->claim(claim, owner));
  const std::vector<Result<void>> results = co_await runtime::all_of(std::move(asks));
  std::vector<Claim> held;
  std::optional<Error> refused;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (results[i]) {
      held.push_back(claims[i]);
      continue;
    }
    Error error = results[i].error();
    if (error.kind == ErrorKind::conflict) point_at(error, claims[i], input);
    if (!refused)
      refused = std::move(error);
    else
      refused->fields.insert(refused->fields.end(), error.fields.begin(), error.fields.end());
  }
  if (!refused) co_return Result<void>{};
  Result<void> released = co_await release_all(std::move(held), owner);
  static_cast<void>(released);  // what stays claimed without a product is taken over by whoever wants it
  co_return fail(std::move(*refused));
}

Task<void> CatalogueService::release_all(std::vector<Claim> claims, ProductId owner) {
  std::vector<Task<void>> asks;
  for (Claim& claim : claims) asks.push_back(repository_->release(std::move(claim), owner));
  const std::vector<Result<void>> results = co_await runtime::all_of(std::move(asks));
  for (const Result<void>& result : results)
    if (!result) co_return fail(result.error());
  co_return Result<void>{};
}

Task<void> CatalogueService::write(Repository::Change change) {
  if (next_crossing(change.product.input, runtime_.clock.now())) {
    Result<void> noted = co_await repository_->note_crossing(change.product.id, true);
    if (!noted) co_return noted;
  }
  Result<void> written = co_await repository_->write(std::move(change));
  co_return written;
}

Task<Product> CatalogueService::create_product(ProductInput input, std::vector<Image> images, std::string actor) {
  const auto self = shared_from_this();
  const Duration begun = runtime_.clock.monotonic();
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  Product product{repository_->new_id(), 1, now, now, std::move(input), std::move(images), std::move(actor)};
  const std::vector<Claim> claims = claims_of(product.input);
  const Repository::Writing writing = repository_->writing(product.id);
  Result<void> claimed = co_await claim_all(claims, product.id, product.input);
  if (!claimed) co_return fail(std::move(claimed).error());
  ProductChanged change{product.id, 1, {}, {}};
  name_claims(claims, change);
  Repository::Change written_as{product, std::nullopt, "product.created", change, begun};
  Result<void> written = co_await write(std::move(written_as));
  if (!written) {
    // If it may have been written, the claims stay: they are its own.
    if (written.error().kind != ErrorKind::unknown_outcome) {
      Result<void> released = co_await release_all(claims, product.id);
      static_cast<void>(released);
    }
    co_return fail(std::move(written).error());
  }
  changed(change, product);
  co_return product;
}

Task<Saved> CatalogueService::edit_product(ProductId id, std::optional<std::string> if_match, Edit edit, std::string actor) {
  const auto self = shared_from_this();
  const ProductLocks::Held held = co_await locks_.acquire(id);
  const Duration begun = runtime_.clock.monotonic();
  Result<std::optional<Product>> current = co_await repository_->find(id);
  if (!current) co_return fail(std::move(current).error());
  if (!*current) co_return no_product();
  if (if_match && !matches(*if_match, etag_of((*current)->version)))
    co_return fail(ErrorKind::stale, "etag.mismatch", "The product was changed since it was read; read it again.");
  Result<Content> content = edit(**current);
  if (!content) co_return fail(std::move(content).error());
  Result<Saved> saved = co_await replace_locked(std::move(**current), std::move(*content), std::move(actor), begun);
  co_return saved;
}

Task<JsonReply> CatalogueService::edit_and_reply(ProductId id, std::optional<std::string> if_match, Edit edit, std::string actor) {
  const auto self = shared_from_this();
  Result<Saved> saved = co_await edit_product(id, std::move(if_match), std::move(edit), std::move(actor));
  if (!saved) co_return fail(std::move(saved).error());
  co_return reply_of(saved->product);
}

Task<Saved> CatalogueService::replace_locked(Product current, Content content, std::string actor, Duration begun) {
  ProductInput& input = content.input;
  std::vector<Image>& images = content.images;
  input.unknown = current.input.unknown;  // columns of a newer version stay
  if (input == current.input && images == current.images) co_return Saved{std::move(current), RowOutcome::unchanged};
  const std::vector<Claim> before = claims_of(current.input);
  const std::vector<Claim> after = claims_of(input);
  const std::vector<Claim> fresh = without(after, before);
  const Repository::Writing writing = repository_->writing(current.id);
  Result<void> claimed = co_await claim_all(fresh, current.id, input);
  if (!claimed) co_return fail(std::move(claimed).error());

  Product product{current.id, current.version + 1, current.created_at_us, to_unix_us(runtime_.clock.now()),
                  std::move(input), std::move(images), std::move(actor)};
  ProductChanged change{product.id, static_cast<std::int64_t>(product.version), {}, {}};
  name_claims(before, change);
  name_claims(after, change);
  const bool archived = product.input.status == "archived" && current.input.status != "archived";
  Repository::Change written_as{product, std::move(current), archived ? "product.archived" : "product.changed", change, begun};
  Result<void> written = co_await write(std::move(written_as));
  if (!written) {
    if (written.error().kind != ErrorKind::unknown_outcome) {
      Result<void> released = co_await release_all(fresh, product.id);
      static_cast<void>(released);
    }
    co_return fail(std::move(written).error());
  }
  changed(change, product);
  // Slugs stay claimed, and lead to the product, until another one wants them.
  std::vector<Claim> given_up = without(before, after);
  std::erase_if(given_up, [](const Claim& claim) { return claim.kind == "slug"; });
  Result<void> released = co_await release_all(std::move(given_up), product.id);
  static_cast<void>(released);  // written already; a claim that stays is taken over by whoever wants it
  co_return Saved{std::move(product), RowOutcome::changed};
}

Task<Saved> CatalogueService::upsert(ProductInput input, std::optional<std::vector<Image>> images, std::string actor) {
  const auto self = shared_from_this();
  Error last;
  for (int attempt = 0; attempt < 3; ++attempt) {
    Result<std::optional<ProductId>> id = co_await id_of_slug(input.slug);
    if (!id) co_return fail(std::move(id).error());
    if (*id) {
      Edit all = [given = std::move(input), pictures = std::move(images)](const Product& current) mutable -> Result<Content> {
        return Content{std::move(given), pictures ? std::move(*pictures) : current.images};
      };
      Result<Saved> saved = co_await edit_product(**id, std::nullopt, std::move(all), actor);
      co_return saved;
    }
    std::vector<Image> pictures = images.value_or(std::vector<Image>());
    Result<Product> product = co_await create_product(input, std::move(pictures), actor);
    if (product) co_return Saved{std::move(*product), RowOutcome::created};
    last = std::move(product).error();
    const bool exists_now = std::any_of(last.fields.begin(), last.fields.end(),
                                        [](const FieldError& field) { return field.code == "slug.taken"; });
    if (!exists_now) break;  // else another writer created it meanwhile: replace that one
  }
  co_return fail(std::move(last));
}

Task<JsonReply> CatalogueService::create(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  Result<ProductInput> input = read_product_input(request.json);
  if (!input) co_return fail(std::move(input).error());
  Result<Product> product = co_await create_product(std::move(*input), {}, std::move(request.actor));
  if (!product) co_return fail(std::move(product).error());
  co_return reply_of(*product);
}

Task<JsonReply> CatalogueService::replace(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  Result<ProductId> id = id_to_change(request.id, request.if_match);
  if (!id) co_return fail(std::move(id).error());
  Result<ProductInput> input = read_product_input(request.json);
  if (!input) co_return fail(std::move(input).error());
  Edit edit = [given = std::move(*input)](const Product& current) mutable -> Result<Content> {
    return Content{std::move(given), current.images};
  };
  Result<JsonReply> reply = co_await edit_and_reply(*id, std::move(request.if_match), std::move(edit), std::move(request.actor));
  co_return reply;
}

Task<JsonReply> CatalogueService::archive(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  Result<ProductId> id = id_to_change(request.id, request.if_match);
  if (!id) co_return fail(std::move(id).error());
  Edit edit = [](const Product& current) -> Result<Content> {
    Content content{current.input, current.images};
    content.input.status = "archived";
    return content;
  };
  Result<JsonReply> reply = co_await edit_and_reply(*id, std::move(request.if_match), std::move(edit), std::move(request.actor));
  co_return reply;
}

}  // namespace pps::catalogue
