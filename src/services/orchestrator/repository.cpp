#include "services/orchestrator/repository.hpp"

#include <algorithm>

#include "storage/keys.hpp"

namespace pps::orchestrator {

namespace {
constexpr std::uint64_t kBucketMs = 30ull * 24 * 3600 * 1000;
constexpr Duration kKeyKept = std::chrono::hours(24 * 90);

std::string id_key(PurchaseId id) { return storage::KeyWriter().uuid(id.value).take(); }

/// What the customer's list shows: the ledger, the timeline and the keys stay in the record.
PurchaseRow summary_of(const PurchaseRow& row) {
  PurchaseRow summary = row;
  summary.effects.clear();
  summary.timeline.clear();
  summary.passed.clear();
  summary.incidents.clear();
  summary.address.reset();
  summary.fingerprint.clear();
  summary.idempotency_key.clear();
  summary.payment_method.clear();
  // How each line was delivered is read from the ledger: keep what ended it.
  for (const auto& effect : row.effects)
    if (effect.effect == Effect::release && effect.standing == Standing::done) summary.effects.push_back(effect);
  return summary;
}
}  // namespace

storage::RowKey live_key(PurchaseId id) { return {kPurchaseKind, id_key(id)}; }

std::string first_key(std::uint64_t unix_ms) {
  return storage::KeyWriter().uuid(Uuid::v7(unix_ms, 0, 0)).take().substr(0, 6);
}

std::uint64_t record_bucket(std::uint64_t unix_ms) { return unix_ms / kBucketMs; }
std::uint64_t bucket_begins_ms(std::uint64_t bucket) { return bucket * kBucketMs; }

std::string record_partition(std::uint16_t shard, std::uint64_t bucket) {
  return storage::KeyWriter().u64(shard).u64(bucket).take();
}

std::string attention_partition(std::uint16_t shard) { return storage::KeyWriter().u64(shard).take(); }

std::string customer_partition(CustomerId customer) { return storage::KeyWriter().uuid(customer.value).take(); }

storage::RowKey settled_key(const std::string& client_id, const std::string& idempotency_key) {
  return {kKeyKind, storage::KeyWriter().text(client_id).text(idempotency_key).take()};
}

storage::RowKey definition_key(const std::string& process_id, std::uint32_t version) {
  return {kDefinitionKind, storage::KeyWriter().text(process_id).u64(version).take()};
}

std::vector<storage::ViewWrite> record_copies(const PurchaseRow& row) {
  std::vector<storage::ViewWrite> writes;
  const storage::RowKey at = live_key(row.id);
  const std::string records = record_partition(row.id.shard(), record_bucket(row.id.value.unix_ms()));
  writes.push_back({&kRecords, records, {at, row.version, storage::encode_row(row)}});
  writes.push_back({&kOrders, customer_partition(row.customer), {at, row.version, storage::encode_row(summary_of(row))}});
  if (row.attention) writes.push_back({&kAttention, attention_partition(row.id.shard()), {at, row.version, {}}});
  return writes;
}

std::vector<storage::ViewWrite> final_copies(const PurchaseRow& row) {
  std::vector<storage::ViewWrite> writes = record_copies(row);
  const SettledKeyRow key{row.id, row.fingerprint, row.updated_at_us, {}};
  // The version is the time, so that a key used again after 90 days replaces its older row.
  writes.push_back({&kSettled, customer_partition(row.customer),
                    {settled_key(row.client_id, row.idempotency_key), static_cast<std::uint64_t>(row.updated_at_us),
                     storage::encode_row(key), (row.updated_at_us + kKeyKept.count()) / 1'000'000 + 1}});
  return writes;
}

Task<std::optional<PurchaseRow>> find_record(storage::Table& table, PurchaseId id) {
  std::string partition = record_partition(id.shard(), record_bucket(id.value.unix_ms()));
  Result<std::optional<storage::Row>> row = co_await table.find(kRecords, std::move(partition), live_key(id));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::nullopt;
  Result<PurchaseRow> purchase = storage::decode_row<PurchaseRow>((*row)->body);
  if (!purchase) co_return fail(std::move(purchase).error());
  co_return std::optional(std::move(*purchase));
}

/// Rows of one partition below `before`, newest first, appended until there are `limit`.
static Task<void> scan_newest(storage::Table& table, storage::ScanQuery query, std::size_t limit,
                              std::vector<PurchaseRow>& found) {
  query.kind = kPurchaseKind;
  query.backwards = true;
  while (found.size() < limit) {
    query.limit = limit - found.size();
    storage::ScanQuery copy = query;
    Result<storage::ScanPage> page = co_await table.scan(std::move(copy));
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      Result<PurchaseRow> purchase = storage::decode_row<PurchaseRow>(row.body);
      if (!purchase) co_return fail(std::move(purchase).error());
      found.push_back(std::move(*purchase));
    }
    if (!page->more || page->rows.empty()) break;
    query.to = page->rows.back().at.key;
  }
  co_return Result<void>{};
}

Task<std::vector<PurchaseRow>> find_orders(storage::Table& table, CustomerId customer, std::optional<PurchaseId> before,
                                           std::size_t limit) {
  storage::ScanQuery query;
  query.family = &kOrders;
  query.partition = customer_partition(customer);
  if (before) query.to = id_key(*before);
  std::vector<PurchaseRow> found;
  Result<void> scanned = co_await scan_newest(table, std::move(query), limit, found);
  if (!scanned) co_return fail(std::move(scanned).error());
  co_return found;
}

Task<std::vector<PurchaseRow>> scan_records(storage::Table& table, RecordScan scan, std::size_t limit) {
  std::vector<PurchaseRow> found;
  if (scan.first_bucket == 0) co_return found;
  std::uint64_t bucket = scan.newest_bucket;
  if (scan.before) bucket = std::min(bucket, record_bucket(scan.before->value.unix_ms()));
  for (; bucket >= scan.first_bucket && found.size() < limit; --bucket) {
    storage::ScanQuery query;
    query.family = &kRecords;
    query.partition = record_partition(scan.shard, bucket);
    if (scan.before) query.to = id_key(*scan.before);
    Result<void> scanned = co_await scan_newest(table, std::move(query), limit, found);
    if (!scanned) co_return fail(std::move(scanned).error());
  }
  co_return found;
}

Task<std::optional<SettledKeyRow>> find_settled(storage::Table& table, CustomerId customer, std::string client_id,
                                                std::string idempotency_key, Timestamp now) {
  storage::RowKey at = settled_key(client_id, idempotency_key);
  Result<std::optional<storage::Row>> row = co_await table.find(kSettled, customer_partition(customer), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::nullopt;
  Result<SettledKeyRow> key = storage::decode_row<SettledKeyRow>((*row)->body);
  if (!key) co_return fail(std::move(key).error());
  if (from_unix_us(key->final_at_us) + kKeyKept < now) co_return std::nullopt;
  co_return std::optional(std::move(*key));
}

}  // namespace pps::orchestrator
