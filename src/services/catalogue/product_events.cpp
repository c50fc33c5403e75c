#include "services/catalogue/product_events.hpp"

#include "net/json_reader.hpp"
#include "services/catalogue/text_json.hpp"

namespace pps::catalogue {

std::string write_product_changed(const ProductChanged& change) {
  JsonObject out;
  out.text("id", change.id.to_string()).number("version", change.version);
  out.raw("slugs", json_texts(change.slugs)).raw("skus", json_texts(change.skus));
  return out.take();
}

Result<ProductChanged> read_product_changed(const std::string& body) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(body, net::Unknown::ignore);
  if (!in) return fail(std::move(in).error());
  ProductChanged change;
  change.id = ProductId{in->uuid("id")};
  change.version = in->integer("version", 1, INT64_MAX);
  change.slugs = in->texts("slugs", 1'000);
  change.skus = in->texts("skus", 1'000);
  if (const Result<void> done = in->finish(); !done) return fail(done.error());
  return change;
}

Result<std::vector<SoldLine>> read_sold_lines(const std::string& body) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(body, net::Unknown::ignore);
  if (!in) return fail(std::move(in).error());
  std::vector<SoldLine> lines;
  if (in->has("lines")) {
    std::vector<net::ObjectReader> items = in->objects("lines", 0, 1'000);
    for (net::ObjectReader& one : items)
      lines.push_back({ProductId{one.uuid("product")}, one.integer("quantity", 1, INT64_MAX)});
  }
  if (const Result<void> done = in->finish(); !done) return fail(done.error());
  return lines;
}

Result<StockStatus> read_stock_crossed(const std::string& body) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(body, net::Unknown::ignore);
  if (!in) return fail(std::move(in).error());
  StockStatus status;
  status.sku = Sku{in->text("sku", {1, 64})};
  const auto availability = availability_of(in->one_of("status", {"in_stock", "low", "out"}));
  if (const Result<void> done = in->finish(); !done) return fail(done.error());
  status.availability = availability.value_or(Availability::out);
  return status;
}

}  // namespace pps::catalogue
