#include "services/store/repository.hpp"

#include "storage/keys.hpp"

namespace pps::store {

using storage::KeyWriter;
using storage::RowKey;

RowKey key_of(const StockRow& row) {
  return {StockRow::kKind, KeyWriter().text(row.sku.value).take()};
}
RowKey key_of(const HoldRow& row) { return {HoldRow::kKind, KeyWriter().u64(row.seq).take()}; }
RowKey key_of(const InstanceRow& row) {
  return {InstanceRow::kKind, KeyWriter().u64(row.seq).take()};
}

RowKey change_key(const Sku& sku, std::string_view idempotency_key) {
  return {ChangeRow::kKind, KeyWriter().text(sku.value).text(idempotency_key).take()};
}

RowKey movement_key(const Sku& sku, std::int64_t seq) {
  return {MovementRow::kKind, KeyWriter().text(sku.value).i64(seq).take()};
}

RowKey owned_key(InstanceId id) { return {kOwnedKind, KeyWriter().uuid(id.value).take()}; }

namespace {
constexpr std::int64_t kSettledLife_s = 90ll * 86'400;
}

std::string settled_partition(const EffectParts& effect) {
  constexpr std::uint64_t kDayMs = 86'400'000;
  return KeyWriter().u64(effect.purchase.value.unix_ms() / kDayMs).take();
}

storage::ViewWrite settled_write(const EffectId& effect, const SettledRow& row, std::int64_t now_us) {
  const auto parts = parse_effect_id(effect.value);
  PPS_INVARIANT(parts.has_value());
  return {&kSettled,
          settled_partition(*parts),
          {{kSettledKind, KeyWriter().text(effect.value).take()}, 1, storage::encode_row(row), now_us / 1'000'000 + kSettledLife_s}};
}

Task<std::optional<SettledRow>> find_settled(storage::Table& table, EffectId effect) {
  const auto parts = parse_effect_id(effect.value);
  if (!parts)
    co_return fail_field("/effect", "effect.malformed", "must be <purchase>/<effect>/<line>");
  RowKey at{kSettledKind, KeyWriter().text(effect.value).take()};
  std::string partition = settled_partition(*parts);
  Result<std::optional<storage::Row>> row =
      co_await table.find(kSettled, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::optional<SettledRow>{};
  Result<SettledRow> decoded = storage::decode_row<SettledRow>((*row)->body);
  if (!decoded) co_return fail(std::move(decoded).error());
  co_return std::optional<SettledRow>(std::move(*decoded));
}

void put_at(storage::Decision& decision, RowKey at, std::string body) {
  decision.mutations.emplace_back(storage::Put{{std::move(at), 1, std::move(body)}});
}

Task<std::vector<storage::Row>> read_all(storage::Shard& shard, storage::RowKind kind,
                                         std::string from) {
  std::vector<storage::Row> rows;
  storage::ScanQuery query{.family = shard.address().family,
                           .partition = shard.address().partition(),
                           .kind = kind,
                           .from = std::move(from),
                           .limit = 1000};
  for (bool more = true; more;) {
    Result<storage::ScanPage> page = co_await shard.table().scan(query);
    if (!page) co_return fail(std::move(page).error());
    more = page->more;
    for (auto& row : page->rows) rows.push_back(std::move(row));
    if (more) query.from = rows.back().at.key + '\0';
  }
  co_return rows;
}

}  // namespace pps::store
