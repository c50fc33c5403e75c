#include "storage/group.hpp"

#include "storage/layout.hpp"

namespace pps::storage {

Result<Group::State> Group::state_of(FamilyUse use, const std::string& key) {
  const auto& pending = pending_[static_cast<std::size_t>(use)];
  const auto found = pending.find(key);
  const Pending* point = found == pending.end() ? nullptr : &found->second;
  for (const auto& range : ranges_) {
    const bool later = !point || range.order > point->order;
    if (later && range.use == use && range.from <= key && key < range.to) return State{};
  }
  if (point) return point->state;
  Result<Engine::Found> value = engine_.get_newest(use, key);
  if (!value) return fail(std::move(value).error());
  if (!*value) return State{};
  const auto stored = layout::unpack(**value);
  if (!stored) return fail(ErrorKind::internal, "storage.corrupt", "a stored row cannot be read");
  if (stored->is_gone(now_s_)) return State{};
  return State{true, stored->tombstone, stored->version};
}

void Group::put(FamilyUse use, std::string key, State state, std::string value) {
  pending_[static_cast<std::size_t>(use)][key] = {state, writes_.size()};
  writes_.push_back({use, std::move(key), std::move(value), {}});
}

void Group::erase(FamilyUse use, std::string key) {
  pending_[static_cast<std::size_t>(use)][key] = {State{}, writes_.size()};
  writes_.push_back({use, std::move(key), std::nullopt, {}});
}

void Group::erase_range(FamilyUse use, std::string from, std::string to) {
  ranges_.push_back({use, from, to, writes_.size()});
  writes_.push_back({use, std::move(from), std::nullopt, std::move(to)});
}

Result<void> Group::add(const Batch& batch) {
  const FamilyUse use = batch.family->use;
  for (const auto& condition : batch.conditions) {
    const auto state = state_of(use, layout::row_key(*batch.family, batch.partition, condition.at));
    if (!state) return fail(state.error());
    const bool exists = state->exists && !state->tombstone;
    const bool holds = condition.kind == Condition::Kind::absent ? !exists : exists && state->version == condition.version;
    if (!holds) return fail(ErrorKind::conflict, "storage.condition", "a condition of the commit does not hold");
  }
  for (const auto& mutation : batch.mutations) {
    if (const auto* range = std::get_if<EraseRange>(&mutation)) {
      std::string prefix = layout::kind_prefix(*batch.family, batch.partition, range->kind);
      erase_range(use, prefix + range->from, prefix + range->to);
    } else if (const auto* erased = std::get_if<Erase>(&mutation)) {
      erase(use, layout::row_key(*batch.family, batch.partition, erased->at));
    } else {
      const Row& row = std::get<Put>(mutation).row;
      put(use, layout::row_key(*batch.family, batch.partition, row.at), State{true, false, row.version},
          layout::pack({false, row.version, row.body, row.expires_s}));
    }
  }
  return {};
}

Result<void> Group::add(const ViewWrite& write) {
  const FamilyUse use = write.family->use;
  std::string key = layout::row_key(*write.family, write.partition, write.row.at);
  const auto state = state_of(use, key);
  if (!state) return fail(state.error());
  if (state->exists && state->version >= write.row.version) return {};
  const std::string_view body = write.erase ? std::string_view() : std::string_view(write.row.body);
  put(use, std::move(key), State{true, write.erase, write.row.version},
      layout::pack({write.erase, write.row.version, body, write.row.expires_s}));
  return {};
}

}  // namespace pps::storage
