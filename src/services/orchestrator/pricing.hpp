#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/catalogue/api.hpp"
#include "services/orchestrator/repository.hpp"

/// What a basket costs now, and what it takes to be accepted.
namespace pps::orchestrator::pricing {

struct Priced {
  std::vector<LineRow> lines;  ///< Prices frozen; their totals are the shares and sum to `total` exactly.
  Money total;
};
/// Errors: `invalid` "fields.invalid" with `sku.unknown` at /lines/<n>/sku or `currency.not_sold` at `currency_pointer`,
/// `customization.invalid` at /lines/<n>/customization…, "lines.duplicate"; the catalogue's.
Task<Priced> price(std::shared_ptr<catalogue::QuoteApi> catalogue, Context context, std::vector<OrderLine> lines,
                   std::string currency, std::string currency_pointer);

/// What the provisioner's check refuses, as an error for the buyer; nothing if the lines can be asked for. Too little
/// Why no card can be charged that total, if so: error `invalid` with `total.not_chargeable`.
std::optional<Error> beyond_charge(Money total);
/// stock is no refusal here unless there is none at all.
std::optional<Error> refusal_of(const provisioner::CheckReply& check, const std::vector<LineRow>& lines);

/// "1999 EUR"
std::string to_text(Money money);

}  // namespace pps::orchestrator::pricing
