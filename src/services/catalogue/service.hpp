#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/bus.hpp"
#include "cache/cache.hpp"
#include "runtime/metrics.hpp"
#include "runtime/runtime.hpp"
#include "services/catalogue/api.hpp"
#include "services/catalogue/categories.hpp"
#include "services/catalogue/crossings.hpp"
#include "services/catalogue/imports.hpp"
#include "services/catalogue/keyed_locks.hpp"
#include "services/catalogue/model.hpp"
#include "services/catalogue/replies.hpp"
#include "services/catalogue/repository.hpp"
#include "search/index.hpp"

namespace pps::catalogue {

struct ServiceOptions {
  std::string currency = "EUR";       ///< The shop's: what a request without one means.
  std::size_t import_parallel = 128;  ///< Rows of one import under way at once.
};

struct StoredForRow;

/// What was stored by a change.
struct Saved {
  Product product;
  RowOutcome outcome = RowOutcome::changed;
};

/// The catalogue's rules. Public reads come from cached replies; changes go through the repository, then drop what was
/// cached; the index and the availability column follow events. Loop-confined.
class CatalogueService final : public CatalogueApi, public std::enable_shared_from_this<CatalogueService> {
 public:
  CatalogueService(runtime::Runtime& runtime, std::unique_ptr<Repository> repository,
                   std::shared_ptr<cache::Cache> cache, std::shared_ptr<search::Index> index,
                   std::shared_ptr<bus::Bus> bus, ServiceOptions options);
  ~CatalogueService() override;

  /// Opens the shards, reads categories and availability, and begins to follow events; the index is built anew in the
  /// background if it is missing or behind. Call once, before anything else.
  Task<void> start();

  Task<JsonReply> get_product(Context context, ProductRequest request) override;
  Task<JsonReply> list_products(Context context, ListRequest request) override;
  Task<JsonReply> related(Context context, ProductRequest request) override;
  Task<JsonReply> suggest(Context context, SuggestRequest request) override;
  Task<JsonReply> categories(Context context, Nothing request) override;
  Task<ImageReply> image(Context context, ImageRequest request) override;
  Task<QuoteReply> quote(Context context, QuoteRequest request) override;

  Task<JsonReply> admin_list(Context context, AdminListRequest request) override;
  Task<JsonReply> admin_get(Context context, ProductRequest request) override;
  Task<JsonReply> create(Context context, ChangeRequest request) override;
  Task<JsonReply> replace(Context context, ChangeRequest request) override;
  Task<JsonReply> archive(Context context, ChangeRequest request) override;
  Task<JsonReply> add_image(Context context, ImageUpload request) override;
  Task<JsonReply> arrange_images(Context context, ChangeRequest request) override;
  Task<ImageReply> media(Context context, MediaRequest request) override;
  Task<JsonReply> history(Context context, HistoryRequest request) override;
  Task<JsonReply> version(Context context, VersionRequest request) override;
  Task<JsonReply> restore(Context context, RestoreRequest request) override;
  Task<JsonReply> import_begin(Context context, ImportBegin request) override;
  Task<JsonReply> import_piece(Context context, ImportPiece request) override;
  Task<JsonReply> import_status(Context context, ImportRequest request) override;
  Task<JsonReply> define_categories(Context context, CategoriesRequest request) override;
  Task<ExportReply> export_products(Context context, ExportRequest request) override;
  Task<JsonReply> synonyms(Context context, Nothing request) override;
  Task<JsonReply> set_synonyms(Context context, ChangeRequest request) override;
  Task<JsonReply> pins(Context context, Nothing request) override;
  Task<JsonReply> set_pins(Context context, ChangeRequest request) override;
  Task<JsonReply> rebuild_search(Context context, RebuildRequest request) override;
  Task<JsonReply> missed_queries(Context context, MissedRequest request) override;

  /// Creates the product, or replaces the one that has its slug (what an import does with a row).
  Task<Saved> upsert(ProductInput input, std::optional<std::vector<Image>> images, std::string actor);
  Task<void> put_blob(std::string sha256, std::string bytes);
  /// Builds the index from every product.
  Task<void> reindex();

 private:
  // read.cpp
  /// Error `invalid`: a currency or language of the wrong form.
  Result<Audience> audience_of(const std::string& currency, const std::string& language) const;
  struct BySlug {
    ProductId id;
    std::string moved_to;  ///< Not empty: the product had the slug before, and has this one now.
  };
  Task<std::optional<BySlug>> by_slug(std::string slug);
  Task<std::optional<ProductId>> id_of_slug(std::string slug);  ///< Of the product that has it now.
  Task<Product> find_public(ProductId id);
  Task<cache::Entry> cached(std::string kind, ProductId id, Audience audience);
  Task<cache::Entry> make_reply(std::string kind, ProductId id, Audience audience);
  Task<cache::Entry> make_slug(std::string slug);
  Task<cache::Entry> make_quote(std::string sku);
  Availability availability_of(const Variant& variant) const;
  AvailabilityOf availability() const;

  // pictures.cpp
  Task<Image> keep_picture(std::vector<std::uint8_t> bytes, std::string alt);
  Task<cache::Entry> blob(std::string sha256);

