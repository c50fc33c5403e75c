#include <algorithm>

#include "services/catalogue/import_plan.hpp"
#include "services/catalogue/service.hpp"

/// Imports that only say what they would do.
namespace pps::catalogue {

Task<StoredForRow> CatalogueService::stored_for(ProductInput input) {
  const auto self = shared_from_this();
  StoredForRow stored;
  Result<std::optional<ProductId>> id = co_await id_of_slug(input.slug);
  if (!id) co_return fail(std::move(id).error());
  if (*id) {
    Result<std::optional<Product>> product = co_await repository_->find(**id);
    if (!product) co_return fail(std::move(product).error());
    stored.product = std::move(*product);
  }
  for (const Variant& variant : input.variants) {
    Claim claim{"sku", variant.sku};
    Result<std::optional<ProductId>> owner = co_await repository_->owner_of(std::move(claim));
    if (!owner) co_return fail(std::move(owner).error());
    if (!*owner || *owner == *id) continue;
    Result<std::optional<Product>> other = co_await repository_->find(**owner);
    if (!other) co_return fail(std::move(other).error());
    if (!*other) continue;  // a claim without its product is taken over
    const std::vector<Variant>& has = (*other)->input.variants;
    if (std::any_of(has.begin(), has.end(), [&](const Variant& one) { return one.sku == variant.sku; }))
      stored.others[variant.sku] = (*other)->input.slug;
  }
  co_return stored;
}

Task<void> CatalogueService::plan_rows(std::shared_ptr<Import> import, std::vector<NumberedRow> rows) {
  const auto self = shared_from_this();
  std::vector<Task<StoredForRow>> reads;
  for (const NumberedRow& one : rows) reads.push_back(stored_for(one.row.product));
  const std::vector<Result<StoredForRow>> stored = co_await runtime::all_of(std::move(reads));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!stored[i]) co_return fail(stored[i].error());
    const Result<RowOutcome> outcome = import->plan->add(rows[i].row, *stored[i]);
    if (outcome)
      import->count(*outcome);
    else
      import->refuse(rows[i].number, outcome.error());
  }
  co_return Result<void>{};
}

}  // namespace pps::catalogue
