#include <fmt/format.h>

#include <charconv>

#include "services/store/service.hpp"
#include "storage/keys.hpp"

/// The operator's side of the ledger: receive, adjust, count, thresholds, levels, movements.
namespace pps::store {

namespace {
std::string fingerprint(std::string_view verb, const StockChange& change) {
  return fmt::format("{} {} {}", verb, change.quantity, change.note);
}

Result<void> check(const StockChange& change, std::string_view verb) {
  if (change.idempotency_key.empty() || change.idempotency_key.size() > 255)
    return fail(ErrorKind::malformed, "idempotency.key_missing",
                "an Idempotency-Key of 1 to 255 characters is needed");
  if (change.note.size() > 500) return fail_field("/note", "text.too_long", "at most 500 bytes");
  const bool wrong = verb == "receive"  ? change.quantity < 1
                     : verb == "adjust" ? change.quantity == 0
                                        : change.quantity < 0;
  if (wrong || change.quantity > 1'000'000'000 || change.quantity < -1'000'000'000)
    return fail_field("/quantity", "quantity.out_of_range",
                      verb == "receive"  ? "1 to 1000000000"
                      : verb == "adjust" ? "-1000000000 to 1000000000, not 0"
                                         : "0 to 1000000000");
  return {};
}

Result<StockLevel> replay(const ChangeRow& row, const StockChange& change, std::string_view verb) {
  if (row.fingerprint != fingerprint(verb, change))
    return fail(ErrorKind::invalid, "idempotency.key_reused",
                "this Idempotency-Key was used for another change of this SKU");
  return StockLevel{.sku = change.sku,
                    .tracked = true,
                    .on_hand = row.on_hand,
                    .held = row.held,
                    .committed = row.committed,
                    .available = row.on_hand - row.held - row.committed,
                    .low_stock_threshold = row.threshold};
}
}  // namespace

Task<StockLevel> StoreService::change(StockChange change, LedgerVerb verb, std::string_view name) {
  Result<void> valid = check(change, name);
  if (!valid) co_return fail(std::move(valid).error());
  Result<Memory> memory = co_await shard_of_sku(change.sku);
  if (!memory) co_return fail(std::move(memory).error());
  StoreShard& shard = **memory;
  const storage::RowKey at = change_key(change.sku, change.idempotency_key);
  // One change of a shard at a time: the look-up of the key and the decision must not interleave
  // with another's.
  co_await shard.changes().acquire();
  Result<StockLevel> level = co_await change_alone(shard, at, change, verb, name);
  shard.changes().release();
  co_return level;
}

Task<StockLevel> StoreService::change_alone(StoreShard& shard, storage::RowKey at,
                                            StockChange change, LedgerVerb verb,
                                            std::string_view name) {
  std::string partition = shard.shard().address().partition();
  Result<std::optional<storage::Row>> known =
      co_await shard.shard().table().find(kLive, std::move(partition), at);
  if (!known) co_return fail(std::move(known).error());
  if (*known) {
    Result<ChangeRow> row = storage::decode_row<ChangeRow>((*known)->body);
    if (!row) co_return fail(std::move(row).error());
    co_return replay(*row, change, name);
  }
  storage::Decision decision;
  Result<StockLevel> level = (shard.stock().*verb)(change, shard.now_us(), decision);
  if (!level) {
    // The refusal tells of memory: what it tells of must be durable.
    Result<void> durable = co_await shard.shard().flush();
    if (!durable) co_return fail(std::move(durable).error());
    co_return level;
  }
  const ChangeRow row{.fingerprint = fingerprint(name, change),
                      .on_hand = level->on_hand,
                      .held = level->held,
                      .committed = level->committed,
                      .threshold = level->low_stock_threshold};
  put_at(decision, at, storage::encode_row(row));
  Result<void> durable = co_await shard.make_durable(std::move(decision));
  if (!durable) co_return fail(std::move(durable).error());
  co_return level;
}

Task<StockLevel> StoreService::receive(Context, StockChange request) {
  return change(std::move(request), &StockLedger::receive, "receive");
}
Task<StockLevel> StoreService::adjust(Context, StockChange request) {
  return change(std::move(request), &StockLedger::adjust, "adjust");
}
Task<StockLevel> StoreService::count(Context, StockChange request) {
  return change(std::move(request), &StockLedger::count, "count");
}

Task<StockLevel> StoreService::set_threshold(Context, ThresholdRequest request) {
  if (request.low_stock_threshold < 0 || request.low_stock_threshold > 1'000'000)
    co_return fail_field("/low_stock_threshold", "field.range", "low_stock_threshold must be 0 to 1000000");
  Result<Memory> memory = co_await shard_of_sku(request.sku);
  if (!memory) co_return fail(std::move(memory).error());
  StoreShard& shard = **memory;
  if (request.expected && *request.expected != shard.stock().level(request.sku).low_stock_threshold)
    co_return fail(ErrorKind::stale, "etag.mismatch", "the policy has changed since; read it again");
  storage::Decision decision;
  const StockLevel level = shard.stock().set_threshold(request.sku, request.low_stock_threshold,
                                                       shard.now_us(), decision);
  Result<void> durable = co_await shard.make_durable(std::move(decision));
  if (!durable) co_return fail(std::move(durable).error());
  co_return level;
}

Task<LevelsReply> StoreService::levels(Context, LevelsRequest request) {
  if (request.skus.empty() || request.skus.size() > 100)
    co_return fail_field("?sku", "sku.count", "1 to 100 SKUs");
  LevelsReply reply;
  for (const auto& sku : request.skus) {
    Result<Memory> memory = co_await shard_of_sku(sku);
    if (!memory) co_return fail(std::move(memory).error());
    const StockLevel level = (*memory)->stock().level(sku);
    Result<void> durable = co_await (*memory)->shard().flush();  // what is told must be durable
    if (!durable) co_return fail(std::move(durable).error());
    reply.levels.push_back(level);
  }
  co_return reply;
}

Task<LowReply> StoreService::low(Context, LowRequest request) {
  LowReply reply;
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  for (auto& host : hosts_) {
    Result<Memory> memory = co_await host->use();
    if (!memory) co_return fail(std::move(memory).error());
    const std::vector<StockLevel> low = (*memory)->stock().low(request.cursor, limit + 1);
    Result<void> durable = co_await (*memory)->shard().flush();
    if (!durable) co_return fail(std::move(durable).error());
    reply.items.insert(reply.items.end(), low.begin(), low.end());
  }
  std::ranges::sort(reply.items, {}, [](const StockLevel& level) { return level.sku.value; });
  if (reply.items.size() <= limit) co_return reply;
  reply.items.resize(limit);
  reply.next_cursor = reply.items.back().sku.value;
  co_return reply;
}

Task<MovementsReply> StoreService::movements(Context, MovementsRequest request) {
  Result<Memory> memory = co_await shard_of_sku(request.sku);
  if (!memory) co_return fail(std::move(memory).error());
  std::int64_t before = 0;
  if (!request.cursor.empty()) {
    const auto [end, error] = std::from_chars(
        request.cursor.data(), request.cursor.data() + request.cursor.size(), before);
    if (error != std::errc{} || end != request.cursor.data() + request.cursor.size() || before < 1)
      co_return fail_field("?cursor", "cursor.invalid",
                           "give back next_cursor as it came, or leave it out");
  }
  const storage::RowKey first = movement_key(request.sku, 0);
  const storage::RowKey last = movement_key(request.sku, before > 0 ? before : INT64_MAX);
  storage::ScanQuery query{
      .family = &kLive,
      .partition = (*memory)->shard().address().partition(),
      .kind = MovementRow::kKind,
      .from = first.key,
      .to = last.key,
      .backwards = true,
      .limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100))};
  Result<storage::ScanPage> page = co_await (*memory)->shard().table().scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  MovementsReply reply;
  for (const auto& row : page->rows) {
    Result<MovementRow> m = storage::decode_row<MovementRow>(row.body);
    if (!m) co_return fail(std::move(m).error());
    reply.items.push_back({m->seq, m->at_us, m->verb, m->quantity, m->on_hand, m->held,
                           m->committed, m->reference, m->note});
  }
  if (page->more && !reply.items.empty())
    reply.next_cursor = std::to_string(reply.items.back().seq);
  co_return reply;
}

}  // namespace pps::store
