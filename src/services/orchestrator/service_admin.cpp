#include <algorithm>
#include <set>

#include "services/orchestrator/service.hpp"
#include "services/orchestrator/timeline.hpp"
#include "services/orchestrator/views.hpp"

/// The operator's side: purchases of everyone, processes and incidents.
namespace pps::orchestrator {

namespace {
constexpr std::size_t kMostFindings = 1000;

AdminPurchase admin_view(const PurchaseRow& row, bool with_timeline) {
  AdminPurchase view;
  view.client_id = row.client_id;
  view.idempotency_key = row.idempotency_key;
  view.purchase = views::purchase_of(row, with_timeline);
  view.effects = views::effects_of(row);
  view.incidents = views::incidents_of(row);
  return view;
}

Error bad_cursor() { return {ErrorKind::malformed, "cursor.invalid", "The cursor is not one of this list."}; }

bool is_wanted(const PurchaseRow& row, const ListRequest& request) {
  if (request.customer && row.customer != *request.customer) return false;
  if (!request.status.empty() && timeline::name_of(row.status) != request.status) return false;
  return !request.attention || row.attention == *request.attention;
}

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) text[static_cast<std::size_t>(i)] = "0123456789abcdef"[value & 15];
  return text;
}

DefinitionView view_of(const Definitions::Deployed& deployed) {
  DefinitionView view;
  view.process_id = deployed.definition->id;
  view.name = deployed.definition->name;
  view.hash = hex(deployed.definition->hash);
  view.version = deployed.definition->version;
  view.deployed_at_us = deployed.deployed_at_us;
  return view;
}

/// Where each token stands, once per element; an incident shows before anything else.
std::vector<ProcessToken> tokens_of(const workflow::Definition& definition, const workflow::State& state) {
  std::set<workflow::LocalId> stuck;
  for (const auto& incident : state.incidents) stuck.insert(incident.token);
  std::map<std::string, std::string> by_element;
  for (const auto& token : state.tokens) {
    const workflow::Element& element = definition.element(token.element);
    const bool waits = element.kind == workflow::ElementKind::receive_task || element.kind == workflow::ElementKind::catch_event ||
                       element.kind == workflow::ElementKind::user_task;
    std::string& shown = by_element[element.id];
    if (stuck.contains(token.id)) shown = "incident";
    else if (shown != "incident") shown = waits ? "waiting" : "active";
  }
  std::vector<ProcessToken> tokens;
  for (auto& [element, shown] : by_element) tokens.push_back({element, std::move(shown)});
  return tokens;
}
}  // namespace

Task<AdminPurchase> OrchestratorService::admin_get(Context context, PurchaseRequest request) {
  const auto self = shared_from_this();
  Result<PurchaseRow> row = co_await read(request);
  if (!row) co_return fail(std::move(row).error());
  AdminPurchase view = admin_view(*row, true);
  payment::PaymentRequest asked{request.id};
  Result<payment::PaymentView> payment = co_await parts_.participants.payment->lookup(context, asked);
  // The provider may be away; the rest is worth showing.
  if (payment) view.payment = std::move(*payment);
  co_return view;
}

Task<AdminPage> OrchestratorService::admin_list(Context, ListRequest request) {
  const auto self = shared_from_this();
  if (!request.status.empty() && !timeline::status_of(request.status))
    co_return fail_field("?status", "field.format", "status must be one of a purchase's");
  std::optional<PurchaseId> before;
  if (!request.cursor.empty()) {
    before = PurchaseId::parse(request.cursor);
    if (!before || before->shard() >= parts_.shards) co_return fail(bad_cursor());
  }
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  AdminPage page;
  for (std::uint16_t number = before ? before->shard() : 0; number < parts_.shards; ++number) {
    Result<std::vector<PurchaseRow>> rows = co_await rows_of_shard(number, request, before, limit + 1 - page.items.size());
    if (!rows) co_return fail(std::move(rows).error());
    for (const auto& row : *rows) page.items.push_back(admin_view(row, true));
    before.reset();
    if (page.items.size() <= limit) continue;
    page.items.pop_back();
    page.next_cursor = page.items.back().purchase.id.to_string();
    break;
  }
  co_return page;
}

