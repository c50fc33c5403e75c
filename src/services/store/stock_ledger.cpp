#include "services/store/stock_ledger.hpp"

#include <fmt/format.h>

namespace pps::store {

namespace {
std::int64_t available(const StockRow& stock) {
  return stock.on_hand - stock.held - stock.committed;
}

std::string status_of(const StockRow& stock) {
  if (available(stock) <= 0) return "out";
  return available(stock) <= stock.threshold ? "low" : "in_stock";
}

EffectReply refused(std::string code, std::string detail = {}) {
  return {EffectState::refused, std::move(code), std::move(detail), {}};
}
EffectReply done() { return {EffectState::done, {}, {}, {}}; }
EffectReply undone(std::string code = {}) { return {EffectState::undone, std::move(code), {}, {}}; }

constexpr std::int64_t kMaxOnHand = 1'000'000'000;
/// One decision must fit one commit (storage::kMaxBatchBytes); an ended hold writes well under 1
/// KiB.
constexpr int kExpireAtOnce = 500;
}  // namespace

void StockLedger::load(StockRow row) {
  Sku sku = row.sku;
  stocks_.insert_or_assign(std::move(sku), std::move(row));
}

void StockLedger::load(HoldRow row) {
  next_hold_ = std::max(next_hold_, row.seq + 1);
  live_seqs_.insert(row.seq);
  if (row.state == HoldState::held) expiries_.emplace(row.expires_at_us, row.hold.value);
  if (row.ended()) ended_.emplace(row.hold, row.seq);
  EffectId hold = row.hold;
  holds_.insert_or_assign(std::move(hold), std::move(row));
}

const HoldRow* StockLedger::find_hold(const EffectId& hold) const {
  const auto it = holds_.find(hold);
  return it == holds_.end() ? nullptr : &it->second;
}

EffectReply StockLedger::reply_to_reserve(HoldState state) {
  switch (state) {
    case HoldState::held:
    case HoldState::committed:
    case HoldState::consumed:
      return done();
    case HoldState::refused:
      return refused("stock.insufficient");
    case HoldState::unreserved:
      return undone("already_undone");
    case HoldState::expired:
      return undone("hold.expired");
  }
  return refused("hold.unknown_state");
}

EffectReply StockLedger::reply_to_commit(HoldState state) {
  switch (state) {
    case HoldState::committed:
    case HoldState::consumed:
      return done();
    case HoldState::expired:
      return refused("hold.expired");
    case HoldState::unreserved:
      return undone("already_undone");
    case HoldState::held:
    case HoldState::refused:
      break;
  }
  return refused("hold.not_held");
}

EffectReply StockLedger::reply_to_consume(HoldState state) {
  return state == HoldState::consumed ? done() : refused("hold.not_committed");
}

EffectReply StockLedger::reply_to_unreserve(HoldState state) {
  return state == HoldState::consumed ? refused("hold.consumed") : undone();
}

HoldRow& StockLedger::add_hold(HoldRow row, storage::Decision& decision) {
  row.seq = next_hold_++;
  put(decision, row);
  EffectId hold = row.hold;
  load(std::move(row));
  return holds_.at(hold);
}

EffectReply StockLedger::reserve(const ReserveRequest& request, std::int64_t now_us,
                                 storage::Decision& decision) {
  const auto it = stocks_.find(request.sku);
  const std::int64_t free = it == stocks_.end() ? 0 : available(it->second);
  HoldRow row{.hold = request.hold,
              .sku = request.sku,
              .quantity = request.quantity,
              .state = HoldState::held,
              .expires_at_us = request.expires_at_us};
  if (free < request.quantity) {
    row.state = HoldState::refused;
    add_hold(std::move(row), decision);
    return refused("stock.insufficient",
                   fmt::format("{} asked, {} available", request.quantity, free));
  }
  it->second.held += request.quantity;
  add_hold(std::move(row), decision);
  moved(it->second, {"reserve", request.quantity, request.hold.value, {}, {}}, now_us, decision);
  return done();
}

EffectReply StockLedger::commit(const EffectId& hold, std::int64_t now_us,
                                storage::Decision& decision) {
  HoldRow& row = holds_.at(hold);
  if (row.state != HoldState::held) return reply_to_commit(row.state);
  StockRow& stock = stocks_.at(row.sku);
  stock.held -= row.quantity;
  stock.committed += row.quantity;
  set_state(row, HoldState::committed, decision);
  moved(stock, {"commit", row.quantity, hold.value, {}, {}}, now_us, decision);
  return done();
}

EffectReply StockLedger::consume(const EffectId& hold, std::int64_t now_us,
                                 storage::Decision& decision) {
  HoldRow& row = holds_.at(hold);
  if (row.state != HoldState::committed) return reply_to_consume(row.state);
  StockRow& stock = stocks_.at(row.sku);
  stock.committed -= row.quantity;
  stock.on_hand -= row.quantity;
  set_state(row, HoldState::consumed, decision);
  moved(stock, {"consume", row.quantity, hold.value, {}, {}}, now_us, decision);
  return done();
}

EffectReply StockLedger::unreserve(const EffectId& hold, std::int64_t now_us,
                                   storage::Decision& decision) {
  HoldRow& row = holds_.at(hold);
  if (row.ended()) return reply_to_unreserve(row.state);
  StockRow& stock = stocks_.at(row.sku);
  (row.state == HoldState::held ? stock.held : stock.committed) -= row.quantity;
  set_state(row, HoldState::unreserved, decision);
  moved(stock, {"unreserve", row.quantity, hold.value, {}, {}}, now_us, decision);
  return undone();
}

EffectReply StockLedger::extend(const EffectId& hold, std::int64_t expires_at_us,
                                storage::Decision& decision) {
  HoldRow& row = holds_.at(hold);
  if (row.state != HoldState::held) return reply_to_reserve(row.state);
  expiries_.erase({row.expires_at_us, hold.value});
  row.expires_at_us = std::max(row.expires_at_us, expires_at_us);
  expiries_.emplace(row.expires_at_us, hold.value);
  put(decision, row);
  return done();
}

EffectReply StockLedger::bury(const EffectId& hold, const Sku& sku, storage::Decision& decision) {
  add_hold({.hold = hold, .sku = sku, .state = HoldState::unreserved}, decision);
  return undone();
}

void StockLedger::expire_due(std::int64_t now_us, storage::Decision& decision) {
  for (int n = 0; n < kExpireAtOnce; ++n) {
    if (expiries_.empty() || expiries_.begin()->first > now_us) return;
    HoldRow& row = holds_.at(EffectId{expiries_.begin()->second});
    StockRow& stock = stocks_.at(row.sku);
    stock.held -= row.quantity;
    set_state(row, HoldState::expired, decision);
    moved(stock, {"expire", row.quantity, row.hold.value, {}, {}}, now_us, decision);
  }
}

std::optional<std::int64_t> StockLedger::next_expiry() const {
  return expiries_.empty() ? std::nullopt : std::optional(expiries_.begin()->first);
}

void StockLedger::set_state(HoldRow& hold, HoldState state, storage::Decision& decision) {
  if (hold.state == HoldState::held) expiries_.erase({hold.expires_at_us, hold.hold.value});
  hold.state = state;
  if (hold.ended()) ended_.emplace(hold.hold, hold.seq);
  put(decision, hold);
}

void StockLedger::moved(StockRow& stock, Movement movement, std::int64_t now_us,
                        storage::Decision& decision) {
  PPS_INVARIANT(stock.held >= 0 && stock.committed >= 0);
  PPS_INVARIANT(available(stock) >= 0);
  ++stock.movements;
  MovementRow row{.seq = stock.movements,
                  .at_us = now_us,
                  .verb = std::string(movement.verb),
                  .quantity = movement.quantity,
                  .on_hand = stock.on_hand,
                  .held = stock.held,
                  .committed = stock.committed,
                  .reference = std::move(movement.reference),
                  .note = std::move(movement.note),
                  .actor = std::move(movement.actor)};
  put_at(decision, movement_key(stock.sku, stock.movements), storage::encode_row(row));
  tell_crossing(stock, now_us, decision);
  put(decision, stock);
}

void StockLedger::tell_crossing(StockRow& stock, std::int64_t now_us, storage::Decision& decision) {
  std::string status = status_of(stock);
  if (status == stock.status) return;
  stock.status = status;
  decision.events.push_back(
      {.topic = "stock",
       .type = "stock.crossed",
       .key = stock.sku.value,
       .body = fmt::format(R"({{"sku":"{}","status":"{}"}})", stock.sku.value, status),
       .at_us = now_us});
}

Result<StockLevel> StockLedger::receive(const StockChange& change, std::int64_t now_us,
                                        storage::Decision& decision) {
  return set_on_hand(change, level(change.sku).on_hand + change.quantity, "receive", now_us,
                     decision);
}

Result<StockLevel> StockLedger::adjust(const StockChange& change, std::int64_t now_us,
                                       storage::Decision& decision) {
  return set_on_hand(change, level(change.sku).on_hand + change.quantity, "adjust", now_us,
                     decision);
}

Result<StockLevel> StockLedger::count(const StockChange& change, std::int64_t now_us,
                                      storage::Decision& decision) {
  return set_on_hand(change, change.quantity, "count", now_us, decision);
}

Result<StockLevel> StockLedger::set_on_hand(const StockChange& change, std::int64_t on_hand,
                                            std::string_view verb, std::int64_t now_us,
                                            storage::Decision& decision) {
  const StockLevel before = level(change.sku);
  if (on_hand > kMaxOnHand)
    return fail_field("/quantity", "field.range",
                      fmt::format("at most {} can be on hand", kMaxOnHand));
  if (on_hand < before.held + before.committed)
    return fail(
        ErrorKind::conflict, "stock.insufficient",
        fmt::format("{} would be on hand, but {} are held and {} are committed to purchases",
                    on_hand, before.held, before.committed));
  StockRow& stock = stocks_[change.sku];
  const std::int64_t difference = on_hand - stock.on_hand;
  stock.sku = change.sku;
  stock.on_hand = on_hand;
  moved(stock, {verb, difference, change.idempotency_key, change.note, change.actor}, now_us,
        decision);
  return level(change.sku);
}

StockLevel StockLedger::set_threshold(const Sku& sku, std::int64_t threshold, std::int64_t now_us,
                                      storage::Decision& decision) {
  StockRow& stock = stocks_[sku];
  stock.sku = sku;
  stock.threshold = threshold;
  tell_crossing(stock, now_us, decision);
  put(decision, stock);
  return level(sku);
}

StockLevel StockLedger::level(const Sku& sku) const {
  const auto it = stocks_.find(sku);
  if (it == stocks_.end()) return {.sku = sku};
  const StockRow& stock = it->second;
  return {.sku = sku,
          .tracked = true,
          .on_hand = stock.on_hand,
          .held = stock.held,
          .committed = stock.committed,
          .available = available(stock),
          .low_stock_threshold = stock.threshold};
}

std::vector<StockLevel> StockLedger::low(const std::string& after, std::size_t limit) const {
  std::vector<StockLevel> found;
  for (const auto& [sku, stock] : stocks_)
    if (sku.value > after && available(stock) <= stock.threshold) found.push_back(level(sku));
  std::ranges::sort(found, {}, [](const StockLevel& level) { return level.sku.value; });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<HoldRow> StockLedger::ended(std::size_t limit) const {
  std::vector<HoldRow> rows;
  for (const auto& [hold, seq] : ended_) {
    if (rows.size() == limit) break;
    rows.push_back(holds_.at(hold));
  }
  return rows;
}

std::uint64_t StockLedger::forget(const std::vector<HoldRow>& settled,
                                  storage::Decision& decision) {
  for (const auto& row : settled) {
    decision.mutations.emplace_back(storage::Erase{key_of(row)});
    live_seqs_.erase(row.seq);
    ended_.erase(row.hold);
    holds_.erase(row.hold);
  }
  return live_seqs_.empty() ? next_hold_ : *live_seqs_.begin();
}

std::vector<HoldRow> StockLedger::open_holds(const std::string& after, std::size_t limit) const {
  std::vector<HoldRow> rows;
  for (const auto& [hold, row] : holds_)
    if (!row.ended() && hold.value > after) rows.push_back(row);
  std::ranges::sort(rows, {}, [](const HoldRow& row) { return row.hold.value; });
  if (rows.size() > limit) rows.resize(limit);
  return rows;
}

}  // namespace pps::store
