#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "services/catalogue/api.hpp"
#include "services/catalogue/model.hpp"
#include "services/catalogue/popularity.hpp"
#include "services/catalogue/search_settings.hpp"
#include "storage/shard_host.hpp"

namespace pps::catalogue {

/// A claim of a slug or a SKU: written before the product, so that no two products have it.
struct Claim {
  std::string kind;   ///< "slug", "sku"
  std::string value;
  auto operator<=>(const Claim&) const = default;
};

/// A category as it is kept.
struct CategoryRow {
  std::string name, parent;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&CategoryRow::name), storage::column<2>(&CategoryRow::parent));
  }
};

/// What a merchant set of a matter.
struct Setting {
  std::string body;           ///< A row's encoding; empty: nothing was ever set.
  std::uint64_t version = 0;  ///< What a change must name; 0: nothing was ever set.
};

/// What stock events said of a SKU last.
struct AvailabilityRow {
  std::uint8_t status = 0;  ///< Availability.
  Uuid product{};           ///< Nil: no product had the SKU then.
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&AvailabilityRow::status), storage::column<2>(&AvailabilityRow::product));
  }
};

/// The catalogue's tables. A product is a row of the shard that its id names, written by the shard's owner with its
/// event in the same commit; slugs and SKUs are claims in partitions of their own; pictures, categories, availability
/// and import reports are plain rows. Loop-confined.
class Repository {
 public:
  Repository(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, std::shared_ptr<bus::Bus> bus,
             std::uint16_t shards);
  ~Repository();

  /// Opens every shard, so that what its outbox still holds is carried to the bus.
  Task<void> open();
  ProductId new_id();

  Task<std::optional<Product>> find(ProductId id);
  struct Change {
    Product product;
    std::optional<Product> before;  ///< The version before, which goes into the history.
    std::string event_type;
    ProductChanged event;
    Duration begun;
  };
  /// Puts version `product.version` with its event. @pre the caller holds the product's lock, has read the version before,
  /// and began at `begun` (Clock::monotonic): older than 30 s it is refused, `unavailable` "catalogue.too_late", because
  /// others may take over claims without a product after 60 s. `conflict` "product.withdrawn": its claims were.
  Task<void> write(Change change);

  static constexpr std::uint64_t kVersionsKept = 100;
  /// Versions that were replaced, the newest first, below `before`; of each product the last `kVersionsKept`.
  Task<std::vector<Product>> history(ProductId id, std::uint64_t before, std::size_t limit);

  /// Remembers that the product names a moment that is to come; `false`: forgets it.
  Task<void> note_crossing(ProductId id, bool comes);
  Task<std::vector<ProductId>> crossings();

  /// Who has it; the product may not exist yet, or use it no more. Nothing if nobody.
  Task<std::optional<ProductId>> owner_of(Claim claim);
  /// `conflict` "slug.taken" or "sku.taken" if another product has it. A claim that never got its product (its writer
  /// died) is taken over: at once if the product is of a shard that this process holds, since nobody else can write it then,
  /// else after 60 s. @pre `owner` is being written (`writing`).
  Task<void> claim(Claim claim, ProductId owner);
  /// Says that this process is between a product's claims and its row, until it is destroyed.
  class Writing {
   public:
    Writing(std::multiset<ProductId>& ids, ProductId id) : ids_(ids), at_(ids.insert(id)) {}
    Writing(const Writing&) = delete;
    ~Writing() { ids_.erase(at_); }

   private:
    std::multiset<ProductId>& ids_;
    std::multiset<ProductId>::iterator at_;
  };
  Writing writing(ProductId id) { return Writing(writing_, id); }
  /// Gives it up if `owner` has it.
  Task<void> release(Claim claim, ProductId owner);

  /// Products in the order of their ids, after `after`.
  Task<std::vector<Product>> scan(std::optional<ProductId> after, std::size_t limit);

  Task<void> put_blob(std::string sha256, std::string bytes);
  Task<std::optional<std::string>> find_blob(std::string sha256);

  Task<void> put_category(std::string slug, CategoryRow row);
  Task<std::vector<std::pair<std::string, CategoryRow>>> categories();

  Task<void> put_availability(Sku sku, AvailabilityRow row);
  Task<std::vector<std::pair<Sku, AvailabilityRow>>> availability();

  /// The last event that the search index holds durably.
  Task<void> put_index_position(std::uint64_t position);
  Task<std::uint64_t> index_position();

  Task<Setting> setting(std::string matter);
  /// Puts version `was + 1`. `conflict` "storage.condition" if the version is not `was` any more.
  Task<void> put_setting(std::string matter, std::string body, std::uint64_t was);

  Task<void> put_missed(MissedRow row);
  Task<MissedRow> missed();

  Task<void> put_popularity(Popularity::Rows rows);
  Task<Popularity::Rows> popularity();

  /// The report of an import as ImportJob's JSON, kept until `expires_s` (Unix seconds).
  Task<void> put_import(std::string id, std::string json, std::int64_t expires_s);
  Task<std::optional<std::string>> find_import(std::string id);

 private:
  struct Memory;
  struct State;
  Task<std::shared_ptr<Memory>> shard_of(ProductId id);
  std::string partition_of(std::uint16_t shard) const;
  Task<bool> uses(ProductId id, Claim claim);
  Task<void> withdraw(ProductId id);
  Task<void> put_plain(std::string partition, storage::RowKey at, std::string body, std::int64_t expires_s = 0);
  Task<std::vector<storage::Row>> scan_all(std::string partition, storage::RowKind kind);

  std::unique_ptr<State> state_;
  std::multiset<ProductId> writing_;
};

}  // namespace pps::catalogue
