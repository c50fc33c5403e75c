#include "services/store/service.hpp"

#include "base/mutant.hpp"
#include "runtime/sync.hpp"

namespace pps::store {

namespace {
constexpr std::int64_t kEffectLifeMs = 90ll * 86'400'000;
}  // namespace

StoreService::StoreService(Dependencies dependencies) : deps_(std::move(dependencies)) {
  auto load = [this](std::shared_ptr<storage::Shard> shard) {
    return StoreShard::load(deps_.runtime, deps_.bus, std::move(shard));
  };
  for (std::uint16_t n = 0; n < deps_.shards; ++n)
    hosts_.push_back(std::make_unique<Host>(deps_.runtime, *deps_.table,
                                            storage::ShardAddress{&kLive, "store", n}, load));
}

Task<void> StoreService::start() {
  for (auto& host : hosts_) {
    Result<Memory> memory = co_await host->use();
    if (!memory) co_return fail(std::move(memory).error());
  }
  co_return Result<void>{};
}

Task<StoreService::Memory> StoreService::shard_of_sku(Sku sku) {
  if (!is_valid_sku(sku.value))
    co_return fail_field("/sku", "sku.malformed", "1 to 64 characters of A-Z a-z 0-9 . _ + -");
  co_return co_await hosts_[shard_of(sku.value, deps_.shards)]->use();
}

Task<StoreService::Memory> StoreService::shard_of_owner(CustomerId owner) {
  co_return co_await hosts_[shard_of(owner.value.view(), deps_.shards)]->use();
}

Result<void> StoreService::check_effect(const EffectId& effect, std::string_view field) const {
  if (parse_effect_id(effect.value)) return {};
  return fail_field(std::string(field), "effect.malformed", "must be <purchase>/<effect>/<line>");
}

bool is_too_old(const EffectId& effect, std::int64_t now_us) {
  const auto parts = parse_effect_id(effect.value);
  return parts &&
         static_cast<std::int64_t>(parts->purchase.value.unix_ms()) + kEffectLifeMs < now_us / 1000;
}

EffectReply too_old() {
  return {EffectState::refused, "effect.too_old", "the purchase is older than 90 days", {}};
}

Task<EffectReply> StoreService::reserve(Context, ReserveRequest request) {
  Result<void> valid = check_effect(request.hold, "/hold");
  if (!valid) co_return fail(std::move(valid).error());
  if (request.quantity < 1 || request.quantity > 999)
    co_return fail_field("/quantity", "quantity.out_of_range", "1 to 999");
  Result<Memory> memory = co_await shard_of_sku(request.sku);
  if (!memory) co_return fail(std::move(memory).error());
  StoreShard& shard = **memory;
  std::function<bool()> is_here = [&] { return shard.stock().find_hold(request.hold) != nullptr; };
  Result<std::optional<SettledRow>> settled = co_await shard.settled_if_gone(request.hold, is_here);
  if (!settled) co_return fail(std::move(settled).error());
  const bool buried = PPS_MUTANT("tombstone_ignored") && *settled && (*settled)->hold == HoldState::unreserved;
  if (*settled && !buried) co_return StockLedger::reply_to_reserve((*settled)->hold);
  storage::Decision decision;
  const HoldRow* row = shard.stock().find_hold(request.hold);
  if (PPS_MUTANT("tombstone_ignored") && row && row->state == HoldState::unreserved) row = nullptr;
  if (!row && is_too_old(request.hold, shard.now_us())) co_return too_old();
  EffectReply reply = row ? StockLedger::reply_to_reserve(row->state)
                          : shard.stock().reserve(request, shard.now_us(), decision);
  Result<void> durable = co_await shard.make_durable(std::move(decision));
  if (!durable) co_return fail(std::move(durable).error());
  co_return reply;
}

Task<EffectReply> StoreService::on_hold(HoldRequest request, EffectReply (*ended)(HoldState),
                                        HoldAction act, HoldAction absent) {
  Result<void> valid = check_effect(request.hold, "/hold");
  if (!valid) co_return fail(std::move(valid).error());
  Result<Memory> memory = co_await shard_of_sku(request.sku);
  if (!memory) co_return fail(std::move(memory).error());
  StoreShard& shard = **memory;
  std::function<bool()> is_here = [&] { return shard.stock().find_hold(request.hold) != nullptr; };
  Result<std::optional<SettledRow>> settled = co_await shard.settled_if_gone(request.hold, is_here);
  if (!settled) co_return fail(std::move(settled).error());
  if (*settled) co_return ended((*settled)->hold);
  storage::Decision decision;
  EffectReply reply = is_here() ? act(shard, decision) : absent(shard, decision);
  Result<void> durable = co_await shard.make_durable(std::move(decision));
  if (!durable) co_return fail(std::move(durable).error());
  co_return reply;
}

namespace {
EffectReply never_reserved(StoreShard&, storage::Decision&) {
  return {EffectState::refused, "hold.unknown", "nothing was reserved under this effect", {}};
}
EffectReply unheard_of(StoreShard&, storage::Decision&) { return {}; }

EffectReply describe(HoldState state) {
  switch (state) {
    case HoldState::held:
      return {EffectState::done, "held", {}, {}};
    case HoldState::committed:
      return {EffectState::done, "committed", {}, {}};
    case HoldState::consumed:
      return {EffectState::done, "consumed", {}, {}};
    case HoldState::unreserved:
    case HoldState::expired:
    case HoldState::refused:
      break;
  }
  return StockLedger::reply_to_reserve(state);
}
}  // namespace

Task<EffectReply> StoreService::commit_hold(Context, HoldRequest request) {
  HoldAction act = [hold = request.hold](StoreShard& shard, storage::Decision& decision) {
    return shard.stock().commit(hold, shard.now_us(), decision);
  };
  return on_hold(std::move(request), &StockLedger::reply_to_commit, std::move(act), never_reserved);
}

Task<EffectReply> StoreService::consume(Context, HoldRequest request) {
  HoldAction act = [hold = request.hold](StoreShard& shard, storage::Decision& decision) {
    return shard.stock().consume(hold, shard.now_us(), decision);
  };
  return on_hold(std::move(request), &StockLedger::reply_to_consume, std::move(act),
                 never_reserved);
}

Task<EffectReply> StoreService::unreserve(Context, HoldRequest request) {
  HoldAction act = [hold = request.hold](StoreShard& shard, storage::Decision& decision) {
    return shard.stock().unreserve(hold, shard.now_us(), decision);
  };
  HoldAction bury = [hold = request.hold, sku = request.sku](StoreShard& shard,
                                                             storage::Decision& decision) {
    return is_too_old(hold, shard.now_us()) ? too_old() : shard.stock().bury(hold, sku, decision);
  };
  return on_hold(std::move(request), &StockLedger::reply_to_unreserve, std::move(act),
                 std::move(bury));
}

Task<EffectReply> StoreService::extend_hold(Context, HoldRequest request) {
  HoldAction act = [hold = request.hold, until = request.expires_at_us](
                       StoreShard& shard, storage::Decision& decision) {
    return shard.stock().extend(hold, until, decision);
  };
  return on_hold(std::move(request), &StockLedger::reply_to_reserve, std::move(act),
                 never_reserved);
}

Task<EffectReply> StoreService::find_hold(Context, HoldRequest request) {
  HoldAction act = [hold = request.hold](StoreShard& shard, storage::Decision&) {
    return describe(shard.stock().find_hold(hold)->state);
  };
  return on_hold(std::move(request), &describe, std::move(act), unheard_of);
}

Task<HoldsReply> StoreService::list_holds(Context, HoldsRequest request) {
  HoldsReply reply;
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  for (auto& host : hosts_) {
    Result<Memory> memory = co_await host->use();
    if (!memory) co_return fail(std::move(memory).error());
    const std::vector<HoldRow> rows = (*memory)->stock().open_holds(request.cursor, limit);
    Result<void> durable = co_await (*memory)->shard().flush();
    if (!durable) co_return fail(std::move(durable).error());
    for (const auto& row : rows)
      reply.items.push_back({row.hold, row.sku, row.quantity,
                             row.state == HoldState::held ? "held" : "committed",
                             row.expires_at_us});
  }
  std::ranges::sort(reply.items, {}, [](const Hold& hold) { return hold.hold.value; });
  if (reply.items.size() > limit) reply.items.resize(limit);
  if (reply.items.size() == limit) reply.next_cursor = reply.items.back().hold.value;
  co_return reply;
}

}  // namespace pps::store
