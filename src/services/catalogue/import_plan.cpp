#include "services/catalogue/import_plan.hpp"

#include "services/catalogue/product_input.hpp"

namespace pps::catalogue {
namespace {

std::string fingerprint_of(const ProductInput& product, const std::optional<std::vector<Image>>& images) {
  std::string all = write_product_input(product);
  if (images)
    for (const Image& image : *images)
      all += '\n' + image.name + '\n' + image.blob + '\n' + image.media_type + '\n' + std::to_string(image.width) + 'x' +
             std::to_string(image.height) + '\n' + image.alt;
  return sha256_hex(all);
}

std::set<std::string> skus_of(const ProductInput& product) {
  std::set<std::string> skus;
  for (const Variant& variant : product.variants) skus.insert(variant.sku);
  return skus;
}

}  // namespace

Result<RowOutcome> ImportPlan::add(const ImportRow& row, const StoredForRow& stored) {
  const std::string& slug = row.product.slug;
  std::optional<Planned> before;
  if (const auto it = products_.find(slug); it != products_.end())
    before = it->second;
  else if (stored.product)
    before = Planned{fingerprint_of(stored.product->input, row.images ? std::optional(stored.product->images) : std::nullopt),
                     skus_of(stored.product->input)};
  Planned after{fingerprint_of(row.product, row.images), skus_of(row.product)};
  if (before && before->fingerprint == after.fingerprint) return RowOutcome::unchanged;

  Error taken{ErrorKind::conflict, "sku.taken", ""};
  for (std::size_t i = 0; i < row.product.variants.size(); ++i) {
    const std::string& sku = row.product.variants[i].sku;
    std::string owner;
    if (const auto planned = owners_.find(sku); planned != owners_.end())
      owner = planned->second;
    else if (const auto other = stored.others.find(sku); other != stored.others.end())
      owner = other->second;
    if (owner.empty() || owner == slug) continue;
    taken.detail = "the sku \"" + sku + "\" belongs to another product";
    taken.fields.push_back({"/variants/" + std::to_string(i) + "/sku", taken.code, taken.detail});
  }
  if (!taken.fields.empty()) return fail(std::move(taken));

  if (before)
    for (const std::string& sku : before->skus) owners_[sku].clear();
  for (const std::string& sku : after.skus) owners_[sku] = slug;
  products_[slug] = std::move(after);
  return before ? RowOutcome::changed : RowOutcome::created;
}

}  // namespace pps::catalogue
