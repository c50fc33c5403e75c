#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bus/bus.hpp"
#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/catalogue/api.hpp"
#include "services/catalogue/appstream.hpp"
#include "storage/table.hpp"

namespace pps::catalogue {

struct Dependencies {
  runtime::Runtime& runtime;
  config::Config& config;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  std::string data_folder;  ///< The index is in its folder `search`; empty: in memory.
  std::uint16_t shards = 4;
};

/// Reads every key that `make_local` does, so that what is wrong can be refused before anything is opened.
void read_configuration(config::Config& config);

/// Keys: shop.currency ("EUR"), catalogue.cache_bytes (33554432), catalogue.cache_ttl ("10m").
/// Errors: `unavailable` "search.engine", those of the table.
Task<std::shared_ptr<CatalogueApi>> make_local(Dependencies dependencies);

/// What tools/fetch-appstream left in a folder.
struct AppstreamFolder {
  std::vector<AppstreamEntry> entries;
  std::vector<std::string> slugs;  ///< Of the entries.
  IconSource icons;
  /// SKUs of the boxed copies, which want stock.
  std::vector<Sku> boxes() const;
};
/// Errors: `not_found` "appstream.missing", `invalid` "appstream.syntax".
Result<AppstreamFolder> open_appstream(const std::string& folder);

/// Defines the categories and imports every entry; the ended import's ImportJob. Repeating it changes nothing.
/// @param dry_run Only the report is made: no category, synonym or product is written.
Task<JsonReply> import_appstream(std::shared_ptr<CatalogueApi> api, Context context,
                                 std::shared_ptr<const AppstreamFolder> folder, std::string actor, bool dry_run);

}  // namespace pps::catalogue
