#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "services/catalogue/model.hpp"

/// What of a product depends on the time: when it is shown, and what its variants cost. It changes only at moments that the
/// product names, its crossings; between two of them everything here stays as it is.
namespace pps::catalogue {

/// A variant's price at a moment.
struct Offer {
  std::int64_t price = 0;            ///< Minor units.
  std::optional<std::int64_t> was;   ///< The regular price, of a variant on sale.
  std::optional<Timestamp> until;    ///< When the sale ends; absent: no sale, or one without an end.
};

/// Nothing if it is not sold in the currency.
std::optional<Offer> offer_of(const Variant& variant, const std::string& currency, Timestamp now);

/// Active, and between publish_at and unpublish_at.
bool is_sold(const ProductInput& product, Timestamp now);
/// May be read by anyone: what is sold, and what is archived.
bool is_public(const ProductInput& product, Timestamp now);

/// The first crossing after `now`; nothing if none will come.
std::optional<Timestamp> next_crossing(const ProductInput& product, Timestamp now);

/// The ETag of a reply to the public: the version, and how many crossings have been, if there are any.
std::string public_etag(const Product& product, Timestamp now);

}  // namespace pps::catalogue
