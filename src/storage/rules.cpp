#include "storage/rules.hpp"

#include <algorithm>

namespace pps::storage::rules {

namespace {
Error invalid(std::string code, std::string detail) { return {ErrorKind::invalid, std::move(code), std::move(detail)}; }

std::optional<Error> refuse(const RowKey& at) {
  if (at.kind == 0 && !at.key.empty())
    return invalid("storage.static_key", "the static row (kind 0) has no key of its own");
  return std::nullopt;
}

std::optional<Error> refuse(const Row& row) {
  if (row.version == 0) return invalid("storage.version", "a row's version is at least 1");
  if (row.expires_s < 0) return invalid("storage.expiry", "a row expires at a second after 1970, or never (0)");
  return refuse(row.at);
}

std::optional<Error> refuse(const EraseRange& range) {
  if (range.kind == 0) return invalid("storage.range", "the static row is not part of a range");
  if (range.from >= range.to) return invalid("storage.range", "an erased range ends after it begins");
  return std::nullopt;
}

const RowKey* point_of(const Mutation& mutation) {
  if (const auto* put = std::get_if<Put>(&mutation)) return &put->row.at;
  if (const auto* erase = std::get_if<Erase>(&mutation)) return &erase->at;
  return nullptr;
}

bool covers(const EraseRange& range, const RowKey& at) {
  return range.kind == at.kind && range.from <= at.key && at.key < range.to;
}

/// All writes of a batch carry one moment: Cassandra would not keep their order, so no row may be written twice.
std::optional<Error> refuse_twice(const std::vector<Mutation>& mutations) {
  std::vector<const RowKey*> points;
  points.reserve(mutations.size());
  for (const auto& mutation : mutations)
    if (const auto* at = point_of(mutation)) points.push_back(at);
  std::ranges::sort(points, [](const RowKey* a, const RowKey* b) { return *a < *b; });
  const auto same = [](const RowKey* a, const RowKey* b) { return *a == *b; };
  bool twice = std::ranges::adjacent_find(points, same) != points.end();
  for (const auto& mutation : mutations) {
    const auto* range = std::get_if<EraseRange>(&mutation);
    if (!range) continue;
    twice = twice || std::ranges::any_of(points, [&](const RowKey* at) { return covers(*range, *at); });
  }
  if (twice) return invalid("storage.row_twice", "one batch writes a row at most once, ranges included");
  return std::nullopt;
}
}  // namespace

std::optional<Error> refuse(const Family* family) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  if (!family || family->name.empty() || family->name.size() > 40 || !std::ranges::all_of(family->name, allowed))
    return invalid("storage.family", "a family is named by 1 to 40 characters of a-z and _");
  return std::nullopt;
}

std::optional<Error> refuse(const Batch& batch) {
  if (auto error = refuse(batch.family)) return error;
  const bool conditional = batch.family->use == FamilyUse::conditional;
  if (conditional && batch.conditions.empty())
    return invalid("storage.no_condition", "a commit to a conditional family names at least one condition");
  if (!conditional && !batch.conditions.empty())
    return invalid("storage.condition_in_plain", "a plain family is written without conditions");
  if (batch.mutations.empty()) return invalid("storage.empty", "a commit writes at least one row");
  for (const auto& condition : batch.conditions)
    if (auto error = refuse(condition.at)) return error;
  for (const auto& mutation : batch.mutations) {
    std::optional<Error> error;
    if (const auto* put = std::get_if<Put>(&mutation)) error = refuse(put->row);
    if (const auto* erase = std::get_if<Erase>(&mutation)) error = refuse(erase->at);
    if (const auto* range = std::get_if<EraseRange>(&mutation)) error = refuse(*range);
    if (error) return error;
  }
  if (size_of(batch) > kMaxBatchBytes) return invalid("storage.too_large", "a commit is at most 1 MiB");
  return refuse_twice(batch.mutations);
}

std::optional<Error> refuse(const ViewWrite& write) {
  if (auto error = refuse(write.family)) return error;
  if (write.family->use != FamilyUse::plain)
    return invalid("storage.view_in_conditional", "views are written to plain families");
  if (write.partition.size() + write.row.at.key.size() + write.row.body.size() > kMaxBatchBytes)
    return invalid("storage.too_large", "a view's row is at most 1 MiB");
  return refuse(write.row);
}

std::optional<Error> refuse(const ScanQuery& query) {
  if (auto error = refuse(query.family)) return error;
  if (query.kind == 0) return invalid("storage.range", "the static row is found, not scanned");
  if (query.limit < 1 || query.limit > 10'000) return invalid("storage.limit", "a scan's limit is 1 to 10000");
  return std::nullopt;
}

std::size_t size_of(const Mutation& mutation) {
  constexpr std::size_t kOverhead = 16;
  if (const auto* put = std::get_if<Put>(&mutation)) return kOverhead + put->row.at.key.size() + put->row.body.size();
  if (const auto* erase = std::get_if<Erase>(&mutation)) return kOverhead + erase->at.key.size();
  const auto& range = std::get<EraseRange>(mutation);
  return kOverhead + range.from.size() + range.to.size();
}

std::size_t size_of(const Batch& batch) {
  std::size_t bytes = batch.partition.size();
  for (const auto& mutation : batch.mutations) bytes += size_of(mutation);
  return bytes;
}

}  // namespace pps::storage::rules
