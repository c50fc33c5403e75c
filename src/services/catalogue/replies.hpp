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

/// `Product`; variants not sold in the currency are left out.
std::string product_json(const Product& product, std::string_view currency, const AvailabilityOf& availability);
/// `ProductSummary`; empty if no variant is sold in the currency.
std::string summary_json(const Product& product, std::string_view currency, const AvailabilityOf& availability);
/// `Suggestion`.
std::string suggestion_json(const Product& product);
/// `AdminProduct`.
std::string admin_json(const Product& product);

}  // namespace pps::catalogue
