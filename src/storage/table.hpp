#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/task.hpp"

/// The table port: what RocksDB embedded, the simulation's memory and Cassandra can all do, and nothing more.
///
/// A family is one physical table; a row lives at (family, partition, kind, key). `commit` writes many rows of ONE
/// partition of ONE family, all or nothing, durable when it returns. There are no joins and no transaction across
/// partitions: a consequence elsewhere is an outbox row in the same commit.
namespace pps::storage {

/// Live families are written by conditional commits only, plain ones by unconditional writes and views only; mixing
/// them on one row is undefined in Cassandra (LWT and plain timestamps), so every engine refuses it.
enum class FamilyUse : std::uint8_t { conditional, plain };

/// Declared once per family as a constant with static storage; engines compare names.
struct Family {
  std::string_view name;  ///< "store_live": [a-z_]{1,40}, unique in a database.
  FamilyUse use = FamilyUse::conditional;
};

/// The row's type within its family: 1 … 65535, never reused. 0 is the partition's static row.
using RowKind = std::uint16_t;

struct RowKey {
  RowKind kind = 0;
  std::string key;  ///< Order-preserving bytes (storage/keys.hpp); empty for the static row.
  auto operator<=>(const RowKey&) const = default;
};

struct Row {
  RowKey at;
  std::uint64_t version = 0;  ///< ≥ 1; set by whoever writes.
  std::string body;           ///< storage/rows.hpp encodes structs.
  /// Unix seconds from which the row is as if it had never been written; 0: it stays. What is gone then must be worth
  /// nothing any more, since clocks differ. A row that is written again is given its end again.
  std::int64_t expires_s = 0;
  bool operator==(const Row&) const = default;
};

/// Every condition of a batch must hold, else `conflict` and nothing is written.
struct Condition {
  enum class Kind { absent, version_is } kind = Kind::absent;
  RowKey at;
  std::uint64_t version = 0;
};

struct Put {
  Row row;
};
struct Erase {
  RowKey at;
};
/// Erases kind's keys in [from, to). How queue-like rows go.
struct EraseRange {
  RowKind kind = 0;
  std::string from;
  std::string to;
};
using Mutation = std::variant<Put, Erase, EraseRange>;

struct Batch {
  const Family* family = nullptr;
  std::string partition;
  std::vector<Condition> conditions;  ///< Required (≥ 1) in conditional families, refused in plain ones.
  std::vector<Mutation> mutations;
};
inline constexpr std::size_t kMaxBatchBytes = 1 << 20;

struct ScanQuery {
  const Family* family = nullptr;
  std::string partition;
  RowKind kind = 0;
  std::string from;            ///< Inclusive.
  std::string to;              ///< Exclusive; empty: to the end of the kind.
  bool backwards = false;      ///< From the end of the range towards `from`.
  std::size_t limit = 100;     ///< 1 … 10000 rows; an engine may return fewer with `more`.
};
struct ScanPage {
  std::vector<Row> rows;
  bool more = false;  ///< Go on after (before, if backwards) the last row's key.
};

/// One write of a view: kept only if `row.version` is greater than what is there, tombstones included.
struct ViewWrite {
  const Family* family = nullptr;  ///< A plain family.
  std::string partition;
  Row row;
  bool erase = false;  ///< Leaves a tombstone of `row.version`; `row.body` is ignored.
};

/// Implementations: storage/rocksdb, storage/memory; storage/cassandra later. Loop-confined.
///
/// Errors of every call: `unavailable` (surely not done: closed, disk full "storage.no_space", overloaded) and, for
/// writes, `unknown_outcome` (may have been done: read again before deciding anything), `invalid` for what the port
/// does not allow (several partitions, no condition, over kMaxBatchBytes, wrong use of a family). `internal`
/// "storage.corrupt" for a row that cannot be read.
class Table {
 public:
  virtual ~Table() = default;
  /// Linearizable in conditional families; never shows what is not durable.
  virtual Task<std::optional<Row>> find(const Family& family, std::string partition, RowKey at) = 0;
  virtual Task<ScanPage> scan(ScanQuery query) = 0;
  /// Error `conflict` "storage.condition": a condition did not hold; nothing was written.
  virtual Task<void> commit(std::shared_ptr<const Batch> batch) = 0;
  Task<void> commit(Batch batch) { return commit(std::make_shared<const Batch>(std::move(batch))); }
  /// Each durable when it returns, but not together. Idempotent; any order gives the same end.
  virtual Task<void> write_views(std::vector<ViewWrite> writes) = 0;
};

}  // namespace pps::storage
