#include "services/catalogue/offers.hpp"

#include <set>

namespace pps::catalogue {
namespace {

bool holds(const Sale& sale, Timestamp now) { return (!sale.from || *sale.from <= now) && (!sale.until || now < *sale.until); }

std::set<Timestamp> crossings(const ProductInput& product) {
  std::set<Timestamp> moments;
  const auto add = [&](const std::optional<Timestamp>& moment) {
    if (moment) moments.insert(*moment);
  };
  add(product.publish_at);
  add(product.unpublish_at);
  for (const Variant& variant : product.variants)
    for (const Sale& sale : variant.sales) {
      add(sale.from);
      add(sale.until);
    }
  return moments;
}

}  // namespace

std::optional<Offer> offer_of(const Variant& variant, const std::string& currency, Timestamp now) {
  const auto regular = variant.prices.find(currency);
  if (regular == variant.prices.end()) return std::nullopt;
  Offer offer{regular->second, std::nullopt, std::nullopt};
  for (const Sale& sale : variant.sales) {
    const auto price = sale.prices.find(currency);
    if (price == sale.prices.end() || !holds(sale, now) || price->second >= offer.price) continue;
    offer = {price->second, regular->second, sale.until};
  }
  return offer;
}

bool is_sold(const ProductInput& product, Timestamp now) {
  return product.status == "active" && (!product.publish_at || *product.publish_at <= now) &&
         (!product.unpublish_at || now < *product.unpublish_at);
}

bool is_public(const ProductInput& product, Timestamp now) { return product.status == "archived" || is_sold(product, now); }

std::optional<Timestamp> next_crossing(const ProductInput& product, Timestamp now) {
  const std::set<Timestamp> moments = crossings(product);
  const auto next = moments.upper_bound(now);
  return next == moments.end() ? std::nullopt : std::optional(*next);
}

std::string public_etag(const Product& product, Timestamp now) {
  const std::set<Timestamp> moments = crossings(product.input);
  if (moments.empty()) return etag_of(product.version);
  const auto been = std::distance(moments.begin(), moments.upper_bound(now));
  return "\"" + std::to_string(product.version) + "." + std::to_string(been) + "\"";
}

}  // namespace pps::catalogue
