#include "services/orchestrator/reconciler.hpp"

#include <algorithm>

#include "runtime/log.hpp"
#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"

namespace pps::orchestrator {

namespace {
constexpr const char* kMark = "reconciled.low_ms";
/// Stands for the element in an incident of this origin: no element of the diagram is at fault.
constexpr const char* kFinding = "reconciler";
constexpr Duration kPatience = std::chrono::seconds(10);
/// Participants forget what ended after 90 days: what is nearly as old is compared with nothing.
constexpr std::int64_t kKnownForUs = 80ll * 86'400 * 1'000'000;

struct Metrics {
  metrics::Counter& looked = metrics::counter("pps_reconciler_purchases_total", "Finished purchases looked at");
  metrics::Counter& differences = metrics::counter("pps_reconciler_differences_total", "Differences found");
};
Metrics& measured() {
  static Metrics metrics;
  return metrics;
}

std::uint64_t ms_of(const std::string& key) {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0);
  return ms;
}

bool is_finding(const IncidentRow& incident) { return incident.element_id == kFinding; }

/// Whether the row tells of these differences already, and of no others.
bool is_told(const PurchaseRow& row, const std::vector<Difference>& found) {
  std::vector<Difference> told;
  for (const auto& incident : row.incidents)
    if (is_finding(incident)) told.push_back({incident.code, incident.detail});
  return told == found;
}
}  // namespace

Reconciler::Reconciler(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, Participants participants,
                       ReconcileSetting setting)
    : runtime_(runtime), table_(std::move(table)), participants_(std::move(participants)), setting_(setting) {}

Task<Seen> Reconciler::ask(const PurchaseRow& row) {
  Context context;
  context.deadline = runtime_.clock.monotonic() + kPatience;
  Seen seen;
  payment::PaymentRequest request{row.id};
  Result<payment::PaymentView> payment = co_await participants_.payment->audit(context, request);
  if (payment) seen.payment = std::move(*payment);
  else if (payment.error().kind != ErrorKind::not_found) co_return fail(std::move(payment).error());
  for (std::size_t at = 0; at < row.lines.size(); ++at) {
    provisioner::Line line = line_of(row, static_cast<std::int64_t>(at));
    Result<provisioner::LineAudit> audit = co_await participants_.provisioner->audit(context, std::move(line));
    if (!audit) co_return fail(std::move(audit).error());
    seen.lines.push_back(std::move(*audit));
  }
  co_return seen;
}

Task<PurchaseRow> Reconciler::acknowledge(PurchaseRow row) {
  std::erase_if(row.incidents, [](const IncidentRow& incident) { return !is_finding(incident); });
  return check(std::move(row));
}

Task<PurchaseRow> Reconciler::check(PurchaseRow row) {
  std::vector<Difference> found;
  if (row.updated_at_us + kKnownForUs > to_unix_us(runtime_.clock.now())) {
    Result<Seen> seen = co_await ask(row);
    if (!seen) co_return fail(std::move(seen).error());
    measured().looked.add();
    found = differences(row, *seen);
  }
  if (is_told(row, found) && row.attention == !row.incidents.empty()) co_return row;
  std::erase_if(row.incidents, is_finding);
  std::uint64_t number = kOwnIncidents;
  for (const auto& incident : row.incidents) number = std::max(number, incident.number + 1);
  for (const auto& one : found) {
    log::error("purchase.difference", {{"purchase", row.id.to_string()}, {"code", one.code}, {"detail", one.detail}});
    row.incidents.push_back({number++, kFinding, one.code, one.detail, to_unix_us(runtime_.clock.now()), {}});
  }
  measured().differences.add(found.size());
  row.attention = !row.incidents.empty();
  ++row.version;
  Result<void> kept = co_await keep(row);
  if (!kept) co_return fail(std::move(kept).error());
  co_return row;
}

Task<void> Reconciler::keep(const PurchaseRow& row) {
  std::vector<storage::ViewWrite> writes = record_copies(row);
  if (!row.attention) writes.push_back({&kAttention, attention_partition(row.id.shard()), {live_key(row.id), row.version, {}}, true});
  return table_->write_views(std::move(writes));
}

void Reconciler::Walk::pass(const std::vector<PurchaseId>& now_running, std::string next) {
  if (next <= from) return;
  for (const auto& id : now_running) {
    const std::string key = live_key(id).key;
    if (key >= from && key < next) running.insert(id);
  }
  from = std::move(next);
}

