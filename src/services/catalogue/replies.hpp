#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "services/catalogue/model.hpp"

/// The catalogue's replies as api/openapi.yaml describes them.
namespace pps::catalogue {

/// Asks how available a variant is now.
using AvailabilityOf = std::function<Availability(const Variant&)>;

/// The best of the variants.
Availability best_availability(const ProductInput& product, const AvailabilityOf& availability);

/// For whom a reply is made.
struct Audience {
  std::string currency;  ///< Variants not sold in it are left out.
  std::string language;  ///< Of texts, where the product has them in it; empty: the shop's.
};

/// What a reply says of things that are not the product's own.
struct Moment {
  Timestamp now;                      ///< Decides what is on sale.
  const AvailabilityOf& availability;
};

/// `Product`.
std::string product_json(const Product& product, const Audience& audience, const Moment& moment);
/// `ProductSummary`; empty if no variant is sold in the currency.
std::string summary_json(const Product& product, const Audience& audience, const Moment& moment);
/// `Suggestion`.
std::string suggestion_json(const Product& product, std::string_view language);
/// `AdminProduct`.
std::string admin_json(const Product& product);

}  // namespace pps::catalogue
