#include "storage/claims.hpp"

#include "storage/keys.hpp"
#include "storage/rows.hpp"

namespace pps::storage {

namespace {
constexpr RowKind kClaim = 1;
constexpr int kMaxTries = 20;

struct ClaimRow {
  std::string record;
  std::int64_t claimed_at_us = 0;
  Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(column<1>(&ClaimRow::record), column<2>(&ClaimRow::claimed_at_us));
  }
};
struct Found {
  ClaimRow row;
  std::uint64_t version = 0;
};

const RowKey kAt{kClaim, ""};

Error taken() { return {ErrorKind::conflict, "claim.taken", "another record has this value"}; }
std::string partition_of(const std::string& kind, const std::string& value) {
  return KeyWriter().text(kind).text(value).take();
}

Task<std::optional<Found>> read(Table& table, const Family& family, std::string partition) {
  Result<std::optional<Row>> row = co_await table.find(family, std::move(partition), kAt);
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::nullopt;
  Result<ClaimRow> claim = decode_row<ClaimRow>((*row)->body);
  if (!claim) co_return fail(std::move(claim).error());
  co_return Found{std::move(*claim), (*row)->version};
}

Batch batch_of(const Family& family, const std::string& partition, const std::optional<Found>& before) {
  Batch batch;
  batch.family = &family;
  batch.partition = partition;
  if (before)
    batch.conditions.push_back({Condition::Kind::version_is, kAt, before->version});
  else
    batch.conditions.push_back({Condition::Kind::absent, kAt, 0});
  return batch;
}

/// Nothing: the value may be taken over. `conflict`: it belongs to a record, or may soon.
Task<void> free_from(Duration age, ClaimRow held, Claimant claimant) {
  Result<bool> exists = co_await claimant.exists(held.record);
  if (!exists) co_return fail(std::move(exists).error());
  const bool waited = age >= Claims::kTakeOverAfter || (claimant.gone && claimant.gone(held.record));
  if (*exists || !waited) co_return fail(taken());
  Result<void> buried = co_await claimant.bury(held.record);
  if (!buried && buried.error().kind == ErrorKind::conflict) co_return fail(taken());
  co_return buried;
}

Task<void> claim_value(runtime::Runtime& runtime, Table& table, const Family& family, std::string partition,
                       std::string record, Claimant claimant) {
  for (int tries = 0;; ++tries) {
    Result<std::optional<Found>> held = co_await read(table, family, partition);
    if (!held) co_return fail(std::move(held).error());
    const std::int64_t now_us = to_unix_us(runtime.clock.now());
    const bool mine = *held && (*held)->row.record == record;
    if (mine && (*held)->row.claimed_at_us >= now_us) co_return Result<void>{};
    if (*held && !mine) {
      const Duration age(now_us - (*held)->row.claimed_at_us);
      Result<void> freed = co_await free_from(age, (*held)->row, claimant);
      if (!freed) co_return freed;
    }
    ClaimRow row;
    row.record = record;
    row.claimed_at_us = now_us;
    Batch batch = batch_of(family, partition, *held);
    batch.mutations.push_back(Put{{kAt, *held ? (*held)->version + 1 : 1, encode_row(row)}});
    Result<void> done = co_await table.commit(std::move(batch));
    // Somebody was faster: look again at what is there now.
    if (done || done.error().kind != ErrorKind::conflict || tries == kMaxTries) co_return done;
  }
}

Task<void> release_value(Table& table, const Family& family, std::string partition, std::string record) {
  Result<std::optional<Found>> held = co_await read(table, family, partition);
  if (!held) co_return fail(std::move(held).error());
  if (!*held || (*held)->row.record != record) co_return Result<void>{};
  Batch batch = batch_of(family, partition, *held);
  batch.mutations.push_back(Erase{kAt});
  Result<void> done = co_await table.commit(std::move(batch));
  if (!done && done.error().kind == ErrorKind::conflict) co_return Result<void>{};  // taken over or released
  co_return done;
}

Task<std::optional<std::string>> holder_of(Table& table, const Family& family, std::string partition) {
  Result<std::optional<Found>> held = co_await read(table, family, std::move(partition));
  if (!held) co_return fail(std::move(held).error());
  if (!*held) co_return std::nullopt;
  co_return std::optional((*held)->row.record);
}
}  // namespace

Task<void> Claims::claim(std::string kind, std::string value, std::string record, Claimant claimant) {
  return claim_value(runtime_, table_, family_, partition_of(kind, value), std::move(record), std::move(claimant));
}
Task<void> Claims::release(std::string kind, std::string value, std::string record) {
  return release_value(table_, family_, partition_of(kind, value), std::move(record));
}
Task<std::optional<std::string>> Claims::holder(std::string kind, std::string value) {
  return holder_of(table_, family_, partition_of(kind, value));
}

}  // namespace pps::storage
