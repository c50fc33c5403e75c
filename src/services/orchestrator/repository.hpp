#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "services/orchestrator/api.hpp"
#include "storage/rows.hpp"
#include "storage/table.hpp"

/// The orchestrator's families and rows. A purchase that runs is one row of its shard: what was agreed, the effect
/// ledger, the timeline and the idempotency key, so that a decision about it is one key. Once it is final the row is
/// copied into the plain families and leaves the shard.
namespace pps::orchestrator {

inline constexpr storage::Family kLive{"orchestrator_live", storage::FamilyUse::conditional};
/// Finished purchases by id: partition (shard, 30 days of creation), key = id.
inline constexpr storage::Family kRecords{"orchestrator_records", storage::FamilyUse::plain};
/// Finished purchases of a customer: partition = customer, key = id (ascending in time).
inline constexpr storage::Family kOrders{"orchestrator_orders", storage::FamilyUse::plain};
/// Idempotency keys of finished purchases: partition = customer, key = (client, key).
inline constexpr storage::Family kSettled{"orchestrator_settled", storage::FamilyUse::plain};
/// Finished purchases that an operator must look at: partition = shard, key = id.
inline constexpr storage::Family kAttention{"orchestrator_attention", storage::FamilyUse::plain};
/// Process definitions: one partition, key = (process id, version).
inline constexpr storage::Family kDefinitions{"orchestrator_definitions", storage::FamilyUse::conditional};

inline constexpr storage::RowKind kPurchaseKind = 1;
inline constexpr storage::RowKind kInstanceKind = 2;
inline constexpr storage::RowKind kKeyKind = 3;
inline constexpr storage::RowKind kDefinitionKind = 4;

/// What is done to stock, money and goods. Numbers are on disk for ever.
enum class Effect : std::uint8_t {
  none = 0,
  reserve = 1,
  authorize = 2,
  prepare = 3,
  commit_hold = 4,
  capture = 5,
  release = 6,
  refund = 7,
};
/// How one effect on one line stands, as far as this side knows. Numbers are on disk for ever.
enum class Standing : std::uint8_t { none = 0, asked = 1, done = 2, undone = 3, refused = 4 };

struct EffectRow {
  Effect effect = Effect::none;
  std::int64_t line = -1;  ///< -1: the whole purchase.
  Standing standing = Standing::none;
  bool undo_asked = false;  ///< Its compensation has been commanded: it can no longer count as done.
  std::int64_t attempts = 0;
  std::string code;  ///< Why it was refused.
  storage::Unknown unknown;
  bool operator==(const EffectRow&) const = default;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&EffectRow::effect), storage::column<2>(&EffectRow::line),
                      storage::column<3>(&EffectRow::standing), storage::column<4>(&EffectRow::undo_asked),
                      storage::column<5>(&EffectRow::attempts), storage::column<6>(&EffectRow::code));
  }
};

struct LineRow {
  Sku sku;
  ProductId product;
  std::string name, variant, kind;
  std::int64_t quantity = 1;
  Money unit_price, total;
  std::string customization;
  std::string tracking;
  std::int64_t refunded = 0;        ///< Minor units given back of `total`.
  std::int64_t refunded_at_us = 0;
  std::optional<bool> stock_tracked;  ///< Absent in old rows: goods are, licences are not.
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&LineRow::sku), storage::column<2>(&LineRow::product),
                      storage::column<3>(&LineRow::name), storage::column<4>(&LineRow::variant),
                      storage::column<5>(&LineRow::kind), storage::column<6>(&LineRow::quantity),
                      storage::column<7>(&LineRow::unit_price), storage::column<8>(&LineRow::total),
                      storage::column<9>(&LineRow::customization), storage::column<10>(&LineRow::tracking),
                      storage::column<11>(&LineRow::refunded), storage::column<12>(&LineRow::refunded_at_us),
                      storage::column<13>(&LineRow::stock_tracked));
  }
};

/// Its `seq` is its place in the row's list, from 1: dense by construction.
struct TimelineRow {
  std::int64_t at_us = 0;
  std::string step, status;
  std::optional<Status> purchase_status;
  std::int64_t line = -1;
  std::string detail;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&TimelineRow::at_us), storage::column<2>(&TimelineRow::step),
                      storage::column<3>(&TimelineRow::status), storage::column<4>(&TimelineRow::purchase_status),
                      storage::column<5>(&TimelineRow::line), storage::column<6>(&TimelineRow::detail));
  }
};

struct AddressRow {
  std::string name, line1, line2, city, postal_code, region, country;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&AddressRow::name), storage::column<2>(&AddressRow::line1),
                      storage::column<3>(&AddressRow::line2), storage::column<4>(&AddressRow::city),
                      storage::column<5>(&AddressRow::postal_code), storage::column<6>(&AddressRow::region),
                      storage::column<7>(&AddressRow::country));
  }
};

struct IncidentRow {
  std::uint64_t number = 0;  ///< The engine's, or the orchestrator's own from kOwnIncidents on.
  std::string element_id, code, detail;
  std::int64_t since_us = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&IncidentRow::number), storage::column<2>(&IncidentRow::element_id),
                      storage::column<3>(&IncidentRow::code), storage::column<4>(&IncidentRow::detail),
                      storage::column<5>(&IncidentRow::since_us));
  }
};

