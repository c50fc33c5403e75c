#include "services/catalogue/service.hpp"

namespace pps::catalogue {

CatalogueService::CatalogueService(runtime::Runtime& runtime, std::unique_ptr<Repository> repository,
                                   std::shared_ptr<cache::Cache> cache, std::shared_ptr<search::Index> index,
                                   std::shared_ptr<bus::Bus> bus, ServiceOptions options)
    : runtime_(runtime),
      repository_(std::move(repository)),
      cache_(std::move(cache)),
      index_(std::move(index)),
      bus_(std::move(bus)),
      options_(std::move(options)),
      currencies_{options_.currency},
      index_lag_(metrics::gauge("pps_catalogue_index_lag_milliseconds",
                                "How old the last product event was when the search index had it.")),
      changes_(metrics::counter("pps_catalogue_changes_total", "Products created or changed.")) {}

CatalogueService::~CatalogueService() = default;

Task<void> CatalogueService::start() {
  Result<void> opened = co_await repository_->open();
  if (!opened) co_return opened;
  Result<std::vector<std::pair<std::string, CategoryRow>>> categories = co_await repository_->categories();
  if (!categories) co_return fail(std::move(categories).error());
  for (auto& [slug, row] : *categories) tree_.put(slug, std::move(row));
  Result<void> settings = co_await load_search_settings();
  if (!settings) co_return settings;
  Result<void> loaded = co_await load_availability();
  if (!loaded) co_return loaded;
  Result<void> popularity = co_await load_popularity();
  if (!popularity) co_return popularity;

  // The bus may outlive this service: its consumers hold it weakly.
  const std::weak_ptr<CatalogueService> weak = weak_from_this();
  const auto gone = []() -> std::unexpected<Error> {
    return fail(ErrorKind::unavailable, "catalogue.stopped", "the catalogue has stopped");
  };
  bus_->subscribe("product", "catalogue", [weak, gone](std::vector<bus::Delivered> events) -> Task<void> {
    if (const auto self = weak.lock()) return self->on_products(std::move(events));
    return [](std::unexpected<Error> error) -> Task<void> { co_return error; }(gone());
  });
  bus_->subscribe("stock", "catalogue", [weak, gone](std::vector<bus::Delivered> events) -> Task<void> {
    if (const auto self = weak.lock()) return self->on_stock(std::move(events));
    return [](std::unexpected<Error> error) -> Task<void> { co_return error; }(gone());
  });
  bus_->subscribe("purchase", "catalogue", [weak, gone](std::vector<bus::Delivered> events) -> Task<void> {
    if (const auto self = weak.lock()) return self->on_purchases(std::move(events));
    return [](std::unexpected<Error> error) -> Task<void> { co_return error; }(gone());
  });
  runtime::spawn(runtime_.executor, catch_up());
  co_return Result<void>{};
}

}  // namespace pps::catalogue
