#include "services/catalogue/repository.hpp"

#include <algorithm>

#include "services/catalogue/product_events.hpp"
#include "storage/claims.hpp"
#include "storage/keys.hpp"
#include "storage/rows.hpp"

namespace pps::catalogue {
namespace {

constexpr storage::Family kLive{"catalogue_live", storage::FamilyUse::conditional};
constexpr storage::Family kClaims{"catalogue_claims", storage::FamilyUse::conditional};
/// What a merchant sets; one partition for each matter.
constexpr storage::Family kSettings{"catalogue_settings", storage::FamilyUse::conditional};
constexpr storage::Family kPlain{"catalogue_plain", storage::FamilyUse::plain};
constexpr storage::Family kBlobs{"catalogue_blobs", storage::FamilyUse::plain};

constexpr storage::RowKind kProduct = 1;
constexpr storage::RowKind kVersion = 3;    ///< One that was replaced, by product and version.
constexpr storage::RowKind kWithdrawn = 2;  ///< A product id that may never be written: its claims were taken over.
constexpr storage::RowKind kCategory = 1;
constexpr storage::RowKind kAvailability = 2;
constexpr storage::RowKind kIndex = 3;
constexpr storage::RowKind kImport = 4;
constexpr storage::RowKind kMissed = 5;
constexpr storage::RowKind kPopularity = 6;
constexpr storage::RowKind kCrossing = 7;
constexpr storage::RowKind kBlob = 1;
constexpr storage::RowKind kSetting = 1;

/// Well before storage::Claims lets others take a claim over.
/// Rows of one commit of popularity: about 60 bytes each.
constexpr std::size_t kPopularityBatch = 1'000;
constexpr Duration kWriteWithin = storage::Claims::kTakeOverAfter / 2;

struct ProductRow {
  std::int64_t created_at_us = 0, updated_at_us = 0;
  ProductInput input;
  std::vector<Image> images;
  std::string changed_by;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&ProductRow::created_at_us), storage::column<2>(&ProductRow::updated_at_us),
                      storage::column<3>(&ProductRow::input), storage::column<4>(&ProductRow::images),
                      storage::column<5>(&ProductRow::changed_by));
  }
};

std::string encode(const Product& product) {
  return storage::encode_row(
      ProductRow{product.created_at_us, product.updated_at_us, product.input, product.images, product.changed_by, {}});
}

std::string key_of(ProductId id) { return storage::KeyWriter().uuid(id.value).take(); }
std::string version_key(ProductId id, std::uint64_t version) {
  return storage::KeyWriter().uuid(id.value).u64(version).take();
}
std::string text_key(std::string_view text) { return storage::KeyWriter().text(text).take(); }

Result<Product> product_of(const storage::Row& row) {
  Uuid id;
  storage::KeyReader key(row.at.key);
  if (!key.uuid(id)) return fail(ErrorKind::internal, "storage.corrupt", "a product's key");
  Result<ProductRow> body = storage::decode_row<ProductRow>(row.body);
  if (!body) return fail(std::move(body).error());
  return Product{ProductId{id}, row.version, body->created_at_us, body->updated_at_us, std::move(body->input),
                 std::move(body->images), std::move(body->changed_by)};
}

}  // namespace

struct Repository::Memory {
  std::shared_ptr<storage::Shard> shard;
  bus::Relay relay;
};

struct Repository::State {
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  storage::Claims claims;
  std::vector<std::unique_ptr<storage::ShardHost<Memory>>> hosts;
};

Repository::Repository(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, std::shared_ptr<bus::Bus> bus,
                       std::uint16_t shards)
    : state_(std::make_unique<State>(
          State{runtime, table, std::move(bus), storage::Claims(runtime, *table, kClaims), {}})) {
  for (std::uint16_t number = 0; number < shards; ++number) {
    const auto load = [&runtime = state_->runtime, to = state_->bus](std::shared_ptr<storage::Shard> shard) {
      return [](runtime::Runtime& world, std::shared_ptr<bus::Bus> events,
                std::shared_ptr<storage::Shard> opened) -> Task<std::shared_ptr<Memory>> {
        auto memory = std::shared_ptr<Memory>(new Memory{opened, bus::Relay(world, opened, events)});
        co_return memory;
      }(runtime, to, std::move(shard));
    };
    storage::ShardAddress address{&kLive, "catalogue", number};
    state_->hosts.push_back(
        std::make_unique<storage::ShardHost<Memory>>(state_->runtime, *state_->table, std::move(address), load));
  }
}

