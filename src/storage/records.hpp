#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "storage/encryption.hpp"
#include "storage/shard.hpp"

namespace pps::storage {

template <class T>
struct Versioned {
  T value;
  std::uint64_t version = 0;
};

/// Records that stay and change rarely: rows of one struct (`T::kKind`, `columns()`), each in the shard that its id
/// hashes to, changed on condition of its version. Optimistic: no owner, any process may write.
/// Loop-confined; the table outlives it.
template <class T>
class Records {
 public:
  /// @param family conditional. @param codec required when T has marked columns.
  Records(Table& table, const Family& family, std::string service, std::uint16_t shards,
          std::shared_ptr<const Codec> codec = nullptr)
      : at_{&table, &family, std::move(service), shards, std::move(codec)} {
    PPS_INVARIANT(!detail::has_marks<T>() || at_.codec);
  }

  Task<std::optional<Versioned<T>>> find(std::string id) const { return find_row(at_, std::move(id)); }

  /// Errors: `conflict` "record.exists" (or it was buried, see claims.hpp).
  Task<void> insert(std::string id, T value) const {
    Condition absent{Condition::Kind::absent, key(id), 0};
    return commit(at_, std::move(id), std::move(absent), encode(id, value), 1, "record.exists");
  }

  /// The new version. Errors: `conflict` "record.changed": its version is no longer `version`, or it is gone.
  Task<std::uint64_t> update(std::string id, std::uint64_t version, T value) const {
    Condition same{Condition::Kind::version_is, key(id), version};
    return updated(commit(at_, std::move(id), std::move(same), encode(id, value), version + 1, "record.changed"),
                   version + 1);
  }

  /// Errors: `conflict` "record.changed".
  Task<void> erase(std::string id, std::uint64_t version) const {
    Condition same{Condition::Kind::version_is, key(id), version};
    return commit(at_, std::move(id), std::move(same), std::nullopt, 0, "record.changed");
  }

  /// Reads, lets `change` alter the value (it may refuse with an error), writes; again if somebody else was faster, at
  /// most 20 times. The value written. Errors: `not_found` "record.not_found", what `change` answers, `conflict`.
  Task<Versioned<T>> change(std::string id, std::function<Result<void>(T&)> change) const {
    return change_row(*this, std::move(id), std::move(change));
  }

  /// Makes sure that no record with this id will ever be inserted. `conflict` "record.exists" if there is one.
  Task<void> bury(std::string id) const { return bury_row(*this, std::move(id)); }
  Task<bool> exists(std::string id) const { return exists_row(at_, std::move(id)); }

  struct Page {
    std::vector<std::pair<std::string, Versioned<T>>> records;
    bool more = false;
    std::string last;  ///< Pass it as `after` to go on.
  };
  /// Records of one shard in order of id, after `after` (exclusive; empty: from the first). @param limit 1 … 10000.
  Task<Page> page(std::uint16_t shard, std::string after, std::size_t limit) const {
    return page_rows(at_, shard, std::move(after), limit);
  }

  std::uint16_t shards() const { return at_.shards; }
  std::uint16_t shard(std::string_view id) const { return shard_of(id, at_.shards); }
  /// The row as it is written, for services whose shard writes it together with others.
  Row row(const std::string& id, std::uint64_t version, const T& value) const { return {key(id), version, encode(id, value)}; }

 private:
  struct Place {
    Table* table;
    const Family* family;
    std::string service;
    std::uint16_t shards;
    std::shared_ptr<const Codec> codec;

    std::string partition(std::uint16_t shard) const { return ShardAddress{family, service, shard}.partition(); }
    Result<Versioned<T>> decode(const Row& row) const {
      Result<T> value = decode_body(row);
      if (!value) return fail(std::move(value).error());
      return Versioned<T>{std::move(*value), row.version};
    }
    Result<T> decode_body(const Row& row) const {
      if constexpr (detail::has_marks<T>())
        return codec->template decode<T>(row.body, {family->name, row.at.key});
      else
        return decode_row<T>(row.body);
    }
  };

  static RowKey key(std::string id) { return {T::kKind, std::move(id)}; }
  std::string encode(const std::string& id, const T& value) const {
    if constexpr (detail::has_marks<T>())
      return at_.codec->encode(value, {at_.family->name, id});
    else
      return encode_row(value);
  }
  /// A buried id: a row without a body, which no struct encodes to.
  static bool is_buried(const Row& row) { return row.body.empty(); }