Task<void> Reconciler::sweep(std::shared_ptr<PurchaseShard> shard, std::size_t budget) {
  const std::uint16_t number = shard->shard().address().number;
  const std::uint64_t first_bucket = shard->shard().mark(kFirstBucketMark);
  if (first_bucket == 0 || budget == 0) co_return Result<void>{};
  Walk& walk = walks_[number];
  if (walk.from.empty()) walk.from = first_key(std::max(shard->shard().mark(kMark), bucket_begins_ms(first_bucket)));
  Result<void> left = co_await look_at_left(shard, walk, budget);
  if (!left) co_return left;
  const std::int64_t until_us = to_unix_us(runtime_.clock.now() - setting_.after);
  const std::uint64_t until_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(until_us, 0)) / 1000;
  // Before the read, so that what becomes final in between is met there or here.
  std::vector<PurchaseId> running;
  for (const auto& [id, live] : shard->all()) running.push_back(id);
  Result<Stretch> stretch = co_await read(number, walk.from, until_ms, budget);
  if (!stretch) co_return fail(std::move(stretch).error());
  for (auto& row : stretch->rows) {
    std::string next = live_key(row.id).key + '\0';
    Result<PurchaseRow> checked = co_await check(std::move(row));
    if (!checked) co_return fail(std::move(checked).error());
    walk.pass(running, std::move(next));
  }
  walk.pass(running, std::move(stretch->next));
  note_progress(*shard, walk);
  co_return Result<void>{};
}

/// Those that ran when the walk passed and have left the shard since.
Task<void> Reconciler::look_at_left(std::shared_ptr<PurchaseShard> shard, Walk& walk, std::size_t& budget) {
  std::vector<PurchaseId> left;
  for (const auto& id : walk.running)
    if (!shard->find(id)) left.push_back(id);
  for (const auto& id : left) {
    if (budget == 0) break;
    Result<std::optional<PurchaseRow>> record = co_await find_record(*table_, id);
    if (!record) co_return fail(std::move(record).error());
    if (*record) {
      Result<PurchaseRow> checked = co_await check(std::move(**record));
      if (!checked) co_return fail(std::move(checked).error());
      --budget;
    }
    walk.running.erase(id);
  }
  co_return Result<void>{};
}

Task<Reconciler::Stretch> Reconciler::read(std::uint16_t shard, std::string from, std::uint64_t until_ms, std::size_t limit) {
  Stretch stretch;
  stretch.next = from;
  const std::string to = first_key(until_ms);
  for (std::uint64_t bucket = record_bucket(ms_of(from)); bucket <= record_bucket(until_ms) && from < to; ++bucket) {
    storage::ScanQuery query;
    query.family = &kRecords;
    query.partition = record_partition(shard, bucket);
    query.kind = kPurchaseKind;
    query.from = from;
    query.to = to;
    query.limit = limit - stretch.rows.size();
    Result<storage::ScanPage> page = co_await table_->scan(std::move(query));
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      Result<PurchaseRow> read = storage::decode_row<PurchaseRow>(row.body);
      if (!read) co_return fail(std::move(read).error());
      stretch.rows.push_back(std::move(*read));
    }
    if (stretch.rows.size() == limit || page->more) {
      stretch.next = page->rows.empty() ? from : page->rows.back().at.key + '\0';
      co_return stretch;
    }
  }
  stretch.next = std::max(from, to);
  co_return stretch;
}

void Reconciler::note_progress(PurchaseShard& shard, const Walk& walk) {
  std::uint64_t low = ms_of(walk.from);
  if (!walk.running.empty()) low = std::min(low, walk.running.begin()->value.unix_ms());
  if (low > shard.shard().mark(kMark)) shard.shard().set_mark(kMark, low);
}

Task<std::vector<PurchaseId>> find_attention(storage::Table& table, std::uint16_t shard, std::size_t limit) {
  storage::ScanQuery query;
  query.family = &kAttention;
  query.partition = attention_partition(shard);
  query.kind = kPurchaseKind;
  query.limit = limit;
  Result<storage::ScanPage> page = co_await table.scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  std::vector<PurchaseId> ids;
  for (const auto& row : page->rows)
    if (const auto id = Uuid::from_view(row.at.key)) ids.push_back(PurchaseId{*id});
  co_return ids;
}

}  // namespace pps::orchestrator
