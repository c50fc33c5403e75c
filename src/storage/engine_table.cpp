#include "storage/committer.hpp"
#include "storage/layout.hpp"
#include "storage/rules.hpp"

namespace pps::storage {

namespace {
Error corrupt() { return {ErrorKind::internal, "storage.corrupt", "a stored row cannot be read"}; }

/// Coroutines here own what they use, so that a table may go while calls are under way.
Task<std::optional<Row>> find_row(std::shared_ptr<Engine> engine, FamilyUse use, std::string key, RowKey at, std::int64_t now_s) {
  Result<Engine::Found> value = co_await engine->get(use, std::move(key));
  if (!value) co_return fail(std::move(value).error());
  if (!*value) co_return std::nullopt;
  const auto stored = layout::unpack(**value);
  if (!stored) co_return fail(corrupt());
  if (stored->tombstone || stored->is_gone(now_s)) co_return std::nullopt;
  co_return Row{std::move(at), stored->version, std::string(stored->body), stored->expires_s};
}

struct Scan {
  KeyRange range;
  std::size_t prefix = 0;  ///< Bytes of the engine's key before the row's own.
  RowKind kind = 0;
  std::int64_t now_s = 0;
};

/// Tombstones and what has expired take places in an engine's page: go on until it has given a row, or there are no more.
Task<ScanPage> scan_rows(std::shared_ptr<Engine> engine, Scan scan) {
  ScanPage page;
  do {
    KeyRange range = scan.range;
    Result<KeyPage> found = co_await engine->range(std::move(range));
    if (!found) co_return fail(std::move(found).error());
    for (const auto& [key, value] : found->rows) {
      const auto stored = layout::unpack(value);
      if (!stored) co_return fail(corrupt());
      if (stored->tombstone || stored->is_gone(scan.now_s)) continue;
      page.rows.push_back({{scan.kind, key.substr(scan.prefix)}, stored->version, std::string(stored->body), stored->expires_s});
    }
    page.more = found->more;
    if (!page.more) break;
    if (scan.range.backwards)
      scan.range.to = found->rows.back().key;
    else
      scan.range.from = found->rows.back().key + '\0';
  } while (page.rows.empty());
  co_return page;
}

Task<void> wait_for(Committer::Answer answer) { co_return co_await answer->get(); }

Task<void> done() { co_return Result<void>{}; }

template <class T>
Task<T> refused(Error error) {
  co_return fail(std::move(error));
}

Task<ScanPage> nothing() { co_return ScanPage{}; }

class EngineTable final : public Table {
 public:
  EngineTable(runtime::Runtime& runtime, std::shared_ptr<Engine> engine)
      : runtime_(runtime), engine_(engine), committer_(std::make_shared<Committer>(runtime, std::move(engine))) {}

  Task<std::optional<Row>> find(const Family& family, std::string partition, RowKey at) override {
    if (auto error = rules::refuse(&family)) return refused<std::optional<Row>>(std::move(*error));
    std::string key = layout::row_key(family, partition, at);
    return find_row(engine_, family.use, std::move(key), std::move(at), now_s());
  }

  Task<ScanPage> scan(ScanQuery query) override {
    if (auto error = rules::refuse(query)) return refused<ScanPage>(std::move(*error));
    const std::string prefix = layout::kind_prefix(*query.family, query.partition, query.kind);
    Scan scan{{query.family->use, prefix + query.from, prefix + query.to, query.backwards, query.limit}, prefix.size(),
              query.kind, now_s()};
    if (query.to.empty()) scan.range.to = layout::kind_end(*query.family, query.partition, query.kind);
    if (scan.range.from >= scan.range.to) return nothing();
    return scan_rows(engine_, std::move(scan));
  }

  using Table::commit;
  Task<void> commit(std::shared_ptr<const Batch> batch) override {
    if (auto error = rules::refuse(*batch)) return refused<void>(std::move(*error));
    return wait_for(committer_->submit(std::move(batch)));
  }

  Task<void> write_views(std::vector<ViewWrite> writes) override {
    for (const auto& write : writes)
      if (auto error = rules::refuse(write)) return refused<void>(std::move(*error));
    if (writes.empty()) return done();
    return wait_for(committer_->submit(std::move(writes)));
  }

 private:
  std::int64_t now_s() const { return to_unix_us(runtime_.clock.now()) / 1'000'000; }

  runtime::Runtime& runtime_;
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Committer> committer_;
};
}  // namespace

std::shared_ptr<Table> make_table(runtime::Runtime& runtime, std::shared_ptr<Engine> engine) {
  return std::make_shared<EngineTable>(runtime, std::move(engine));
}

}  // namespace pps::storage