Repository::~Repository() = default;

Task<void> Repository::open() {
  for (auto& host : state_->hosts) {
    Result<std::shared_ptr<Memory>> memory = co_await host->use();
    if (!memory) co_return fail(std::move(memory).error());
  }
  co_return Result<void>{};
}

ProductId Repository::new_id() {
  const auto shard = static_cast<std::uint16_t>(state_->runtime.random.below(state_->hosts.size()));
  return ProductId{runtime::new_uuid(state_->runtime, shard)};
}

std::string Repository::partition_of(std::uint16_t shard) const {
  return storage::ShardAddress{&kLive, "catalogue", shard}.partition();
}

Task<std::shared_ptr<Repository::Memory>> Repository::shard_of(ProductId id) {
  if (id.shard() >= state_->hosts.size()) co_return fail(ErrorKind::not_found, "product.not_found", "no such shard");
  Result<std::shared_ptr<Memory>> memory = co_await state_->hosts[id.shard()]->use();
  co_return memory;
}

Task<std::optional<Product>> Repository::find(ProductId id) {
  if (id.shard() >= state_->hosts.size()) co_return std::optional<Product>();
  std::string partition = partition_of(id.shard());
  storage::RowKey at{kProduct, key_of(id)};
  Result<std::optional<storage::Row>> row =
      co_await state_->table->find(kLive, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::optional<Product>();
  Result<Product> product = product_of(**row);
  if (!product) co_return fail(std::move(product).error());
  co_return std::optional<Product>(std::move(*product));
}

Task<void> Repository::write(Change change) {
  const Product& product = change.product;
  Result<std::shared_ptr<Memory>> memory = co_await shard_of(product.id);
  if (!memory) co_return fail(std::move(memory).error());
  std::string partition = partition_of(product.id.shard());
  storage::RowKey withdrawn{kWithdrawn, key_of(product.id)};
  Result<std::optional<storage::Row>> tombstone =
      co_await state_->table->find(kLive, std::move(partition), std::move(withdrawn));
  if (!tombstone) co_return fail(std::move(tombstone).error());
  if (*tombstone) co_return fail(ErrorKind::conflict, "product.withdrawn", "another writer took over its claims");
  if (state_->runtime.clock.monotonic() - change.begun > kWriteWithin) {
    Error error{ErrorKind::unavailable, "catalogue.too_late", "the change took too long; try again", {}, 1};
    co_return fail(std::move(error));
  }
  storage::Decision decision;
  decision.mutations.push_back(storage::Put{{{kProduct, key_of(product.id)}, product.version, encode(product)}});
  if (change.before) {
    const std::uint64_t was = change.before->version;
    decision.mutations.push_back(storage::Put{{{kVersion, version_key(product.id, was)}, 1, encode(*change.before)}});
    if (was > kVersionsKept) decision.mutations.push_back(storage::Erase{{kVersion, version_key(product.id, was - kVersionsKept)}});
  }
  decision.events.push_back({"product", std::move(change.event_type), product.id.to_string(),
                             write_product_changed(change.event), product.updated_at_us});
  Result<void> done = co_await (*memory)->shard->commit(std::move(decision));
  co_return done;
}

Task<std::vector<Product>> Repository::history(ProductId id, std::uint64_t before, std::size_t limit) {
  std::vector<Product> found;
  if (id.shard() >= state_->hosts.size()) co_return found;
  std::string to = version_key(id, before);
  while (found.size() < limit) {
    storage::ScanQuery query{&kLive, partition_of(id.shard()), kVersion, version_key(id, 0), to, true, limit - found.size()};
    Result<storage::ScanPage> page = co_await state_->table->scan(std::move(query));
    if (!page) co_return fail(std::move(page).error());
    for (const storage::Row& row : page->rows) {
      Result<Product> product = product_of(row);
      Uuid of;
      storage::KeyReader key(row.at.key);
      if (!product) co_return fail(std::move(product).error());
      if (!key.uuid(of) || !key.u64(product->version)) co_return fail(ErrorKind::internal, "storage.corrupt", "a version's key");
      found.push_back(std::move(*product));
    }
    if (!page->more || page->rows.empty()) break;
    to = page->rows.back().at.key;
  }
  co_return found;
}

Task<std::optional<ProductId>> Repository::owner_of(Claim claim) {
  Result<std::optional<std::string>> holder =
      co_await state_->claims.holder(std::move(claim.kind), std::move(claim.value));
  if (!holder) co_return fail(std::move(holder).error());
  co_return *holder ? ProductId::parse(**holder) : std::nullopt;
}

Task<bool> Repository::uses(ProductId id, Claim claim) {
  Result<std::optional<Product>> product = co_await find(id);
  if (!product) co_return fail(std::move(product).error());
  if (!*product) co_return false;
  const ProductInput& input = (*product)->input;
  if (claim.kind == "slug") co_return input.slug == claim.value;
  co_return std::any_of(input.variants.begin(), input.variants.end(),
                        [&](const Variant& variant) { return variant.sku == claim.value; });
}

/// A product that exists has only stopped using the claim; one that does not must never be written.
Task<void> Repository::withdraw(ProductId id) {
  Result<std::optional<Product>> product = co_await find(id);
  if (!product) co_return fail(std::move(product).error());
  if (*product) co_return Result<void>{};
  Result<std::shared_ptr<Memory>> memory = co_await shard_of(id);
  if (!memory) co_return fail(std::move(memory).error());
  storage::Decision decision;
  decision.mutations.push_back(storage::Put{{{kWithdrawn, key_of(id)}, 1, std::string()}});
  Result<void> done = co_await (*memory)->shard->commit(std::move(decision));
  co_return done;
}

Task<void> Repository::claim(Claim claim, ProductId owner) {
  storage::Claimant claimant;
  claimant.exists = [this, claim](std::string record) -> Task<bool> {
    return uses(ProductId::parse(record).value_or(ProductId()), claim);
  };
  claimant.bury = [this](std::string record) -> Task<void> {
    return withdraw(ProductId::parse(record).value_or(ProductId()));
  };
  claimant.gone = [this](const std::string& record) {
    const ProductId id = ProductId::parse(record).value_or(ProductId());
    return id.shard() < state_->hosts.size() && state_->hosts[id.shard()]->now() && !writing_.contains(id);
  };
  Result<void> done = co_await state_->claims.claim(claim.kind, claim.value, owner.to_string(), std::move(claimant));
  if (done || done.error().kind != ErrorKind::conflict) co_return done;
  co_return fail(ErrorKind::conflict, claim.kind + ".taken",
                 "the " + claim.kind + " \"" + claim.value + "\" belongs to another product");
}

Task<void> Repository::release(Claim claim, ProductId owner) {
  Result<void> done =
      co_await state_->claims.release(std::move(claim.kind), std::move(claim.value), owner.to_string());
  co_return done;
}

Task<std::vector<Product>> Repository::scan(std::optional<ProductId> after, std::size_t limit) {
  std::vector<Product> found;
  for (std::uint16_t shard = 0; shard < state_->hosts.size(); ++shard) {
    std::string from = after ? key_of(*after) + '\0' : std::string();
    for (std::size_t left = limit; left > 0;) {
      storage::ScanQuery query{&kLive, partition_of(shard), kProduct, from, "", false, left};
      Result<storage::ScanPage> page = co_await state_->table->scan(std::move(query));
      if (!page) co_return fail(std::move(page).error());
      for (const storage::Row& row : page->rows) {
        Result<Product> product = product_of(row);
        if (!product) co_return fail(std::move(product).error());
        found.push_back(std::move(*product));
      }
      if (!page->more || page->rows.empty()) break;
      from = page->rows.back().at.key + '\0';
      left -= std::min(left, page->rows.size());
    }
  }
  std::sort(found.begin(), found.end(), [](const Product& a, const Product& b) { return a.id < b.id; });
  if (found.size() > limit) found.resize(limit);
  co_return found;
}

// ------------------------------------------------------------------------------------------------ plain rows

Task<void> Repository::put_plain(std::string partition, storage::RowKey at, std::string body, std::int64_t expires_s) {
  storage::Batch batch{&kPlain, std::move(partition), {}, {}};
  batch.mutations.push_back(storage::Put{{std::move(at), 1, std::move(body), expires_s}});
  Result<void> done = co_await state_->table->commit(std::move(batch));
  co_return done;
}

Task<std::vector<storage::Row>> Repository::scan_all(std::string partition, storage::RowKind kind) {
  std::vector<storage::Row> rows;
  std::string from;
  for (;;) {
    storage::ScanQuery query{&kPlain, partition, kind, from, "", false, 1'000};
    Result<storage::ScanPage> page = co_await state_->table->scan(std::move(query));
    if (!page) co_return fail(std::move(page).error());
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(rows));
    if (!page->more || rows.empty()) co_return rows;
    from = rows.back().at.key + '\0';
  }
}

Task<void> Repository::put_blob(std::string sha256, std::string bytes) {
  storage::Batch batch{&kBlobs, text_key(sha256), {}, {}};
  batch.mutations.push_back(storage::Put{{{kBlob, ""}, 1, std::move(bytes)}});
  Result<void> done = co_await state_->table->commit(std::move(batch));
  co_return done;
}

Task<std::optional<std::string>> Repository::find_blob(std::string sha256) {
  std::string partition = text_key(sha256);
  storage::RowKey at{kBlob, ""};
  Result<std::optional<storage::Row>> row = co_await state_->table->find(kBlobs, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  co_return *row ? std::optional(std::move((*row)->body)) : std::nullopt;
}

Task<void> Repository::put_category(std::string slug, CategoryRow row) {
  storage::RowKey at{kCategory, text_key(slug)};
  std::string body = storage::encode_row(row);
  std::string partition = text_key("categories");
  Result<void> done = co_await put_plain(std::move(partition), std::move(at), std::move(body));
  co_return done;
}

Task<std::vector<std::pair<std::string, CategoryRow>>> Repository::categories() {
  std::string partition = text_key("categories");
  Result<std::vector<storage::Row>> rows = co_await scan_all(std::move(partition), kCategory);
  if (!rows) co_return fail(std::move(rows).error());
  std::vector<std::pair<std::string, CategoryRow>> out;
  for (const storage::Row& row : *rows) {
    std::string slug;
    storage::KeyReader key(row.at.key);
    Result<CategoryRow> body = storage::decode_row<CategoryRow>(row.body);
    if (!key.text(slug) || !body) co_return fail(ErrorKind::internal, "storage.corrupt", "a category");
    out.emplace_back(std::move(slug), std::move(*body));
  }
  co_return out;
}

Task<void> Repository::put_availability(Sku sku, AvailabilityRow row) {
  storage::RowKey at{kAvailability, text_key(sku.value)};
  std::string body = storage::encode_row(row);
  std::string partition = text_key("availability");
  Result<void> done = co_await put_plain(std::move(partition), std::move(at), std::move(body));
  co_return done;
}

Task<std::vector<std::pair<Sku, AvailabilityRow>>> Repository::availability() {
  std::string partition = text_key("availability");
  Result<std::vector<storage::Row>> rows = co_await scan_all(std::move(partition), kAvailability);
  if (!rows) co_return fail(std::move(rows).error());
  std::vector<std::pair<Sku, AvailabilityRow>> out;
  for (const storage::Row& row : *rows) {
    Sku sku;
    storage::KeyReader key(row.at.key);
    Result<AvailabilityRow> body = storage::decode_row<AvailabilityRow>(row.body);
    if (!key.text(sku.value) || !body) co_return fail(ErrorKind::internal, "storage.corrupt", "an availability");
    out.emplace_back(std::move(sku), std::move(*body));
  }
  co_return out;
}

Task<void> Repository::put_index_position(std::uint64_t position) {
  storage::RowKey at{kIndex, ""};
  std::string body = storage::KeyWriter().u64(position).take();
  std::string partition = text_key("index");
  Result<void> done = co_await put_plain(std::move(partition), std::move(at), std::move(body));
  co_return done;
}

Task<std::uint64_t> Repository::index_position() {
  std::string partition = text_key("index");
  storage::RowKey at{kIndex, ""};
  Result<std::optional<storage::Row>> row = co_await state_->table->find(kPlain, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  std::uint64_t position = 0;
  if (*row && !storage::KeyReader((*row)->body).u64(position))
    co_return fail(ErrorKind::internal, "storage.corrupt", "the index position");
  co_return position;
}

Task<Setting> Repository::setting(std::string matter) {
  storage::RowKey at{kSetting, ""};
  Result<std::optional<storage::Row>> row = co_await state_->table->find(kSettings, text_key(matter), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return Setting{};
  co_return Setting{std::move((*row)->body), (*row)->version};
}

Task<void> Repository::put_setting(std::string matter, std::string body, std::uint64_t was) {
  using Kind = storage::Condition::Kind;
  const storage::RowKey at{kSetting, ""};
  storage::Batch batch{&kSettings, text_key(matter), {{was == 0 ? Kind::absent : Kind::version_is, at, was}}, {}};
  batch.mutations.push_back(storage::Put{{at, was + 1, std::move(body)}});
  Result<void> done = co_await state_->table->commit(std::move(batch));
  co_return done;
}

Task<void> Repository::put_missed(MissedRow row) {
  storage::RowKey at{kMissed, ""};
  Result<void> done = co_await put_plain(text_key("missed"), std::move(at), storage::encode_row(row));
  co_return done;
}

Task<MissedRow> Repository::missed() {
  storage::RowKey at{kMissed, ""};
  Result<std::optional<storage::Row>> row = co_await state_->table->find(kPlain, text_key("missed"), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return MissedRow{};
  co_return storage::decode_row<MissedRow>((*row)->body);
}

Task<void> Repository::put_popularity(Popularity::Rows rows) {
  for (std::size_t begin = 0; begin < rows.size(); begin += kPopularityBatch) {
    storage::Batch batch{&kPlain, text_key("popularity"), {}, {}};
    for (std::size_t i = begin; i < std::min(rows.size(), begin + kPopularityBatch); ++i)
      batch.mutations.push_back(storage::Put{{{kPopularity, key_of(rows[i].first)}, 1, storage::encode_row(rows[i].second)}});
    Result<void> done = co_await state_->table->commit(std::move(batch));
    if (!done) co_return done;
  }
  co_return Result<void>{};
}

Task<Popularity::Rows> Repository::popularity() {
  std::string partition = text_key("popularity");
  Result<std::vector<storage::Row>> rows = co_await scan_all(std::move(partition), kPopularity);
  if (!rows) co_return fail(std::move(rows).error());
  Popularity::Rows out;
  for (const storage::Row& row : *rows) {
    Uuid product;
    storage::KeyReader key(row.at.key);
    Result<PopularityRow> body = storage::decode_row<PopularityRow>(row.body);
    if (!key.uuid(product) || !body) co_return fail(ErrorKind::internal, "storage.corrupt", "a product's popularity");
    out.emplace_back(ProductId{product}, std::move(*body));
  }
  co_return out;
}

Task<void> Repository::note_crossing(ProductId id, bool comes) {
  const storage::RowKey at{kCrossing, key_of(id)};
  storage::Batch batch{&kPlain, text_key("crossings"), {}, {}};
  if (comes)
    batch.mutations.push_back(storage::Put{{at, 1, std::string()}});
  else
    batch.mutations.push_back(storage::Erase{at});
  Result<void> done = co_await state_->table->commit(std::move(batch));
  co_return done;
}

Task<std::vector<ProductId>> Repository::crossings() {
  std::string partition = text_key("crossings");
  Result<std::vector<storage::Row>> rows = co_await scan_all(std::move(partition), kCrossing);
  if (!rows) co_return fail(std::move(rows).error());
  std::vector<ProductId> out;
  for (const storage::Row& row : *rows) {
    Uuid product;
    if (!storage::KeyReader(row.at.key).uuid(product)) co_return fail(ErrorKind::internal, "storage.corrupt", "a crossing");
    out.push_back(ProductId{product});
  }
  co_return out;
}

Task<void> Repository::put_import(std::string id, std::string json, std::int64_t expires_s) {
  storage::RowKey at{kImport, ""};
  std::string partition = storage::KeyWriter().text("import").text(id).take();
  Result<void> done = co_await put_plain(std::move(partition), std::move(at), std::move(json), expires_s);
  co_return done;
}

Task<std::optional<std::string>> Repository::find_import(std::string id) {
  std::string partition = storage::KeyWriter().text("import").text(id).take();
  storage::RowKey at{kImport, ""};
  Result<std::optional<storage::Row>> row = co_await state_->table->find(kPlain, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  co_return *row ? std::optional(std::move((*row)->body)) : std::nullopt;
}

}  // namespace pps::catalogue