Task<std::vector<PurchaseRow>> OrchestratorService::rows_of_shard(std::uint16_t number, ListRequest request,
                                                                  std::optional<PurchaseId> before, std::size_t limit) {
  Result<std::shared_ptr<PurchaseShard>> memory = co_await shard(number);
  if (!memory) co_return fail(std::move(memory).error());
  std::map<PurchaseId, PurchaseRow, std::greater<>> newest;
  for (const auto& [id, live] : (*memory)->all())
    if ((!before || id < *before) && is_wanted(live->row, request)) newest.emplace(id, live->row);
  Result<void> durable = co_await (*memory)->flush();
  if (!durable) co_return fail(std::move(durable).error());
  RecordScan scan;
  scan.shard = number;
  scan.first_bucket = (*memory)->shard().mark(kFirstBucketMark);
  scan.before = before;
  scan.newest_bucket = record_bucket(static_cast<std::uint64_t>(to_unix_us(parts_.runtime.clock.now())) / 1000);
  std::size_t found = 0;
  while (found < limit) {
    Result<std::vector<PurchaseRow>> records = co_await scan_records(*parts_.table, scan, 200);
    if (!records) co_return fail(std::move(records).error());
    if (records->empty()) break;
    scan.before = records->back().id;
    for (auto& row : *records) {
      if (!is_wanted(row, request)) continue;
      ++found;
      const PurchaseId id = row.id;
      newest.emplace(id, std::move(row));
    }
  }
  std::vector<PurchaseRow> rows;
  for (auto& [id, row] : newest) {
    if (rows.size() == limit) break;
    rows.push_back(std::move(row));
  }
  co_return rows;
}

Task<AdminPurchase> OrchestratorService::retry(Context context, PurchaseRequest request) {
  const auto self = shared_from_this();
  Result<Found> found = co_await find(request);
  if (!found) co_return fail(std::move(found).error());
  if (found->row().incidents.empty())
    co_return fail(ErrorKind::conflict, "purchase.no_incident", "The purchase has no open incident.");
  if (!found->live) {
    Result<PurchaseRow> looked = co_await reconciler_.acknowledge(std::move(found->record));
    if (!looked) co_return fail(std::move(looked).error());
    co_return co_await admin_get(context, request);
  }
  const std::vector<IncidentRow> open = found->live->row.incidents;
  for (const auto& incident : open) {
    Result<void> retried = found->shard->retry(*found->live, incident.number);
    if (!retried && retried.error().kind != ErrorKind::not_found) co_return fail(std::move(retried).error());
  }
  co_return co_await admin_get(context, request);
}

Task<DefinitionsReply> OrchestratorService::definitions(Context, Nothing) {
  const auto self = shared_from_this();
  DefinitionsReply reply;
  for (const auto& deployed : parts_.definitions->all()) {
    DefinitionView view = view_of(deployed);
    for (const auto& host : hosts_) {
      const auto memory = host->now();
      if (!memory) continue;
      for (const auto& [id, live] : memory->all())
        if (!live->row.is_final() && live->row.process_hash == deployed.definition->hash) ++view.running;
    }
    reply.items.push_back(std::move(view));
  }
  co_return reply;
}

Task<DefinitionView> OrchestratorService::deploy(Context, DeployRequest request) {
  const auto self = shared_from_this();
  Result<Definitions::Deployed> deployed =
      co_await parts_.definitions->deploy(std::move(request.xml), std::move(request.actor), parts_.runtime.clock.now());
  if (!deployed) co_return fail(std::move(deployed).error());
  co_return view_of(*deployed);
}

Task<ProcessReply> OrchestratorService::process(Context, PurchaseRequest request) {
  const auto self = shared_from_this();
  Result<Found> found = co_await find(request);
  if (!found) co_return fail(std::move(found).error());
  const PurchaseRow& row = found->row();
  const auto definition = parts_.definitions->find(row.process_id, row.process_hash);
  if (!definition) co_return fail(ErrorKind::internal, "process.missing", row.process_id + " " + hex(row.process_hash));
  ProcessReply reply;
  reply.process_id = row.process_id;
  reply.version = row.process_version;
  reply.state = "completed";
  reply.xml = definition->xml;
  for (const auto at : row.passed) reply.completed.push_back(definition->element(at).id);
  if (!found->live) co_return reply;
  if (const workflow::State* state = found->shard->runner().find(row.id.value)) {
    reply.state = "running";
    reply.tokens = tokens_of(*definition, *state);
  }
  Result<void> durable = co_await found->shard->flush();
  if (!durable) co_return fail(std::move(durable).error());
  co_return reply;
}