struct PurchaseRow {
  PurchaseId id;
  CustomerId customer;
  std::string client_id, idempotency_key, fingerprint;
  std::string payment_method;
  Money total;
  Status status = Status::accepted;
  std::string reason;
  std::int64_t created_at_us = 0, updated_at_us = 0;
  std::vector<LineRow> lines;
  std::vector<EffectRow> effects;
  std::vector<TimelineRow> timeline;
  std::optional<AddressRow> address;
  std::string action_url;
  bool attention = false;
  std::vector<IncidentRow> incidents;
  bool cancel_asked = false;
  bool closing = false;  ///< The process is over, the ledger is not: the closer finishes it.
  std::uint64_t version = 0;
  std::string process_id;
  std::uint32_t process_version = 0;
  std::uint64_t process_hash = 0;
  std::string trace;  ///< W3C traceparent of the request that bought; empty: none. What is done for it is a part of that trace.
  std::vector<std::uint16_t> passed;  ///< Elements passed, by index in the pinned definition, in the order first passed.
  storage::Unknown unknown;

  bool is_final() const {
    return status == Status::completed || status == Status::cancelled || status == Status::failed;
  }
  static constexpr auto columns() {
    using P = PurchaseRow;
    return std::tuple(
        storage::column<1>(&P::id), storage::column<2>(&P::customer), storage::column<3>(&P::client_id),
        storage::column<4>(&P::idempotency_key), storage::column<5>(&P::fingerprint),
        storage::column<6>(&P::payment_method), storage::column<7>(&P::total), storage::column<8>(&P::status),
        storage::column<9>(&P::reason), storage::column<10>(&P::created_at_us), storage::column<11>(&P::updated_at_us),
        storage::column<12>(&P::lines), storage::column<13>(&P::effects), storage::column<14>(&P::timeline),
        storage::column<15>(&P::address), storage::column<16>(&P::action_url), storage::column<17>(&P::attention),
        storage::column<18>(&P::incidents), storage::column<19>(&P::cancel_asked), storage::column<20>(&P::closing),
        storage::column<21>(&P::version), storage::column<22>(&P::process_id),
        storage::column<23>(&P::process_version), storage::column<24>(&P::process_hash),
        storage::column<25>(&P::passed), storage::column<26>(&P::trace));
  }
};

/// An idempotency key after its purchase is final.
struct SettledKeyRow {
  PurchaseId purchase;
  std::string fingerprint;
  std::int64_t final_at_us = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&SettledKeyRow::purchase), storage::column<2>(&SettledKeyRow::fingerprint),
                      storage::column<3>(&SettledKeyRow::final_at_us));
  }
};

struct DefinitionRow {
  std::string process_id, name, xml, actor;
  std::uint32_t version = 0;
  std::uint64_t hash = 0;
  std::int64_t deployed_at_us = 0;
  storage::Unknown unknown;
  static constexpr auto columns() {
    using D = DefinitionRow;
    return std::tuple(storage::column<1>(&D::process_id), storage::column<2>(&D::name), storage::column<3>(&D::xml),
                      storage::column<4>(&D::actor), storage::column<5>(&D::version), storage::column<6>(&D::hash),
                      storage::column<7>(&D::deployed_at_us));
  }
};

/// Where a purchase's rows are.
storage::RowKey live_key(PurchaseId id);
/// Where the keys of purchases made from that millisecond on begin: a UUIDv7's first 48 bits are its time (RFC 9562, 5.7).
std::string first_key(std::uint64_t unix_ms);
std::string record_partition(std::uint16_t shard, std::uint64_t bucket);
std::uint64_t record_bucket(std::uint64_t unix_ms);  ///< 30 days each.
std::uint64_t bucket_begins_ms(std::uint64_t bucket);
std::string customer_partition(CustomerId customer);
storage::RowKey settled_key(const std::string& client_id, const std::string& idempotency_key);
storage::RowKey definition_key(const std::string& process_id, std::uint32_t version);
inline constexpr std::string_view kDefinitionPartition = "definitions";

/// The copies that tell of a final purchase: by id, for its customer's list, and, if an operator must look at it, for
/// that list.
std::vector<storage::ViewWrite> record_copies(const PurchaseRow& row);
std::string attention_partition(std::uint16_t shard);
/// What is written when a purchase becomes final: its copies, and its idempotency key.
std::vector<storage::ViewWrite> final_copies(const PurchaseRow& row);

/// The record of a finished purchase; nothing if there is none (yet).
Task<std::optional<PurchaseRow>> find_record(storage::Table& table, PurchaseId id);
/// Finished purchases of a customer below `before` (absent: from the newest), newest first, without timelines.
Task<std::vector<PurchaseRow>> find_orders(storage::Table& table, CustomerId customer, std::optional<PurchaseId> before,
                                           std::size_t limit);
/// Finished purchases of a shard, newest first: walks the buckets backwards.
struct RecordScan {
  std::uint16_t shard = 0;
  std::uint64_t first_bucket = 0;  ///< 0: nothing was ever archived.
  std::uint64_t newest_bucket = 0;
  std::optional<PurchaseId> before;  ///< Only below it.
};
Task<std::vector<PurchaseRow>> scan_records(storage::Table& table, RecordScan scan, std::size_t limit);
/// Mark of a shard: the bucket of its first record.
inline constexpr const char* kFirstBucketMark = "records.first_bucket";

/// Who used this key within the last 90 days after being final.
Task<std::optional<SettledKeyRow>> find_settled(storage::Table& table, CustomerId customer, std::string client_id,
                                                std::string idempotency_key, Timestamp now);

}  // namespace pps::orchestrator
