#include "services/catalogue/module.hpp"

#include <zlib.h>

#include <fstream>
#include <iterator>

#include "cache/local/local_cache.hpp"
#include "search/xapian/xapian_index.hpp"
#include "services/catalogue/service.hpp"

namespace pps::catalogue {

namespace {
struct Configuration {
  ServiceOptions service;
  cache::LocalOptions cache;
};

Configuration read(config::Config& config) {
  Configuration out;
  out.service.currency = config.get_string("shop.currency", out.service.currency);
  if (!Currency::parse(out.service.currency)) config.refuse("shop.currency", "must be an ISO 4217 code such as EUR");
  out.cache.name = "catalogue";
  out.cache.max_bytes =
      static_cast<std::size_t>(config.get_int("catalogue.cache_bytes", 32 << 20, 1 << 20, std::int64_t{64} << 30));
  out.cache.ttl = config.get_duration("catalogue.cache_ttl", std::chrono::minutes(10));
  return out;
}
}  // namespace

void read_configuration(config::Config& config) { (void)read(config); }

Task<std::shared_ptr<CatalogueApi>> make_local(Dependencies dependencies) {
  Configuration given = read(dependencies.config);
  search::XapianOptions index_options;
  if (!dependencies.data_folder.empty()) index_options.path = dependencies.data_folder + "/search";

  Result<std::shared_ptr<search::Index>> index =
      co_await search::open_xapian(dependencies.runtime, std::move(index_options));
  if (!index) co_return fail(std::move(index).error());
  auto repository = std::make_unique<Repository>(dependencies.runtime, dependencies.table, dependencies.bus,
                                                 dependencies.shards);
  auto cache = cache::make_local_cache(dependencies.runtime, std::move(given.cache));
  auto service = std::make_shared<CatalogueService>(dependencies.runtime, std::move(repository), std::move(cache),
                                                    std::move(*index), dependencies.bus, std::move(given.service));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  std::shared_ptr<CatalogueApi> api = std::move(service);
  co_return api;
}

std::vector<Sku> AppstreamFolder::boxes() const {
  std::vector<Sku> skus;
  for (const std::string& slug : slugs) skus.push_back(Sku{slug + "-box"});
  return skus;
}

Result<AppstreamFolder> open_appstream(const std::string& folder) {
  const std::string path = folder + "/components.yml.gz";
  const gzFile file = gzopen(path.c_str(), "rb");
  if (!file)
    return fail(ErrorKind::not_found, "appstream.missing", path + " is not there; tools/fetch-appstream fetches it");
  std::string yaml;
  char buffer[1 << 16];
  int count = 0;
  while ((count = gzread(file, buffer, sizeof buffer)) > 0) yaml.append(buffer, static_cast<std::size_t>(count));
  gzclose(file);
  if (count < 0) return fail(ErrorKind::invalid, "appstream.syntax", path + " is not whole");
  Result<std::vector<AppstreamEntry>> entries = read_appstream(yaml);
  if (!entries) return fail(std::move(entries).error());
  AppstreamFolder out;
  out.slugs = slugs_of(*entries);
  out.entries = std::move(*entries);
  out.icons = [icons = folder + "/icons/"](const std::string& size,
                                           const std::string& name) -> std::optional<std::string> {
    if (name.find('/') != std::string::npos) return std::nullopt;
    std::ifstream icon(icons + size + "/" + name, std::ios::binary);
    if (!icon) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(icon), {});
  };
  return out;
}

namespace {

/// The categories that its products name, and synonyms.
Task<void> prepare_appstream(std::shared_ptr<CatalogueApi> api, Context context, std::string actor) {
  CategoriesRequest categories{appstream_categories()};
  Result<JsonReply> defined = co_await api->define_categories(context, std::move(categories));
  if (!defined) co_return fail(std::move(defined).error());
  // A merchant's own stay: the shipped ones are only for a shop that has none.
  ChangeRequest synonyms{"", etag_of(0), write_synonyms({appstream_synonyms(), {}}), std::move(actor)};
  Result<JsonReply> set = co_await api->set_synonyms(context, std::move(synonyms));
  if (!set && set.error().kind != ErrorKind::stale) co_return fail(std::move(set).error());
  co_return Result<void>{};
}

}  // namespace

Task<JsonReply> import_appstream(std::shared_ptr<CatalogueApi> api, Context context,
                                 std::shared_ptr<const AppstreamFolder> folder, std::string actor, bool dry_run) {
  if (!dry_run) {
    Result<void> prepared = co_await prepare_appstream(api, context, actor);
    if (!prepared) co_return fail(std::move(prepared).error());
  }
  ImportBegin begin{"bundle", std::move(actor), dry_run};
  Result<JsonReply> begun = co_await api->import_begin(context, std::move(begin));
  if (!begun) co_return fail(std::move(begun).error());
  const std::string id = begun->json.substr(7, 36);  // ImportJob begins {"id":"
  constexpr std::size_t kPiece = 512 << 10;
  ImportPiece piece;
  piece.id = id;
  for (std::size_t i = 0; i < folder->entries.size(); ++i) {
    const std::string line = appstream_bundle(folder->entries[i], folder->slugs[i], folder->icons) + "\n";
    piece.bytes.insert(piece.bytes.end(), line.begin(), line.end());
    if (piece.bytes.size() < kPiece) continue;
    ImportPiece full = std::move(piece);
    piece = ImportPiece{};
    piece.id = id;
    Result<JsonReply> taken = co_await api->import_piece(context, std::move(full));
    if (!taken) co_return fail(std::move(taken).error());
  }
  piece.last = true;
  Result<JsonReply> job = co_await api->import_piece(context, std::move(piece));
  co_return job;
}

}  // namespace pps::catalogue
