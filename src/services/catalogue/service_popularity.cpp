#include "runtime/log.hpp"
#include "services/catalogue/product_events.hpp"
#include "services/catalogue/service.hpp"

/// What is bought often is found first: completed purchases are counted by product, and the index told of it now and then.
namespace pps::catalogue {
namespace {

/// A crash loses the counts of no more than this; and a list that was asked for holds so long, however much is sold.
constexpr Duration kKeepEvery = std::chrono::minutes(5);

}  // namespace

Task<void> CatalogueService::load_popularity() {
  Result<Popularity::Rows> rows = co_await repository_->popularity();
  if (!rows) co_return fail(std::move(rows).error());
  popularity_.load(*rows);
  co_return Result<void>{};
}

Task<void> CatalogueService::on_purchases(std::vector<bus::Delivered> events) {
  for (const bus::Delivered& one : events) {
    if (one.event.type != "purchase.completed") continue;
    Result<std::vector<SoldLine>> lines = read_sold_lines(one.event.body);
    if (!lines) {
      log::error("catalogue.event_unreadable", {{"origin", one.origin}, {"code", lines.error().code}});
      continue;
    }
    for (const SoldLine& line : *lines) popularity_.sold(line.product, line.quantity, one.event.at_us);
    keep_popularity_later();
  }
  co_return Result<void>{};
}

void CatalogueService::keep_popularity_later() {
  if (std::exchange(popularity_waits_, true)) return;
  popularity_timer_ = runtime_.timers.call_at(runtime_.clock.monotonic() + kKeepEvery, [this] {
    popularity_waits_ = false;
    const auto keep = [](std::shared_ptr<CatalogueService> self) -> boost::asio::awaitable<void> {
      Result<void> kept = co_await self->keep_popularity();
      if (!kept) log::warn("catalogue.popularity_not_kept", {{"code", kept.error().code}});
    };
    runtime::spawn(runtime_.executor, keep(shared_from_this()));
  });
}

Task<void> CatalogueService::keep_popularity() {
  const auto self = shared_from_this();
  show_popularity();
  const Popularity::Rows rows = popularity_.take_unsaved();
  Popularity::Rows kept_rows = rows;
  Result<void> kept = co_await repository_->put_popularity(std::move(kept_rows));
  if (!kept) popularity_.unsaved_again(rows);
  co_return kept;
}

void CatalogueService::show_popularity() {
  for (const auto& [product, units] : popularity_.take_news(to_unix_us(runtime_.clock.now())))
    index_->set_live_number(product.value, kSold, units);
}

}  // namespace pps::catalogue
