#pragma once

#include <string>
#include <vector>

#include "services/store/api.hpp"
#include "storage/rows.hpp"
#include "storage/shard.hpp"

/// The store's rows, written once on the storage port.
namespace pps::store {

/// Live state, in shards: a SKU's stock and holds in shard hash(SKU), an instance in shard
/// hash(owner).
inline constexpr storage::Family kLive{"store_live", storage::FamilyUse::conditional};
/// Ended holds and instance effects, for look-ups of late repeats. Partition: the purchase's day;
/// key: the effect id.
inline constexpr storage::Family kSettled{"store_settled", storage::FamilyUse::plain};
/// What customers own. Partition: the owner; key: instance id, which sorts by time.
inline constexpr storage::Family kOwned{"store_owned", storage::FamilyUse::plain};

inline constexpr storage::RowKind kSettledKind = 1;
inline constexpr storage::RowKind kOwnedKind = 1;

/// Key: SKU.
struct StockRow {
  static constexpr storage::RowKind kKind = 1;
  Sku sku;
  std::int64_t on_hand = 0, held = 0, committed = 0;
  std::int64_t threshold = 0;
  std::int64_t movements = 0;  ///< How many there are; the last one's seq.
  std::string status;          ///< The availability last told: in_stock low out.
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&StockRow::sku), column<2>(&StockRow::on_hand),
                      column<3>(&StockRow::held), column<4>(&StockRow::committed),
                      column<5>(&StockRow::threshold), column<6>(&StockRow::movements),
                      column<7>(&StockRow::status));
  }
};

enum class HoldState : std::uint8_t { held = 1, committed, consumed, unreserved, expired, refused };

/// Key: `seq`, which ascends in the shard, so that ended holds are a prefix below the mark "holds".
struct HoldRow {
  static constexpr storage::RowKind kKind = 2;
  std::uint64_t seq = 0;
  EffectId hold;
  Sku sku;
  std::int64_t quantity = 0;  ///< 0 for the tombstone of a reserve that never came.
  HoldState state = HoldState::held;
  std::int64_t expires_at_us = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&HoldRow::seq), column<2>(&HoldRow::hold), column<3>(&HoldRow::sku),
                      column<4>(&HoldRow::quantity), column<5>(&HoldRow::state),
                      column<6>(&HoldRow::expires_at_us));
  }
  bool ended() const { return state != HoldState::held && state != HoldState::committed; }
};

/// Remembers an operator's change by its idempotency key. Key: (SKU, idempotency key).
struct ChangeRow {
  static constexpr storage::RowKind kKind = 3;
  std::string fingerprint;
  std::int64_t on_hand = 0, held = 0, committed = 0, threshold = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&ChangeRow::fingerprint), column<2>(&ChangeRow::on_hand),
                      column<3>(&ChangeRow::held), column<4>(&ChangeRow::committed),
                      column<5>(&ChangeRow::threshold));
  }
};

/// One line of the ledger. Key: (SKU, seq).
struct MovementRow {
  static constexpr storage::RowKind kKind = 4;
  std::int64_t seq = 0, at_us = 0;
  std::string verb;
  std::int64_t quantity = 0, on_hand = 0, held = 0, committed = 0;
  std::string reference, note, actor;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&MovementRow::seq), column<2>(&MovementRow::at_us),
                      column<3>(&MovementRow::verb), column<4>(&MovementRow::quantity),
                      column<5>(&MovementRow::on_hand), column<6>(&MovementRow::held),
                      column<7>(&MovementRow::committed), column<8>(&MovementRow::reference),
                      column<9>(&MovementRow::note), column<10>(&MovementRow::actor));
  }
};

enum class InstanceState : std::uint8_t { prepared = 1, active, withdrawn };

/// A product instance on its way. Key: `seq`; the mark is "instances". The view's row is the same
/// struct.
struct InstanceRow {
  static constexpr storage::RowKind kKind = 5;
  std::uint64_t seq = 0;
  EffectId effect;
  InstanceId id;
  CustomerId owner;
  PurchaseId purchase;
  std::int64_t line = 0;
  ProductId product;
  Sku sku;
  std::string name, variant, kind;
  std::int64_t quantity = 0;  ///< 0 for the tombstone of a prepare that never came.
  std::string customization;
  InstanceState state = InstanceState::prepared;
  std::int64_t acquired_at_us = 0;
  std::string
      sealed_keys;  ///< Licence keys, sealed (storage/keyring.hpp); what is sealed is LicenceKeys.
  std::string tracking;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&InstanceRow::seq), column<2>(&InstanceRow::effect),
                      column<3>(&InstanceRow::id), column<4>(&InstanceRow::owner),
                      column<5>(&InstanceRow::purchase), column<6>(&InstanceRow::line),
                      column<7>(&InstanceRow::product), column<8>(&InstanceRow::sku),
                      column<9>(&InstanceRow::name), column<10>(&InstanceRow::variant),
                      column<11>(&InstanceRow::kind), column<12>(&InstanceRow::quantity),
                      column<13>(&InstanceRow::customization), column<14>(&InstanceRow::state),
                      column<15>(&InstanceRow::acquired_at_us),
                      column<16>(&InstanceRow::sealed_keys), column<17>(&InstanceRow::tracking));
  }
};

/// What InstanceRow::sealed_keys holds once opened.
struct LicenceKeys {
  std::vector<std::string> keys;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&LicenceKeys::keys)); }
};

/// How an effect ended. Key: effect id.
struct SettledRow {
  HoldState hold = HoldState::unreserved;             ///< Of a hold.
  InstanceState instance = InstanceState::withdrawn;  ///< Of an instance.
  std::string tracking;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&SettledRow::hold), column<2>(&SettledRow::instance),
                      column<3>(&SettledRow::tracking));
  }
};

storage::RowKey key_of(const StockRow& row);
storage::RowKey key_of(const HoldRow& row);
storage::RowKey key_of(const InstanceRow& row);
storage::RowKey change_key(const Sku& sku, std::string_view idempotency_key);
storage::RowKey movement_key(const Sku& sku, std::int64_t seq);
storage::RowKey owned_key(InstanceId id);

/// The partition of kSettled that holds an effect: its purchase's UTC day.
std::string settled_partition(const EffectParts& effect);
/// How an effect ended; forgotten 90 days later, when its purchase is older than that for sure.
storage::ViewWrite settled_write(const EffectId& effect, const SettledRow& row, std::int64_t now_us);
Task<std::optional<SettledRow>> find_settled(storage::Table& table, EffectId effect);

/// `put(decision, row)` for every row struct here with a key of its own.
template <class Row>
void put(storage::Decision& decision, const Row& row) {
  decision.mutations.emplace_back(storage::Put{{key_of(row), 1, storage::encode_row(row)}});
}
void put_at(storage::Decision& decision, storage::RowKey at, std::string body);

/// Reads every live row of a kind from `from` on, page by page.
Task<std::vector<storage::Row>> read_all(storage::Shard& shard, storage::RowKind kind,
                                         std::string from);

}  // namespace pps::store
