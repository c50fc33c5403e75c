#pragma once

#include <string>

#include "services/catalogue/api.hpp"
#include "services/catalogue/model.hpp"

/// Bodies of the events that the catalogue writes and follows. Fields of a newer version are ignored.
namespace pps::catalogue {

std::string write_product_changed(const ProductChanged& change);
Result<ProductChanged> read_product_changed(const std::string& body);

struct StockStatus {
  Sku sku;
  Availability availability = Availability::out;
};
/// Of a purchase that was completed.
struct SoldLine {
  ProductId product;
  std::int64_t quantity = 0;
};
/// `lines` of orchestrator::PurchaseEvent; none in events of earlier versions.
Result<std::vector<SoldLine>> read_sold_lines(const std::string& body);

/// store::StockCrossed.
Result<StockStatus> read_stock_crossed(const std::string& body);

}  // namespace pps::catalogue