  // reindex.cpp
  /// How far the last rebuild of the index is, or was.
  struct Rebuild {
    bool running = false;
    std::uint64_t documents = 0, before = 0;  ///< In the new one so far; in the old one when it began.
    std::int64_t began_at_us = 0, ended_at_us = 0;
    bool ok = true;
  };
  Task<void> rebuild_index();
  Task<void> refresh_live();

  // history.cpp
  /// `not_found` "version.not_found".
  Task<Product> version_of(ProductId id, std::int64_t version);

  // crossings.cpp
  void watch(const Product& product);
  Task<void> load_crossings();
  void arm_crossings();
  boost::asio::awaitable<void> run_crossings();
  Task<void> cross(std::vector<ProductId> ids);

  // list.cpp
  Result<search::Query> to_query(const ListRequest& request, const std::string& currency) const;
  Task<std::string> make_page(search::QueryReply found, Audience audience);
  Task<cache::Entry> make_list(search::Query query, Audience audience);

  // search.cpp
  Task<void> load_search_settings();
  /// The new ETag.
  Task<std::string> change_setting(std::string matter, ChangeRequest request, std::string body);
  Task<void> check_pinned(PinsRow row);
  void use_pins(const PinsRow& row);
  void note_missed(const std::string& query, bool partial);
  Task<void> keep_missed();

  // popularity.cpp
  static constexpr const char* kSold = "sold";  ///< The index's column of units sold lately.
  Task<void> load_popularity();
  Task<void> on_purchases(std::vector<bus::Delivered> events);
  void keep_popularity_later();
  Task<void> keep_popularity();
  void show_popularity();

  // dry_run.cpp
  Task<StoredForRow> stored_for(ProductInput input);
  Task<void> plan_rows(std::shared_ptr<Import> import, std::vector<NumberedRow> rows);

  // change.cpp
  Task<Product> create_product(ProductInput input, std::vector<Image> images, std::string actor);
  /// What of a product is changed.
  struct Content {
    ProductInput input;
    std::vector<Image> images;
  };
  /// Makes of a product as it is what it is to be; called once, under its lock.
  using Edit = std::function<Result<Content>(const Product&)>;
  /// Errors: the edit's, "product.not_found", `stale` "etag.mismatch" if there is an `if_match` and it is another version's.
  Task<Saved> edit_product(ProductId id, std::optional<std::string> if_match, Edit edit, std::string actor);
  /// The same, answering the AdminProduct.
  Task<JsonReply> edit_and_reply(ProductId id, std::optional<std::string> if_match, Edit edit, std::string actor);
  Task<Saved> replace_locked(Product current, Content content, std::string actor, Duration begun);
  /// "product.not_found"; `precondition_required` "etag.required".
  static Result<ProductId> id_to_change(const std::string& id, const std::string& if_match);
  /// Its moments to come are noted first.
  Task<void> write(Repository::Change change);
  Task<void> claim_all(std::vector<Claim> claims, ProductId owner, ProductInput input);
  Task<void> release_all(std::vector<Claim> claims, ProductId owner);
  void changed(const ProductChanged& change, const Product& product);
  void forget_replies(ProductId id);
  void know_audiences(const ProductInput& input);

  // indexer.cpp
  search::Document document_of(const Product& product) const;
  Task<void> on_products(std::vector<bus::Delivered> events);
  Task<void> on_stock(std::vector<bus::Delivered> events);
  Task<void> index_products(std::vector<ProductId> ids, std::uint64_t position);
  Task<void> refresh_availability(ProductId id);
  Task<void> load_availability();
  boost::asio::awaitable<void> catch_up();

  runtime::Runtime& runtime_;
  std::unique_ptr<Repository> repository_;
  std::shared_ptr<cache::Cache> cache_;
  std::shared_ptr<search::Index> index_;
  std::shared_ptr<bus::Bus> bus_;
  const ServiceOptions options_;
  ProductLocks locks_;
  runtime::Semaphore indexing_{1};
  CategoryTree tree_;
  std::unordered_map<Sku, Availability> stock_;  ///< As stock events said; a SKU that is not here is out.
  std::set<std::string> currencies_;             ///< Every currency that a cached reply may be in.
  std::set<std::string> languages_{""};          ///< The same of languages.
  std::map<std::string, std::shared_ptr<Import>> imports_;
  std::map<std::string, std::vector<Uuid>> pins_;  ///< What stands first, by `normal_query`.
  Popularity popularity_;
  runtime::TimerHandle popularity_timer_;
  bool popularity_waits_ = false;  ///< To be kept, by `popularity_timer_`.
  Crossings crossings_;
  runtime::TimerHandle crossings_timer_;
  bool crossing_ = false;  ///< `run_crossings` is under way.
  Rebuild rebuild_;
  MissedQueries missed_;
  runtime::TimerHandle missed_timer_;
  bool missed_waits_ = false;  ///< To be kept, by `missed_timer_`.
  metrics::Gauge& index_lag_;
  metrics::Counter& changes_;
};

}  // namespace pps::catalogue
