#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"
#include "services/effect_reply.hpp"

/// The Product Store: the stock ledger per SKU and the product instances that customers own.
namespace pps::store {

/// A hold is named by the reserve's effect id; commit, consume and unreserve name the same hold.
struct ReserveRequest {
  EffectId hold;
  Sku sku;
  std::int64_t quantity = 0;  ///< 1 … 999 (a line's limit).
  std::int64_t expires_at_us =
      0;  ///< Unix microseconds; the owner's one decision ends the hold after it.
};
struct HoldRequest {
  EffectId hold;
  Sku sku;
  std::int64_t expires_at_us = 0;  ///< Only for extend_hold.
};

struct StockChange {
  Sku sku;
  std::int64_t quantity =
      0;  ///< receive: ≥ 1; adjust: signed, not 0; count: ≥ 0, the counted on-hand.
  std::string idempotency_key;  ///< 1–255 characters; scope: the SKU.
  std::string actor;            ///< Who, for the ledger.
  std::string note;             ///< ≤ 500 bytes.
};
struct SkuRequest {
  Sku sku;
};
struct StockLevel {
  Sku sku;
  bool tracked = false;  ///< False: no stock row; nothing was ever received.
  std::int64_t on_hand = 0, held = 0, committed = 0;
  std::int64_t available = 0;  ///< on_hand − held − committed, never negative.
  std::int64_t low_stock_threshold = 0;
};
struct LevelsRequest {
  std::vector<Sku> skus;  ///< 1 … 100.
};
struct LevelsReply {
  std::vector<StockLevel> levels;  ///< In the order asked.
};
/// SKUs of which as many as their threshold or fewer are available.
struct LowRequest {
  std::string cursor;       ///< The last SKU of the page before; empty: from the first.
  std::int64_t limit = 50;  ///< 1 … 100.
};
struct LowReply {
  std::vector<StockLevel> items;  ///< By SKU.
  std::string next_cursor;
};
struct ThresholdRequest {
  Sku sku;
  std::int64_t low_stock_threshold =
      0;  ///< 0 … 1'000'000; `stock.crossed` when available goes through it or through 0.
  std::optional<std::int64_t> expected;  ///< Set: `stale` unless it is the threshold now.
};
struct MovementsRequest {
  Sku sku;
  std::string cursor;
  std::int64_t limit = 50;  ///< 1 … 100, newest first.
};
struct Movement {
  std::int64_t seq = 0;  ///< Dense per SKU from 1.
  std::int64_t at_us = 0;
  std::string verb;  ///< receive reserve commit consume unreserve expire adjust count
  std::int64_t quantity = 0;
  std::int64_t on_hand = 0, held = 0, committed = 0;  ///< After it.
  std::string reference;                              ///< Effect id or idempotency key.
  std::string note;
};
struct MovementsReply {
  std::vector<Movement> items;
  std::string next_cursor;
};
/// For the reconciler and the checker: every hold that has not ended, and the sums.
struct HoldsRequest {
  std::string cursor;
  std::int64_t limit = 100;
};
struct Hold {
  EffectId hold;
  Sku sku;
  std::int64_t quantity = 0;
  std::string state;  ///< held committed
  std::int64_t expires_at_us = 0;
};
struct HoldsReply {
  std::vector<Hold> items;
  std::string next_cursor;
};

/// A product instance: `prepared` (not visible to its owner) → `active` (released) or withdrawn.
struct PrepareInstanceRequest {
  EffectId effect;  ///< <purchase>/prepare/<line>
  CustomerId owner;
  PurchaseId purchase;
  std::int64_t line = 0;
  ProductId product;
  Sku sku;
  std::string name, variant, kind;
  std::int64_t quantity = 1;
  std::string customization;  ///< Canonical JSON or empty.
};
struct ReleaseInstanceRequest {
  EffectId prepared;  ///< The prepare's effect id.
  CustomerId owner;
  std::vector<std::string> licence_keys;  ///< Encrypted at rest; shown to the owner only.
  std::string tracking;
};
struct InstanceEffectRequest {
  EffectId prepared;
  CustomerId owner;
};
struct OwnedRequest {
  CustomerId owner;
  InstanceId id;
};
struct OwnedListRequest {
  CustomerId owner;
  std::optional<ProductId> product;
  std::string status;  ///< Empty: all.
  std::string cursor;
  std::int64_t limit = 20;
};
struct Owned {
  InstanceId id;
  CustomerId owner;
  PurchaseId purchase;
  std::int64_t line = 0;
  ProductId product;
  Sku sku;
  std::string name, variant, kind, status;  ///< status: active revoked
  std::int64_t quantity = 1;
  std::int64_t acquired_at_us = 0;
  std::vector<std::string> licence_keys;
  std::string tracking;
  std::string customization;  ///< Canonical JSON or empty.
};
struct OwnedPage {
  std::vector<Owned> items;
  std::string next_cursor;
};

BOOST_DESCRIBE_STRUCT(ReserveRequest, (), (hold, sku, quantity, expires_at_us))
BOOST_DESCRIBE_STRUCT(HoldRequest, (), (hold, sku, expires_at_us))
BOOST_DESCRIBE_STRUCT(StockChange, (), (sku, quantity, idempotency_key, actor, note))
BOOST_DESCRIBE_STRUCT(SkuRequest, (), (sku))
BOOST_DESCRIBE_STRUCT(StockLevel, (),
                      (sku, tracked, on_hand, held, committed, available, low_stock_threshold))
BOOST_DESCRIBE_STRUCT(LevelsRequest, (), (skus))
BOOST_DESCRIBE_STRUCT(LevelsReply, (), (levels))
BOOST_DESCRIBE_STRUCT(LowRequest, (), (cursor, limit))
BOOST_DESCRIBE_STRUCT(LowReply, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(ThresholdRequest, (), (sku, low_stock_threshold, expected))
BOOST_DESCRIBE_STRUCT(MovementsRequest, (), (sku, cursor, limit))
BOOST_DESCRIBE_STRUCT(Movement, (),
                      (seq, at_us, verb, quantity, on_hand, held, committed, reference, note))
BOOST_DESCRIBE_STRUCT(MovementsReply, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(HoldsRequest, (), (cursor, limit))
BOOST_DESCRIBE_STRUCT(Hold, (), (hold, sku, quantity, state, expires_at_us))
BOOST_DESCRIBE_STRUCT(HoldsReply, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(PrepareInstanceRequest, (),
                      (effect, owner, purchase, line, product, sku, name, variant, kind, quantity,
                       customization))
BOOST_DESCRIBE_STRUCT(ReleaseInstanceRequest, (), (prepared, owner, licence_keys, tracking))
BOOST_DESCRIBE_STRUCT(InstanceEffectRequest, (), (prepared, owner))
BOOST_DESCRIBE_STRUCT(OwnedRequest, (), (owner, id))
BOOST_DESCRIBE_STRUCT(OwnedListRequest, (), (owner, product, status, cursor, limit))
BOOST_DESCRIBE_STRUCT(Owned, (),
                      (id, owner, purchase, line, product, sku, name, variant, kind, status,
                       quantity, acquired_at_us, licence_keys, tracking, customization))
BOOST_DESCRIBE_STRUCT(OwnedPage, (), (items, next_cursor))

/// Every call may answer `unavailable` (surely not done) and, when remote, `unknown_outcome`. Every
/// effect is idempotent by its id: repeated, it answers what it answered before. Loop-confined.
class StoreApi {
 public:
  virtual ~StoreApi() = default;
  /// done; refused "stock.insufficient"; undone if the undo came first. Linearizable per SKU.
  virtual Task<EffectReply> reserve(Context context, ReserveRequest request) = 0;
  /// done (held → committed, never expires again); undone or refused "hold.expired" if the hold
  /// ended before.
  virtual Task<EffectReply> commit_hold(Context context, HoldRequest request) = 0;
  /// done (committed → consumed; on_hand falls); refused "hold.not_committed".
  virtual Task<EffectReply> consume(Context context, HoldRequest request) = 0;
  /// undone; an unknown hold gets a tombstone. refused "hold.consumed" if it is too late.
  virtual Task<EffectReply> unreserve(Context context, HoldRequest request) = 0;
  virtual Task<EffectReply> extend_hold(Context context, HoldRequest request) = 0;
  /// `unknown` or the hold's state: held/committed/consumed → done with code
  /// held|committed|consumed.
  virtual Task<EffectReply> find_hold(Context context, HoldRequest request) = 0;
  virtual Task<HoldsReply> list_holds(Context context, HoldsRequest request) = 0;

  /// Errors: `conflict` "stock.insufficient" (available would fall below 0), `invalid`
  /// "idempotency.key_reused".
  virtual Task<StockLevel> receive(Context context, StockChange change) = 0;
  virtual Task<StockLevel> adjust(Context context, StockChange change) = 0;
  virtual Task<StockLevel> count(Context context, StockChange change) = 0;
  virtual Task<StockLevel> set_threshold(Context context, ThresholdRequest request) = 0;
  virtual Task<LevelsReply> levels(Context context, LevelsRequest request) = 0;
  /// Reads every SKU's counts in memory: for an operator's page, not for every request of a shop.
  virtual Task<LowReply> low(Context context, LowRequest request) = 0;
  virtual Task<MovementsReply> movements(Context context, MovementsRequest request) = 0;

  virtual Task<EffectReply> prepare_instance(Context context, PrepareInstanceRequest request) = 0;
  virtual Task<EffectReply> release_instance(Context context, ReleaseInstanceRequest request) = 0;
  virtual Task<EffectReply> withdraw_instance(Context context, InstanceEffectRequest request) = 0;
  virtual Task<EffectReply> find_instance_effect(Context context,
                                                 InstanceEffectRequest request) = 0;
  /// Error `not_found` also for another owner's.
  virtual Task<Owned> get_owned(Context context, OwnedRequest request) = 0;
  virtual Task<OwnedPage> list_owned(Context context, OwnedListRequest request) = 0;
};

/// Events on topic "stock": type "stock.crossed", key = SKU, body = this as JSON. Written in the
/// same commit as the movement that crossed.
struct StockCrossed {
  Sku sku;
  std::string status;  ///< in_stock low out
};
BOOST_DESCRIBE_STRUCT(StockCrossed, (), (sku, status))

}  // namespace pps::store
