#include "services/orchestrator/pricing.hpp"

#include <fmt/format.h>

#include <set>

#include "services/payment/api.hpp"

namespace pps::orchestrator::pricing {

namespace {
std::string line_pointer(std::size_t line, std::string_view field) {
  return "/lines/" + std::to_string(line) + "/" + std::string(field);
}

Error invalid_fields() { return {ErrorKind::invalid, "fields.invalid", "Some fields are invalid; see errors."}; }

std::optional<Error> duplicate_of(const std::vector<OrderLine>& lines) {
  std::set<std::pair<std::string, std::string>> seen;
  Error error{ErrorKind::invalid, "lines.duplicate", "A SKU may stand in one line only: add the quantities."};
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!seen.emplace(lines[i].sku.value, lines[i].customization).second)
      error.fields.push_back({line_pointer(i, "sku"), "lines.duplicate", lines[i].sku.value + " stands in an earlier line"});
  return error.fields.empty() ? std::nullopt : std::optional(std::move(error));
}
}  // namespace

Task<Priced> price(std::shared_ptr<catalogue::QuoteApi> catalogue, Context context, std::vector<OrderLine> lines,
                   std::string currency, std::string currency_pointer) {
  if (auto duplicate = duplicate_of(lines)) co_return fail(std::move(*duplicate));
  catalogue::QuoteRequest request;
  request.currency = currency;
  for (const auto& line : lines) {
    request.skus.push_back(line.sku);
    request.customizations.push_back(line.customization);
  }
  Result<catalogue::QuoteReply> reply = co_await catalogue->quote(context, std::move(request));
  if (!reply) co_return fail(std::move(reply).error());
  if (reply->quotes.size() != lines.size()) co_return fail(ErrorKind::internal, "catalogue.quotes", "not one quote a line");
  Priced priced;
  Error error = invalid_fields();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    catalogue::Quote& quote = reply->quotes[i];
    if (!quote.found) {
      error.fields.push_back({line_pointer(i, "sku"), "sku.unknown", lines[i].sku.value + " is not sold" + (currency.empty() ? "" : " in " + currency)});
      continue;
    }
    if (!currency.empty() && quote.price.currency.to_string() != currency) {
      error.fields.push_back({currency_pointer, "currency.not_sold", lines[i].sku.value + " has no price in " + currency});
      continue;
    }
    for (const catalogue::CustomizationFault& fault : quote.violations)
      error.fields.push_back({line_pointer(i, "customization") + fault.pointer, "customization.invalid", lines[i].sku.value + ": " + fault.detail});
    if (!quote.violations.empty()) continue;
    Result<Money> total = multiply(quote.price, lines[i].quantity);
    Result<Money> sum = !total || i == 0 || priced.lines.empty() ? total : add(priced.total, *total);
    if (!sum) {
      error.fields.push_back({line_pointer(i, "quantity"), "field.range", "The total is beyond what a purchase may cost."});
      continue;
    }
    priced.total = *sum;
    LineRow row;
    row.sku = lines[i].sku;
    row.product = quote.product;
    row.name = std::move(quote.name);
    row.variant = std::move(quote.variant);
    row.kind = std::move(quote.kind);
    row.stock_tracked = quote.stock_tracked;
    row.quantity = lines[i].quantity;
    row.unit_price = quote.price;
    row.total = *total;
    row.customization = std::move(lines[i].customization);
    priced.lines.push_back(std::move(row));
  }
  if (!error.fields.empty()) co_return fail(std::move(error));
  co_return priced;
}

std::optional<Error> beyond_charge(Money total) {
  const payment::ChargeLimits limits = payment::charge_limits(total.currency);
  if (total.minor_units >= limits.least && total.minor_units <= limits.most) return std::nullopt;
  Error error = invalid_fields();
  error.fields.push_back({"/lines", "total.not_chargeable",
                          fmt::format("The total is {}; a card can be charged {} to {}.", in_words(total),
                                      in_words({limits.least, total.currency}), in_words({limits.most, total.currency}))});
  return error;
}

std::optional<Error> refusal_of(const provisioner::CheckReply& check, const std::vector<LineRow>& lines) {
  Error sold_out{ErrorKind::conflict, "stock.insufficient", {}};
  Error invalid = invalid_fields();
  Error changed{ErrorKind::conflict, "product.changed", {}};
  for (const auto& line : check.lines) {
    const auto at = static_cast<std::size_t>(line.line);
    if (line.ok || at >= lines.size()) continue;
    if (line.code == "stock.insufficient") {
      if (line.available > 0) continue;
      sold_out.fields.push_back({line_pointer(at, "quantity"), line.code, lines[at].sku.value + " is sold out."});
      sold_out.detail += (sold_out.detail.empty() ? "" : " ") + lines[at].sku.value + " is sold out.";
    } else if (line.code == "product.changed") {
      changed.fields.push_back({line_pointer(at, "sku"), line.code, lines[at].sku.value + " was changed just now; look at it again."});
      changed.detail = "A product was changed while it was bought; nothing was ordered.";
    } else if (line.code == "shipping_address.missing") {
      if (invalid.fields.empty() || invalid.fields.back().pointer != "/shipping_address")
        invalid.fields.push_back({"/shipping_address", "shipping_address.required", "A line is delivered by parcel: say where to."});
    } else {
      invalid.fields.push_back({line_pointer(at, "sku"), line.code.empty() ? "sku.unknown" : line.code, lines[at].sku.value + " cannot be delivered."});
    }
  }
  if (!invalid.fields.empty()) return invalid;
  if (!changed.fields.empty()) return changed;
  if (!sold_out.fields.empty()) return sold_out;
  return std::nullopt;
}

std::string to_text(Money money) { return std::to_string(money.minor_units) + " " + money.currency.to_string(); }

}  // namespace pps::orchestrator::pricing
