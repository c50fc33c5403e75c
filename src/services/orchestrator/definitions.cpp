#include "services/orchestrator/definitions.hpp"

#include "workflow/bpmn_reader.hpp"
#include "workflow/effect_check.hpp"

namespace pps::orchestrator {

namespace {
constexpr std::size_t kMaxXmlBytes = 1'000'000;  // With its row's other columns below storage::kMaxBatchBytes.
constexpr int kMaxTries = 5;

Error refused(Error error) {
  for (auto& field : error.fields)
    if (field.pointer.starts_with('/')) field.pointer[0] = '#';
  error.kind = ErrorKind::invalid;
  error.code = "process.refused";
  return error;
}

/// The check knows tasks by their header `effect`, the orchestrator by their type: they must say the same.
std::optional<Error> mismatch(const workflow::Definition& definition) {
  Error error{ErrorKind::invalid, "process.refused", "A task's type and its effect differ; see errors."};
  for (const auto& element : definition.elements) {
    if (!element.task) continue;
    const std::string& effect = element.task->effect;
    const bool is_ours = element.task->type.starts_with("purchase.");
    if (is_ours ? element.task->type == "purchase." + effect : effect.empty()) continue;
    error.fields.push_back({"#" + element.id, "bpmn.invalid", "a task of type purchase.X has the header effect = X, and no other task has one"});
  }
  return error.fields.empty() ? std::nullopt : std::optional(std::move(error));
}

std::string text_partition() { return std::string(kDefinitionPartition); }
}  // namespace

Task<void> Definitions::load() {
  storage::ScanQuery query;
  query.family = &kDefinitions;
  query.partition = text_partition();
  query.kind = kDefinitionKind;
  for (;;) {
    storage::ScanQuery copy = query;
    Result<storage::ScanPage> page = co_await table_.scan(std::move(copy));
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      Result<DefinitionRow> read = storage::decode_row<DefinitionRow>(row.body);
      if (!read) co_return fail(std::move(read).error());
      auto definition = workflow::read_bpmn(read->xml, read->version);
      if (!definition) co_return fail(ErrorKind::internal, "process.unreadable", read->process_id + ": " + definition.error().detail);
      adopt({std::move(*definition), read->actor, read->deployed_at_us});
    }
    if (!page->more || page->rows.empty()) co_return Result<void>{};
    query.from = page->rows.back().at.key + '\0';
  }
}

void Definitions::adopt(Deployed deployed) {
  auto& versions = by_version_[deployed.definition->id];
  versions[deployed.definition->version] = std::move(deployed);
}

Task<void> Definitions::keep(Deployed deployed) {
  const workflow::Definition& definition = *deployed.definition;
  DefinitionRow row;
  row.process_id = definition.id;
  row.name = definition.name;
  row.xml = definition.xml;
  row.actor = deployed.actor;
  row.version = definition.version;
  row.hash = definition.hash;
  row.deployed_at_us = deployed.deployed_at_us;
  const storage::RowKey at = definition_key(row.process_id, row.version);
  storage::Batch batch;
  batch.family = &kDefinitions;
  batch.partition = text_partition();
  batch.conditions.push_back({storage::Condition::Kind::absent, at, 0});
  batch.mutations.push_back(storage::Put{{at, 1, storage::encode_row(row)}});
  return table_.commit(std::move(batch));
}

Task<Definitions::Deployed> Definitions::deploy(std::string xml, std::string actor, Timestamp now) {
  if (xml.size() > kMaxXmlBytes) co_return fail(ErrorKind::too_large, "body.too_large", "A process is at most 1,000,000 bytes.");
  for (int tries = 0; tries < kMaxTries; ++tries) {
    auto checked = workflow::deploy(xml, 1);
    if (!checked) co_return fail(refused(std::move(checked).error()));
    if (auto wrong = mismatch(**checked)) co_return fail(std::move(*wrong));
    const auto& versions = by_version_[(*checked)->id];
    for (const auto& [version, deployed] : versions)
      if (deployed.definition->hash == (*checked)->hash) co_return deployed;
    if (!versions.empty()) checked = workflow::read_bpmn(xml, versions.rbegin()->first + 1);
    if (!checked) co_return fail(refused(std::move(checked).error()));
    Deployed deployed{*checked, actor, to_unix_us(now)};
    Result<void> kept = co_await keep(deployed);
    if (kept) {
      adopt(deployed);
      co_return deployed;
    }
    if (kept.error().kind != ErrorKind::conflict) co_return fail(std::move(kept).error());
    // Another process deployed this version first: learn it and take the next number.
    Result<void> loaded = co_await load();
    if (!loaded) co_return fail(std::move(loaded).error());
  }
  co_return fail(ErrorKind::unavailable, "process.contended", "Others are deploying at the same time.");
}

std::shared_ptr<const workflow::Definition> Definitions::find(const std::string& process_id, std::uint64_t hash) const {
  const auto versions = by_version_.find(process_id);
  if (versions == by_version_.end()) return nullptr;
  for (const auto& [version, deployed] : versions->second)
    if (deployed.definition->hash == hash) return deployed.definition;
  return nullptr;
}

std::shared_ptr<const workflow::Definition> Definitions::newest(const std::string& process_id) const {
  const auto versions = by_version_.find(process_id);
  if (versions == by_version_.end() || versions->second.empty()) return nullptr;
  return versions->second.rbegin()->second.definition;
}

std::vector<Definitions::Deployed> Definitions::all() const {
  std::vector<Deployed> out;
  for (const auto& [id, versions] : by_version_)
    for (auto at = versions.rbegin(); at != versions.rend(); ++at) out.push_back(at->second);
  return out;
}

}  // namespace pps::orchestrator
