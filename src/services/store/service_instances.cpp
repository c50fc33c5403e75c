#include "services/store/service.hpp"
#include "storage/keys.hpp"

/// What customers own.
namespace pps::store {

namespace {
EffectReply never_prepared() {
  return {EffectState::refused, "instance.unknown", "nothing was prepared under this effect", {}};
}
}  // namespace

Task<EffectReply> StoreService::on_instance(EffectId effect, CustomerId owner,
                                            SettledReply settled_reply, InstanceAction act,
                                            InstanceAction absent) {
  Result<void> valid = check_effect(effect, "/effect");
  if (!valid) co_return fail(std::move(valid).error());
  Result<Memory> memory = co_await shard_of_owner(owner);
  if (!memory) co_return fail(std::move(memory).error());
  StoreShard& shard = **memory;
  std::function<bool()> is_here = [&] { return shard.instances().find(effect) != nullptr; };
  Result<std::optional<SettledRow>> settled = co_await shard.settled_if_gone(effect, is_here);
  if (!settled) co_return fail(std::move(settled).error());
  if (*settled) co_return settled_reply(**settled);
  const InstanceRow* row = shard.instances().find(effect);
  if (row && row->owner != owner) co_return never_prepared();
  storage::Decision decision;
  EffectReply reply = row ? act(shard, decision) : absent(shard, decision);
  Result<void> durable = co_await shard.make_durable(std::move(decision));
  if (!durable) co_return fail(std::move(durable).error());
  co_return reply;
}

Task<EffectReply> StoreService::prepare_instance(Context, PrepareInstanceRequest request) {
  InstanceRow row{.effect = request.effect,
                  .id = {runtime::new_uuid(deps_.runtime)},
                  .owner = request.owner,
                  .purchase = request.purchase,
                  .line = request.line,
                  .product = request.product,
                  .sku = request.sku,
                  .name = request.name,
                  .variant = request.variant,
                  .kind = request.kind,
                  .quantity = request.quantity,
                  .customization = request.customization};
  InstanceAction act = [effect = request.effect](StoreShard& shard, storage::Decision&) {
    return InstanceBook::reply_to_prepare(shard.instances().find(effect)->state);
  };
  InstanceAction absent = [row = std::move(row)](StoreShard& shard, storage::Decision& decision) {
    if (is_too_old(row.effect, shard.now_us())) return too_old();
    return shard.instances().prepare(row, decision);
  };
  SettledReply settled = [](const SettledRow& was) {
    return InstanceBook::reply_to_prepare(was.instance);
  };
  return on_instance(request.effect, request.owner, std::move(settled), std::move(act),
                     std::move(absent));
}

Task<EffectReply> StoreService::release_instance(Context, ReleaseInstanceRequest request) {
  InstanceAction act = [this, request](StoreShard& shard, storage::Decision& decision) {
    const std::string id = shard.instances().find(request.prepared)->id.to_string();
    std::string sealed =
        request.licence_keys.empty()
            ? std::string{}
            : deps_.ring->seal(id, storage::encode_row(LicenceKeys{request.licence_keys}));
    return shard.instances().release(request.prepared, std::move(sealed), request.tracking,
                                     shard.now_us(), decision);
  };
  InstanceAction absent = [](StoreShard&, storage::Decision&) { return never_prepared(); };
  SettledReply settled = [](const SettledRow& was) {
    return InstanceBook::reply_to_release(was.instance, was.tracking);
  };
  return on_instance(request.prepared, request.owner, std::move(settled), std::move(act),
                     std::move(absent));
}

Task<EffectReply> StoreService::withdraw_instance(Context, InstanceEffectRequest request) {
  InstanceAction act = [effect = request.prepared](StoreShard& shard, storage::Decision& decision) {
    return shard.instances().withdraw(effect, decision);
  };
  InstanceAction absent = [request](StoreShard& shard, storage::Decision& decision) {
    if (is_too_old(request.prepared, shard.now_us())) return too_old();
    return shard.instances().bury(request.prepared, request.owner, decision);
  };
  SettledReply settled = [](const SettledRow& was) {
    return InstanceBook::reply_to_withdraw(was.instance);
  };
  return on_instance(request.prepared, request.owner, std::move(settled), std::move(act),
                     std::move(absent));
}

Task<EffectReply> StoreService::find_instance_effect(Context, InstanceEffectRequest request) {
  auto describe = [](InstanceState state, const std::string& tracking) -> EffectReply {
    if (state == InstanceState::withdrawn) return {EffectState::undone, {}, {}, {}};
    return {
        EffectState::done, state == InstanceState::active ? "active" : "prepared", {}, tracking};
  };
  InstanceAction act = [effect = request.prepared, describe](StoreShard& shard,
                                                             storage::Decision&) {
    const InstanceRow& row = *shard.instances().find(effect);
    return describe(row.state, row.tracking);
  };
  InstanceAction absent = [](StoreShard&, storage::Decision&) { return EffectReply{}; };
  SettledReply settled = [describe](const SettledRow& was) {
    return describe(was.instance, was.tracking);
  };
  return on_instance(request.prepared, request.owner, std::move(settled), std::move(act),
                     std::move(absent));
}

Result<Owned> StoreService::to_owned(const InstanceRow& row) const {
  Owned owned{.id = row.id,
              .owner = row.owner,
              .purchase = row.purchase,
              .line = row.line,
              .product = row.product,
              .sku = row.sku,
              .name = row.name,
              .variant = row.variant,
              .kind = row.kind,
              .status = "active",
              .quantity = row.quantity,
              .acquired_at_us = row.acquired_at_us,
              .tracking = row.tracking,
              .customization = row.customization};
  if (row.sealed_keys.empty()) return owned;
  Result<std::string> opened = deps_.ring->open_sealed(row.id.to_string(), row.sealed_keys);
  if (!opened) return fail(std::move(opened).error());
  Result<LicenceKeys> keys = storage::decode_row<LicenceKeys>(*opened);
  if (!keys) return fail(std::move(keys).error());
  owned.licence_keys = std::move(keys->keys);
  return owned;
}

Task<Owned> StoreService::get_owned(Context, OwnedRequest request) {
  Result<Memory> memory = co_await shard_of_owner(request.owner);
  if (!memory) co_return fail(std::move(memory).error());
  const InstanceRow* live = (*memory)->instances().active(request.id);
  if (live && live->owner == request.owner) {
    const InstanceRow row = *live;
    Result<void> durable = co_await (*memory)->shard().flush();
    if (!durable) co_return fail(std::move(durable).error());
    co_return to_owned(row);
  }
  std::string partition = storage::KeyWriter().uuid(request.owner.value).take();
  storage::RowKey at = owned_key(request.id);
  Result<std::optional<storage::Row>> row =
      co_await (*memory)->shard().table().find(kOwned, std::move(partition), std::move(at));
  if (!row) co_return fail(std::move(row).error());
  if (!*row)
    co_return fail(ErrorKind::not_found, "owned_product.not_found", "no such product of yours");
  Result<InstanceRow> decoded = storage::decode_row<InstanceRow>((*row)->body);
  if (!decoded) co_return fail(std::move(decoded).error());
  co_return to_owned(*decoded);
}

namespace {
/// Newest first, from before `cursor` on; `more` if rows were left out.
struct OwnedRows {
  std::vector<InstanceRow> rows;
  bool more = false;
};

void merge_live(OwnedRows& page, std::vector<InstanceRow> live, const std::string& before) {
  const std::string oldest = page.more ? owned_key(page.rows.back().id).key : std::string{};
  for (auto& row : live) {
    const bool known = std::ranges::any_of(
        page.rows, [&](const InstanceRow& other) { return other.id == row.id; });
    const std::string key = owned_key(row.id).key;
    if (!known && key > oldest && (before.empty() || key < before))
      page.rows.push_back(std::move(row));
  }
  std::ranges::sort(page.rows, std::ranges::greater{},
                    [](const InstanceRow& row) { return row.id; });
}
}  // namespace

Task<OwnedPage> StoreService::list_owned(Context, OwnedListRequest request) {
  std::string before;
  if (!request.cursor.empty()) {
    const auto id = InstanceId::parse(request.cursor);
    if (!id)
      co_return fail_field("?cursor", "cursor.invalid",
                           "give back next_cursor as it came, or leave it out");
    before = owned_key(*id).key;
  }
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 1, 100));
  Result<Memory> memory = co_await shard_of_owner(request.owner);
  if (!memory) co_return fail(std::move(memory).error());
  OwnedPage reply;
  const bool none_asked = !request.status.empty() && request.status != "active";
  OwnedRows page{{}, !none_asked};
  while (page.more && reply.items.size() < limit) {
    std::vector<InstanceRow> live = (*memory)->instances().active_of(request.owner);
    Result<void> durable = co_await (*memory)->shard().flush();
    if (!durable) co_return fail(std::move(durable).error());
    storage::ScanQuery query{.family = &kOwned,
                             .partition = storage::KeyWriter().uuid(request.owner.value).take(),
                             .kind = kOwnedKind,
                             .to = before,
                             .backwards = true,
                             .limit = limit};
    Result<storage::ScanPage> scanned = co_await (*memory)->shard().table().scan(std::move(query));
    if (!scanned) co_return fail(std::move(scanned).error());
    page = {{}, scanned->more};
    for (const auto& row : scanned->rows) {
      Result<InstanceRow> decoded = storage::decode_row<InstanceRow>(row.body);
      if (!decoded) co_return fail(std::move(decoded).error());
      page.rows.push_back(std::move(*decoded));
    }
    merge_live(page, std::move(live), before);
    for (const auto& row : page.rows) {
      if (reply.items.size() == limit) {
        page.more = true;
        break;
      }
      before = owned_key(row.id).key;
      if (request.product && row.product != *request.product) continue;
      Result<Owned> owned = to_owned(row);
      if (!owned) co_return fail(std::move(owned).error());
      reply.items.push_back(std::move(*owned));
    }
  }
  if (page.more && !reply.items.empty()) reply.next_cursor = reply.items.back().id.to_string();
  co_return reply;
}

}  // namespace pps::store
