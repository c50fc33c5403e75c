#include <algorithm>

#include "runtime/log.hpp"
#include "services/catalogue/offers.hpp"
#include "services/catalogue/service.hpp"

/// Sales begin and end, products are published and withdrawn at their time: what was cached is dropped and the index told.
/// Whoever caches a reply has read the product and so watches it; that the index hears of moments that pass while no process
/// runs, `catalogue_plain` names the products that have any to come.
namespace pps::catalogue {
namespace {

/// Of the products whose moment has come, those that the index hears of in one go.
constexpr std::size_t kBatch = 200;
constexpr Duration kAgain = std::chrono::seconds(5);
/// The system's time may be set anew while the timer waits.
constexpr Duration kLongestWait = std::chrono::minutes(1);

}  // namespace

void CatalogueService::watch(const Product& product) {
  const std::optional<Timestamp> first = crossings_.first();
  const std::optional<Timestamp> next = next_crossing(product.input, runtime_.clock.now());
  if (next)
    crossings_.put(product.id, *next);
  else
    crossings_.remove(product.id);
  if (crossings_.first() != first) arm_crossings();
}

void CatalogueService::arm_crossings() {
  const std::optional<Timestamp> first = crossings_.first();
  if (!first || crossing_) return;
  const Duration wait = std::clamp<Duration>(*first - runtime_.clock.now(), Duration::zero(), kLongestWait);
  crossings_timer_ = runtime_.timers.call_at(runtime_.clock.monotonic() + wait, [this] {
    if (std::exchange(crossing_, true)) return;
    runtime::spawn(runtime_.executor, run_crossings());
  });
}

boost::asio::awaitable<void> CatalogueService::run_crossings() {
  const auto self = shared_from_this();
  for (;;) {
    const Timestamp now = runtime_.clock.now();
    const std::vector<ProductId> due = crossings_.take(now, kBatch);
    if (due.empty()) break;
    Result<void> crossed = co_await cross(due);
    if (crossed) continue;
    log::warn("catalogue.crossing_failed", {{"products", due.size()}, {"code", crossed.error().code}});
    for (const ProductId& id : due) crossings_.put(id, now + kAgain);
  }
  crossing_ = false;
  arm_crossings();
}

Task<void> CatalogueService::cross(std::vector<ProductId> ids) {
  for (const ProductId& id : ids) forget_replies(id);
  co_await indexing_.acquire();
  const std::uint64_t position = index_->position();
  Result<void> indexed = co_await index_products(ids, position);  // which watches for their next moments
  indexing_.release();
  if (!indexed) co_return indexed;
  for (const ProductId& id : ids) {
    const ProductLocks::Held held = co_await locks_.acquire(id);
    Result<std::optional<Product>> product = co_await repository_->find(id);
    if (!product) co_return fail(std::move(product).error());
    if (*product && next_crossing((*product)->input, runtime_.clock.now())) continue;
    Result<void> forgotten = co_await repository_->note_crossing(id, false);
    if (!forgotten) co_return forgotten;
  }
  co_return Result<void>{};
}

Task<void> CatalogueService::load_crossings() {
  Result<std::vector<ProductId>> ids = co_await repository_->crossings();
  if (!ids) co_return fail(std::move(ids).error());
  for (const ProductId& id : *ids) crossings_.put(id, runtime_.clock.now());  // looked at once: a moment may have passed
  arm_crossings();
  co_return Result<void>{};
}

}  // namespace pps::catalogue