  static Task<std::optional<Versioned<T>>> find_row(Place at, std::string id) {
    RowKey where = key(id);
    Result<std::optional<Row>> row = co_await at.table->find(*at.family, at.partition(shard_of(id, at.shards)), where);
    if (!row) co_return fail(std::move(row).error());
    if (!*row || is_buried(**row)) co_return std::nullopt;
    Result<Versioned<T>> record = at.decode(**row);
    if (!record) co_return fail(std::move(record).error());
    co_return std::optional(std::move(*record));
  }

  static Task<bool> exists_row(Place at, std::string id) {
    RowKey where = key(id);
    Result<std::optional<Row>> row = co_await at.table->find(*at.family, at.partition(shard_of(id, at.shards)), where);
    if (!row) co_return fail(std::move(row).error());
    co_return row->has_value() && !is_buried(**row);
  }

  /// @param body absent: erases.
  static Task<void> commit(Place at, std::string id, Condition condition, std::optional<std::string> body,
                           std::uint64_t version, const char* refusal) {
    Batch batch;
    batch.family = at.family;
    batch.partition = at.partition(shard_of(id, at.shards));
    batch.conditions.push_back(std::move(condition));
    if (body)
      batch.mutations.push_back(Put{{key(id), version, std::move(*body)}});
    else
      batch.mutations.push_back(Erase{key(id)});
    Result<void> done = co_await at.table->commit(std::move(batch));
    if (!done && done.error().kind == ErrorKind::conflict)
      co_return fail(ErrorKind::conflict, refusal, "the record is not in the expected state");
    co_return done;
  }

  static Task<std::uint64_t> updated(Task<void> commit, std::uint64_t version) {
    Result<void> done = co_await std::move(commit);
    if (!done) co_return fail(std::move(done).error());
    co_return version;
  }

  static Task<void> bury_row(Records self, std::string id) {
    Condition absent{Condition::Kind::absent, key(id), 0};
    Result<void> done = co_await commit(self.at_, id, std::move(absent), std::string(), 1, "record.exists");
    if (done || done.error().kind != ErrorKind::conflict) co_return done;
    Result<bool> exists = co_await exists_row(self.at_, id);
    if (exists && !*exists) co_return Result<void>{};  // buried before
    if (!exists) co_return fail(std::move(exists).error());
    co_return done;
  }

  static Task<Versioned<T>> change_row(Records self, std::string id, std::function<Result<void>(T&)> change) {
    for (int tries = 0;; ++tries) {
      Result<std::optional<Versioned<T>>> found = co_await find_row(self.at_, id);
      if (!found) co_return fail(std::move(found).error());
      if (!*found) co_return fail(ErrorKind::not_found, "record.not_found", "there is no such record");
      Versioned<T> record = std::move(**found);
      Result<void> changed = change(record.value);
      if (!changed) co_return fail(std::move(changed).error());
      Condition same{Condition::Kind::version_is, key(id), record.version};
      ++record.version;
      std::string body = self.encode(id, record.value);
      Result<void> done =
          co_await commit(self.at_, id, std::move(same), std::move(body), record.version, "record.changed");
      if (done) co_return record;
      if (done.error().kind != ErrorKind::conflict || tries == 20) co_return fail(std::move(done).error());
    }
  }

  static Task<Page> page_rows(Place at, std::uint16_t shard, std::string after, std::size_t limit) {
    ScanQuery query;
    query.family = at.family;
    query.partition = at.partition(shard);
    query.kind = T::kKind;
    if (!after.empty()) query.from = after + '\0';
    query.limit = limit;
    Result<ScanPage> found = co_await at.table->scan(std::move(query));
    if (!found) co_return fail(std::move(found).error());
    Page page;
    page.more = found->more;
    for (const auto& row : found->rows) {
      page.last = row.at.key;
      if (is_buried(row)) continue;
      Result<Versioned<T>> record = at.decode(row);
      if (!record) co_return fail(std::move(record).error());
      page.records.emplace_back(row.at.key, std::move(*record));
    }
    co_return page;
  }

  Place at_;
};

}  // namespace pps::storage
