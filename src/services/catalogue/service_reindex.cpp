#include <set>

#include "runtime/log.hpp"
#include "services/catalogue/offers.hpp"
#include "services/catalogue/service.hpp"
#include "services/catalogue/text_json.hpp"

/// The search index built anew from the products, beside the one that answers meanwhile.
namespace pps::catalogue {
namespace {

constexpr std::size_t kPage = 100;      ///< Products read at once: the loop is theirs for about a millisecond.
constexpr std::size_t kBatch = 2'000;   ///< Documents that the index writes at once: each time costs a sync.

}  // namespace

Task<void> CatalogueService::reindex() {
  const auto self = shared_from_this();
  co_await indexing_.acquire();  // changes wait: the log has them
  log::info("catalogue.reindex_begun");
  rebuild_ = {true, 0, index_->documents(), to_unix_us(runtime_.clock.now()), 0, true};
  Result<void> done = co_await rebuild_index();
  indexing_.release();
  if (done) done = co_await refresh_live();
  rebuild_.running = false;
  rebuild_.ended_at_us = to_unix_us(runtime_.clock.now());
  rebuild_.ok = done.has_value();
  log::info("catalogue.reindex_ended", {{"documents", index_->documents()}, {"ok", done.has_value()}});
  co_return done;
}

Task<void> CatalogueService::rebuild_index() {
  Result<std::uint64_t> position = co_await repository_->index_position();
  if (!position) co_return fail(std::move(position).error());
  Result<void> done = co_await index_->begin_rebuild();
  std::optional<ProductId> after;
  std::vector<search::Change> changes;
  for (bool last = false; done && !last;) {
    Result<std::vector<Product>> page = co_await repository_->scan(after, kPage);
    if (!page) co_return fail(std::move(page).error());
    for (const Product& product : *page)
      if (is_sold(product.input, runtime_.clock.now())) changes.push_back({product.id.value, document_of(product)});
    last = page->size() < kPage;
    if (!last) after = page->back().id;
    co_await runtime::yield();
    if (!last && changes.size() < kBatch) continue;
    rebuild_.documents += changes.size();
    done = co_await index_->rebuild(std::exchange(changes, {}));
  }
  if (done) done = co_await index_->finish_rebuild(*position);
  co_return done;
}

/// What is memory alone, as it is now: it may have changed after a document was made and before it was in the index.
Task<void> CatalogueService::refresh_live() {
  Result<std::vector<std::pair<Sku, AvailabilityRow>>> rows = co_await repository_->availability();
  if (!rows) co_return fail(std::move(rows).error());
  std::set<Uuid> seen;
  for (const auto& [sku, row] : *rows) {
    if (row.product.is_nil() || !seen.insert(row.product).second) continue;
    Result<void> done = co_await refresh_availability(ProductId{row.product});
    if (!done) co_return done;
    if (seen.size() % 50 == 0) co_await runtime::yield();
  }
  co_return Result<void>{};
}

Task<JsonReply> CatalogueService::rebuild_search(Context, RebuildRequest request) {
  const auto self = shared_from_this();
  if (request.begin && !rebuild_.running) {
    rebuild_.running = true;
    runtime::spawn(runtime_.executor, [](std::shared_ptr<CatalogueService> service) -> boost::asio::awaitable<void> {
      Result<void> done = co_await service->reindex();
      if (!done) log::error("catalogue.reindex_failed", {{"code", done.error().code}, {"detail", done.error().detail}});
    }(self));
  }
  JsonObject out;
  out.raw("running", rebuild_.running ? "true" : "false").raw("ok", rebuild_.ok ? "true" : "false");
  out.number("documents", static_cast<std::int64_t>(rebuild_.documents)).number("before", static_cast<std::int64_t>(rebuild_.before));
  if (rebuild_.began_at_us > 0) out.text("began_at", to_rfc3339(from_unix_us(rebuild_.began_at_us)));
  if (!rebuild_.running && rebuild_.ended_at_us > 0) out.text("ended_at", to_rfc3339(from_unix_us(rebuild_.ended_at_us)));
  co_return JsonReply{out.take(), ""};
}

}  // namespace pps::catalogue
