#pragma once

#include <memory>
#include <vector>

#include "bus/bus.hpp"
#include "runtime/runtime.hpp"
#include "services/store/api.hpp"
#include "services/store/store_shard.hpp"
#include "storage/keyring.hpp"
#include "storage/shard_host.hpp"
#include "storage/table.hpp"

namespace pps::store {

/// True once how the effect ended may have been dropped (90 days): what is not known any more must
/// not be done anew.
bool is_too_old(const EffectId& effect, std::int64_t now_us);
EffectReply too_old();

/// The rules of the Product Store. Stock of a SKU is decided in shard hash(SKU), an owner's
/// instances in shard hash(owner). Loop-confined.
class StoreService final : public StoreApi {
 public:
  struct Dependencies {
    runtime::Runtime& runtime;
    std::shared_ptr<storage::Table> table;
    std::shared_ptr<bus::Bus> bus;
    std::shared_ptr<storage::Keyring> ring;  ///< For licence keys.
    std::uint16_t shards = 4;                ///< 1 … 4096, as stored at creation.
  };
  explicit StoreService(Dependencies dependencies);
  /// Opens every shard, so that holds expire and effects settle even when nobody calls.
  Task<void> start();

  Task<EffectReply> reserve(Context context, ReserveRequest request) override;
  Task<EffectReply> commit_hold(Context context, HoldRequest request) override;
  Task<EffectReply> consume(Context context, HoldRequest request) override;
  Task<EffectReply> unreserve(Context context, HoldRequest request) override;
  Task<EffectReply> extend_hold(Context context, HoldRequest request) override;
  Task<EffectReply> find_hold(Context context, HoldRequest request) override;
  Task<HoldsReply> list_holds(Context context, HoldsRequest request) override;

  Task<StockLevel> receive(Context context, StockChange change) override;
  Task<StockLevel> adjust(Context context, StockChange change) override;
  Task<StockLevel> count(Context context, StockChange change) override;
  Task<StockLevel> set_threshold(Context context, ThresholdRequest request) override;
  Task<LevelsReply> levels(Context context, LevelsRequest request) override;
  Task<LowReply> low(Context context, LowRequest request) override;
  Task<MovementsReply> movements(Context context, MovementsRequest request) override;

  Task<EffectReply> prepare_instance(Context context, PrepareInstanceRequest request) override;
  Task<EffectReply> release_instance(Context context, ReleaseInstanceRequest request) override;
  Task<EffectReply> withdraw_instance(Context context, InstanceEffectRequest request) override;
  Task<EffectReply> find_instance_effect(Context context, InstanceEffectRequest request) override;
  Task<Owned> get_owned(Context context, OwnedRequest request) override;
  Task<OwnedPage> list_owned(Context context, OwnedListRequest request) override;

 private:
  using Host = storage::ShardHost<StoreShard>;
  using Memory = std::shared_ptr<StoreShard>;

  using HoldAction = std::function<EffectReply(StoreShard&, storage::Decision&)>;

  /// Answers `ended` if the hold has settled, else lets `act` (it is here) or `absent` decide, and
  /// makes it durable.
  Task<EffectReply> on_hold(HoldRequest request, EffectReply (*ended)(HoldState), HoldAction act,
                            HoldAction absent);
  Task<Memory> shard_of_sku(Sku sku);
  Task<Memory> shard_of_owner(CustomerId owner);
  Result<void> check_effect(const EffectId& effect, std::string_view field) const;
  using LedgerVerb = Result<StockLevel> (StockLedger::*)(const StockChange&, std::int64_t,
                                                         storage::Decision&);
  Task<StockLevel> change(StockChange change, LedgerVerb verb, std::string_view name);
  Task<StockLevel> change_alone(StoreShard& shard, storage::RowKey at, StockChange change,
                                LedgerVerb verb, std::string_view name);

  using InstanceAction = HoldAction;
  using SettledReply = std::function<EffectReply(const SettledRow&)>;
  /// As on_hold, for an instance's effect.
  Task<EffectReply> on_instance(EffectId effect, CustomerId owner, SettledReply settled_reply,
                                InstanceAction act, InstanceAction absent);
  Result<Owned> to_owned(const InstanceRow& row) const;

  Dependencies deps_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

}  // namespace pps::store