Task<InstancesReply> OrchestratorService::instances(Context, InstancesRequest request) {
  const auto self = shared_from_this();
  std::optional<PurchaseId> after;
  if (!request.cursor.empty()) {
    after = PurchaseId::parse(request.cursor);
    if (!after) co_return fail(bad_cursor());
  }
  std::map<PurchaseId, InstanceView> by_id;
  for (const auto& host : hosts_) {
    const auto memory = host->now();
    if (!memory) continue;
    for (const auto& [id, live] : memory->all()) {
      const PurchaseRow& row = live->row;
      if (row.is_final() || (after && id <= *after)) continue;
      if (!request.process_id.empty() && row.process_id != request.process_id) continue;
      InstanceView view{id, row.process_id, row.process_version, row.created_at_us, {}};
      const auto definition = parts_.definitions->find(row.process_id, row.process_hash);
      const workflow::State* state = memory->runner().find(id.value);
      if (definition && state) view.tokens = tokens_of(*definition, *state);
      by_id.emplace(id, std::move(view));
    }
  }
  Result<void> durable = co_await flush_all();
  if (!durable) co_return fail(std::move(durable).error());
  InstancesReply reply;
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  for (auto& [id, view] : by_id) {
    if (reply.items.size() == limit) {
      reply.next_cursor = reply.items.back().id.to_string();
      break;
    }
    reply.items.push_back(std::move(view));
  }
  co_return reply;
}

Task<std::vector<PurchaseRow>> OrchestratorService::finished_with_attention() {
  std::vector<PurchaseRow> rows;
  for (std::uint16_t number = 0; number < parts_.shards; ++number) {
    Result<std::vector<PurchaseId>> ids = co_await find_attention(*parts_.table, number, kMostFindings);
    if (!ids) co_return fail(std::move(ids).error());
    for (const auto& id : *ids) {
      Result<std::optional<PurchaseRow>> record = co_await find_record(*parts_.table, id);
      if (!record) co_return fail(std::move(record).error());
      if (*record) rows.push_back(std::move(**record));
    }
  }
  co_return rows;
}

Task<IncidentsReply> OrchestratorService::incidents(Context, InstancesRequest request) {
  const auto self = shared_from_this();
  if (!request.cursor.empty() && !views::parse_incident_id(request.cursor)) co_return fail(bad_cursor());
  std::map<std::string, IncidentView> by_id;
  for (const auto& host : hosts_) {
    const auto memory = host->now();
    if (!memory) continue;
    for (const auto& [id, live] : memory->all())
      for (auto& view : views::incidents_of(live->row))
        if (view.id > request.cursor) by_id.emplace(view.id, std::move(view));
  }
  Result<void> durable = co_await flush_all();
  if (!durable) co_return fail(std::move(durable).error());
  Result<std::vector<PurchaseRow>> finished = co_await finished_with_attention();
  if (!finished) co_return fail(std::move(finished).error());
  for (const auto& row : *finished)
    for (auto& view : views::incidents_of(row))
      if (view.id > request.cursor) by_id.emplace(view.id, std::move(view));
  IncidentsReply reply;
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  for (auto& [id, view] : by_id) {
    if (reply.items.size() == limit) {
      reply.next_cursor = reply.items.back().id;
      break;
    }
    reply.items.push_back(std::move(view));
  }
  co_return reply;
}

Task<IncidentView> OrchestratorService::retry_incident(Context, IncidentRequest request) {
  const auto self = shared_from_this();
  const Error missing{ErrorKind::not_found, "incident.not_found", "There is no such open incident."};
  const auto name = views::parse_incident_id(request.id);
  if (!name) co_return fail(missing);
  Result<Found> found = co_await find({name->purchase, std::nullopt});
  if (!found) co_return fail(missing);
  std::optional<IncidentView> view;
  for (auto& open : views::incidents_of(found->row()))
    if (open.id == request.id) view = std::move(open);
  if (!view) co_return fail(missing);
  if (!found->live) {
    Result<PurchaseRow> looked = co_await reconciler_.acknowledge(std::move(found->record));
    if (!looked) co_return fail(std::move(looked).error());
    co_return std::move(*view);
  }
  Result<void> retried = found->shard->retry(*found->live, name->number);
  Result<void> durable = co_await found->shard->flush();
  if (!retried) co_return fail(std::move(retried).error());
  if (!durable) co_return fail(std::move(durable).error());
  co_return std::move(*view);
}

}  // namespace pps::orchestrator
