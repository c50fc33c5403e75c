#include "services/orchestrator/pricing.hpp"
#include "services/orchestrator/service.hpp"

namespace pps::orchestrator {

namespace {
void show_availability(PricedLine& line, const provisioner::LineCheck* check, const store::StockLevel& level) {
  // A missing address says nothing of whether the line can be had.
  line.available = !check || check->ok || check->code == "shipping_address.missing";
  if (!level.tracked) {
    line.availability = line.available ? "in_stock" : "out";
    return;
  }
  line.stock = level.available;
  line.available = line.available && level.available >= line.quantity;
  line.availability = level.available == 0 ? "out" : level.available <= level.low_stock_threshold ? "low" : "in_stock";
}
}  // namespace

Task<PriceReply> OrchestratorService::price(Context context, PriceRequest request) {
  const auto self = shared_from_this();
  Result<pricing::Priced> priced =
      co_await pricing::price(parts_.catalogue, context, request.lines, request.currency, "/currency");
  if (!priced) co_return fail(std::move(priced).error());
  PurchaseRow row;
  row.lines = std::move(priced->lines);
  provisioner::CheckRequest check;
  store::LevelsRequest levels;
  for (std::size_t i = 0; i < row.lines.size(); ++i) {
    check.lines.push_back(line_of(row, static_cast<std::int64_t>(i)));
    levels.skus.push_back(row.lines[i].sku);
  }
  auto& provisioner = *parts_.participants.provisioner;
  Result<provisioner::CheckReply> checked = co_await provisioner.check(context, std::move(check));
  if (!checked) co_return fail(std::move(checked).error());
  Result<store::LevelsReply> known = co_await provisioner.levels(context, std::move(levels));
  if (!known) co_return fail(std::move(known).error());
  PriceReply reply;
  reply.total = priced->total;
  reply.available = true;
  for (std::size_t i = 0; i < row.lines.size(); ++i) {
    const LineRow& from = row.lines[i];
    PricedLine line;
    line.line = static_cast<std::int64_t>(i);
    line.sku = from.sku;
    line.name = from.name;
    line.variant = from.variant;
    line.kind = from.kind;
    line.product = from.product;
    line.quantity = from.quantity;
    line.unit_price = from.unit_price;
    line.total = from.total;
    const provisioner::LineCheck* found = nullptr;
    for (const auto& one : checked->lines)
      if (one.line == line.line) found = &one;
    show_availability(line, found, i < known->levels.size() ? known->levels[i] : store::StockLevel{});
    reply.available = reply.available && line.available;
    reply.lines.push_back(std::move(line));
  }
  co_return reply;
}

}  // namespace pps::orchestrator
