#include "services/catalogue/replies.hpp"

#include <algorithm>

#include "services/catalogue/offers.hpp"
#include "services/catalogue/product_input.hpp"
#include "services/catalogue/text_json.hpp"

namespace pps::catalogue {
namespace {

/// The sides of PictureLimits: a suggestion, a tile of a list, a page.
constexpr std::int64_t kThumbSide = 160, kListSide = 480, kPageSide = 1280;

std::string image_url(const Product& product, const Image& image) {
  return "/api/products/" + product.id.to_string() + "/images/" + image.name;
}

std::string size_url(const ImageSize& size) { return "/api/media/" + size.blob + ".webp"; }

/// For where a picture is shown about `side` pixels wide.
std::string image_url(const Product& product, const Image& image, std::int64_t side) {
  if (image.sizes.empty()) return image_url(product, image);
  for (const ImageSize& size : image.sizes)
    if (std::max(size.width, size.height) >= side) return size_url(size);
  return size_url(image.sizes.back());
}

std::string sizes_json(const std::vector<ImageSize>& sizes) {
  JsonArray out;
  for (const ImageSize& size : sizes) {
    JsonObject one;
    one.text("url", size_url(size)).number("width", size.width).number("height", size.height);
    out.raw(one.take());
  }
  return out.take();
}

std::string images_json(const Product& product) {
  JsonArray images;
  for (const Image& image : product.images) {
    JsonObject one;
    one.text("name", image.name).text("url", image_url(product, image, kPageSide));
    if (image.width > 0) one.number("width", image.width);
    if (image.height > 0) one.number("height", image.height);
    if (!image.alt.empty()) one.text("alt", image.alt);
    if (!image.sizes.empty()) one.raw("sizes", sizes_json(image.sizes));
    images.raw(one.take());
  }
  return images.take();
}

std::string availability_json(Availability availability) {
  JsonObject out;
  out.text("status", name_of(availability));
  return out.take();
}

void put_offer(JsonObject& out, const Offer& offer, std::string_view currency) {
  out.raw("price", json_money(offer.price, currency));
  if (offer.was) out.raw("regular_price", json_money(*offer.was, currency));
  if (offer.until) out.text("sale_until", to_rfc3339(*offer.until));
}

std::string variants_json(const Product& product, const std::string& currency, const Moment& moment) {
  JsonArray variants;
  for (const Variant& variant : product.input.variants) {
    const std::optional<Offer> offer = offer_of(variant, currency, moment.now);
    if (!offer) continue;
    JsonObject one;
    one.text("sku", variant.sku).text("name", variant.name).text("kind", kind_of(product.input, variant));
    put_offer(one, *offer, currency);
    one.raw("attributes", json_map(variant.attributes));
    one.raw("availability", availability_json(moment.availability(variant)));
    variants.raw(one.take());
  }
  return variants.take();
}

/// The texts that the audience reads, the shop's own where its language has none.
struct Shown {
  std::string_view name;
  std::optional<std::string> summary, description;
};
Shown shown_in(const ProductInput& input, std::string_view language) {
  const Texts* texts = texts_in(input, language);
  if (!texts) return {input.name, input.summary, input.description};
  return {texts->name ? *texts->name : input.name, texts->summary ? texts->summary : input.summary,
          texts->description ? texts->description : input.description};
}

}  // namespace

Availability best_availability(const ProductInput& product, const AvailabilityOf& availability) {
  Availability best = Availability::out;
  for (const Variant& variant : product.variants) best = std::max(best, availability(variant));
  return best;
}

std::string product_json(const Product& product, const Audience& audience, const Moment& moment) {
  const ProductInput& input = product.input;
  const Shown shown = shown_in(input, audience.language);
  JsonObject out;
  out.text("id", product.id.to_string()).text("slug", input.slug).text("name", shown.name);
  out.optional_text("summary", shown.summary).optional_text("description", shown.description);
  out.optional_text("brand", input.brand);
  out.text("kind", input.kind).text("status", input.status);
  out.raw("categories", json_texts(input.categories)).raw("tags", json_texts(input.tags));
  out.raw("attributes", json_map(input.attributes)).raw("images", images_json(product));
  out.raw("variants", variants_json(product, audience.currency, moment));
  if (!input.options.empty()) out.raw("options", json_texts(input.options));
  if (!input.customization_schema.empty()) out.raw("customization_schema", input.customization_schema);
  return out.take();
}

std::string summary_json(const Product& product, const Audience& audience, const Moment& moment) {
  const ProductInput& input = product.input;
  const Shown shown = shown_in(input, audience.language);
  std::optional<Offer> cheapest;
  Availability best = Availability::out;
  for (const Variant& variant : input.variants) {
    const std::optional<Offer> offer = offer_of(variant, audience.currency, moment.now);
    if (!offer) continue;
    if (!cheapest || offer->price < cheapest->price) cheapest = offer;
    best = std::max(best, moment.availability(variant));
  }
  if (!cheapest) return {};
  JsonObject out;
  out.text("id", product.id.to_string()).text("slug", input.slug).text("name", shown.name);
  out.optional_text("summary", shown.summary).optional_text("brand", input.brand).text("kind", input.kind);
  out.raw("categories", json_texts(input.categories));
  if (!product.images.empty()) out.text("image", image_url(product, product.images.front(), kListSide));
  put_offer(out, *cheapest, audience.currency);
  out.raw("availability", availability_json(best));
  out.raw("variants", variants_json(product, audience.currency, moment));
  return out.take();
}

std::string suggestion_json(const Product& product, std::string_view language) {
  JsonObject out;
  out.text("id", product.id.to_string()).text("slug", product.input.slug).text("name", shown_in(product.input, language).name);
  if (!product.images.empty()) out.text("image", image_url(product, product.images.front(), kThumbSide));
  return out.take();
}

std::string admin_json(const Product& product) {
  JsonObject out;
  out.text("id", product.id.to_string()).number("version", static_cast<std::int64_t>(product.version));
  out.text("created_at", to_rfc3339(from_unix_us(product.created_at_us)));
  out.text("updated_at", to_rfc3339(from_unix_us(product.updated_at_us)));
  if (!product.changed_by.empty()) out.text("changed_by", product.changed_by);
  if (!product.images.empty()) out.raw("images", images_json(product));
  out.raw("product", write_product_input(product.input));
  return out.take();
}

}  // namespace pps::catalogue
