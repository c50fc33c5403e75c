#include "services/store/instance_book.hpp"

namespace pps::store {

void InstanceBook::load(InstanceRow row) {
  next_ = std::max(next_, row.seq + 1);
  live_seqs_.insert(row.seq);
  if (row.state != InstanceState::prepared) ended_.insert(row.effect.value);
  EffectId effect = row.effect;
  rows_.insert_or_assign(std::move(effect), std::move(row));
}

const InstanceRow* InstanceBook::find(const EffectId& prepared) const {
  const auto it = rows_.find(prepared);
  return it == rows_.end() ? nullptr : &it->second;
}

EffectReply InstanceBook::reply_to_prepare(InstanceState state) {
  if (state == InstanceState::withdrawn) return {EffectState::undone, "already_undone", {}, {}};
  return {EffectState::done, {}, {}, {}};
}

EffectReply InstanceBook::reply_to_release(InstanceState state, const std::string& tracking) {
  if (state == InstanceState::active) return {EffectState::done, {}, {}, tracking};
  return {EffectState::refused, "instance.not_prepared", "the instance was withdrawn", {}};
}

EffectReply InstanceBook::reply_to_withdraw(InstanceState state) {
  if (state == InstanceState::active) return {EffectState::refused, "instance.released", {}, {}};
  return {EffectState::undone, {}, {}, {}};
}

InstanceRow& InstanceBook::add(InstanceRow row, storage::Decision& decision) {
  row.seq = next_++;
  put(decision, row);
  const EffectId effect = row.effect;
  load(std::move(row));
  return rows_.at(effect);
}

void InstanceBook::end(InstanceRow& row, InstanceState state, storage::Decision& decision) {
  row.state = state;
  ended_.insert(row.effect.value);
  put(decision, row);
}

EffectReply InstanceBook::prepare(InstanceRow row, storage::Decision& decision) {
  row.state = InstanceState::prepared;
  add(std::move(row), decision);
  return {EffectState::done, {}, {}, {}};
}

EffectReply InstanceBook::release(const EffectId& prepared, std::string sealed_keys,
                                  std::string tracking, std::int64_t now_us,
                                  storage::Decision& decision) {
  InstanceRow& row = rows_.at(prepared);
  if (row.state != InstanceState::prepared) return reply_to_release(row.state, row.tracking);
  row.sealed_keys = std::move(sealed_keys);
  row.tracking = std::move(tracking);
  row.acquired_at_us = now_us;
  end(row, InstanceState::active, decision);
  return reply_to_release(row.state, row.tracking);
}

EffectReply InstanceBook::withdraw(const EffectId& prepared, storage::Decision& decision) {
  InstanceRow& row = rows_.at(prepared);
  if (row.state == InstanceState::prepared) end(row, InstanceState::withdrawn, decision);
  return reply_to_withdraw(row.state);
}

EffectReply InstanceBook::bury(const EffectId& prepared, CustomerId owner,
                               storage::Decision& decision) {
  add({.effect = prepared, .owner = owner, .state = InstanceState::withdrawn}, decision);
  return {EffectState::undone, {}, {}, {}};
}

std::vector<InstanceRow> InstanceBook::active_of(CustomerId owner) const {
  std::vector<InstanceRow> rows;
  for (const auto& [effect, row] : rows_)
    if (row.owner == owner && row.state == InstanceState::active) rows.push_back(row);
  return rows;
}

const InstanceRow* InstanceBook::active(InstanceId id) const {
  for (const auto& [effect, row] : rows_)
    if (row.id == id && row.state == InstanceState::active) return &row;
  return nullptr;
}

std::vector<InstanceRow> InstanceBook::ended(std::size_t limit) const {
  std::vector<InstanceRow> rows;
  for (const auto& effect : ended_) {
    if (rows.size() == limit) break;
    rows.push_back(rows_.at(EffectId{effect}));
  }
  return rows;
}

std::uint64_t InstanceBook::forget(const std::vector<InstanceRow>& settled,
                                   storage::Decision& decision) {
  for (const auto& row : settled) {
    decision.mutations.emplace_back(storage::Erase{key_of(row)});
    live_seqs_.erase(row.seq);
    ended_.erase(row.effect.value);
    rows_.erase(row.effect);
  }
  return live_seqs_.empty() ? next_ : *live_seqs_.begin();
}

}  // namespace pps::store
