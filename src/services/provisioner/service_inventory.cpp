#include "services/provisioner/service.hpp"

/// The operator's inventory: which SKUs keep stock the catalogue says, the counts come from the store.
namespace pps::provisioner {

Task<bool> ProvisionerService::keeps_stock(Context context, Sku sku) {
  if (!is_valid_sku(sku.value))
    co_return fail(ErrorKind::not_found, "sku.not_found",
                   "a SKU has 1 to 64 characters of A-Z a-z 0-9 . _ + -");
  catalogue::QuoteRequest request;
  request.skus.push_back(sku);
  Result<catalogue::QuoteReply> quotes =
      co_await deps_.catalogue->quote(context, std::move(request));
  if (!quotes) co_return fail(std::move(quotes).error());
  if (quotes->quotes.empty() || !quotes->quotes.front().found)
    co_return fail(ErrorKind::not_found, "sku.not_found",
                   "no active product has the SKU " + sku.value);
  co_return quotes->quotes.front().stock_tracked;
}

Task<void> ProvisionerService::require_stock(Context context, Sku sku) {
  Result<bool> tracked = co_await keeps_stock(context, sku);
  if (!tracked) co_return fail(std::move(tracked).error());
  if (*tracked) co_return Result<void>{};
  co_return fail(ErrorKind::conflict, "stock.not_tracked",
                 sku.value + " keeps no stock (stock_tracked is false) and never runs out");
}

Task<store::StockLevel> ProvisionerService::inventory(Context context, store::SkuRequest request) {
  Result<bool> tracked = co_await keeps_stock(context, request.sku);
  if (!tracked) co_return fail(std::move(tracked).error());
  if (!*tracked) co_return store::StockLevel{.sku = request.sku};
  store::LevelsRequest asked;
  asked.skus.push_back(request.sku);
  Result<store::LevelsReply> levels = co_await deps_.store->levels(context, std::move(asked));
  if (!levels) co_return fail(std::move(levels).error());
  levels->levels.front().tracked = true;
  co_return levels->levels.front();
}

Task<store::StockLevel> ProvisionerService::receive(Context context, store::StockChange change) {
  Result<void> tracked = co_await require_stock(context, change.sku);
  if (!tracked) co_return fail(std::move(tracked).error());
  co_return co_await deps_.store->receive(context, std::move(change));
}

Task<store::StockLevel> ProvisionerService::adjust(Context context, store::StockChange change) {
  Result<void> tracked = co_await require_stock(context, change.sku);
  if (!tracked) co_return fail(std::move(tracked).error());
  co_return co_await deps_.store->adjust(context, std::move(change));
}

Task<store::StockLevel> ProvisionerService::count(Context context, store::StockChange change) {
  Result<void> tracked = co_await require_stock(context, change.sku);
  if (!tracked) co_return fail(std::move(tracked).error());
  co_return co_await deps_.store->count(context, std::move(change));
}

Task<store::StockLevel> ProvisionerService::set_policy(Context context, PolicyRequest request) {
  Result<void> tracked = co_await require_stock(context, request.sku);
  if (!tracked) co_return fail(std::move(tracked).error());
  store::ThresholdRequest threshold{request.sku, request.low_stock_threshold, request.expected};
  Result<store::StockLevel> level =
      co_await deps_.store->set_threshold(context, std::move(threshold));
  if (level) level->tracked = true;
  co_return level;
}

Task<store::MovementsReply> ProvisionerService::movements(Context context,
                                                          store::MovementsRequest request) {
  Result<bool> known = co_await keeps_stock(context, request.sku);
  if (!known) co_return fail(std::move(known).error());
  co_return co_await deps_.store->movements(context, std::move(request));
}

Task<AlertsReply> ProvisionerService::alerts(Context context, store::LowRequest request) {
  Result<store::LowReply> low = co_await deps_.store->low(context, std::move(request));
  if (!low) co_return fail(std::move(low).error());
  AlertsReply reply{.next_cursor = low->next_cursor};
  constexpr std::size_t kQuotes = 50;  // the catalogue's limit
  for (std::size_t first = 0; first < low->items.size(); first += kQuotes) {
    const std::size_t count = std::min(kQuotes, low->items.size() - first);
    catalogue::QuoteRequest asked;
    for (std::size_t i = 0; i < count; ++i) asked.skus.push_back(low->items[first + i].sku);
    Result<catalogue::QuoteReply> quotes = co_await deps_.catalogue->quote(context, std::move(asked));
    if (!quotes) co_return fail(std::move(quotes).error());
    for (std::size_t i = 0; i < count; ++i) {
      const catalogue::Quote& quote = quotes->quotes.at(i);
      if (quote.found && quote.stock_tracked)
        reply.items.push_back({low->items[first + i], quote.product, quote.name, quote.variant});
    }
  }
  co_return reply;
}

Task<store::LevelsReply> ProvisionerService::levels(Context context, store::LevelsRequest request) {
  catalogue::QuoteRequest quote{.skus = request.skus};
  Result<catalogue::QuoteReply> quotes = co_await deps_.catalogue->quote(context, std::move(quote));
  if (!quotes) co_return fail(std::move(quotes).error());
  Result<store::LevelsReply> levels = co_await deps_.store->levels(context, std::move(request));
  if (!levels) co_return levels;
  for (std::size_t i = 0; i < levels->levels.size() && i < quotes->quotes.size(); ++i)
    levels->levels[i].tracked = !quotes->quotes[i].found || quotes->quotes[i].stock_tracked;
  co_return levels;
}

}  // namespace pps::provisioner
