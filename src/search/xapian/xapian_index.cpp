#include "search/xapian/xapian_index.hpp"

#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"
#include "search/xapian/index_folder.hpp"
#include "search/xapian/xapian_database.hpp"

namespace pps::search {
namespace {

using Opened = std::shared_ptr<XapianDatabase>;

class XapianIndex final : public Index, public std::enable_shared_from_this<XapianIndex> {
 public:
  XapianIndex(runtime::Runtime& runtime, std::shared_ptr<IndexFolder> folder, std::shared_ptr<XapianDatabase> database)
      : runtime_(runtime),
        folder_(std::move(folder)),
        database_(std::move(database)),
        position_(database_->stored_position()),
        documents_(database_->documents()),
        documents_metric_(metrics::gauge("pps_search_documents", "Documents in the search index.")),
        query_time_(metrics::histogram("pps_search_query_seconds", "Time of one query, waiting included.")),
        commit_time_(metrics::histogram("pps_search_commit_seconds", "Time of one commit of the index.")) {
    documents_metric_.set(static_cast<std::int64_t>(documents_));
  }

  Task<void> apply(std::vector<Change> changes, std::uint64_t position) override {
    const auto self = shared_from_this();
    co_await writing_.acquire();
    const Duration begin = runtime_.clock.monotonic();
    auto batch = std::make_shared<const std::vector<Change>>(std::move(changes));
    std::function<Result<std::uint64_t>()> work = [database = database_, batch, position]() -> Result<std::uint64_t> {
      if (Result<void> applied = database->apply(*batch, position); !applied) return fail(std::move(applied).error());
      return database->documents();
    };
    Result<std::uint64_t> done = co_await runtime::run_on<std::uint64_t>(runtime_, runtime_.pool, std::move(work));
    if (done) changed(position, *done);
    commit_time_.observe_us((runtime_.clock.monotonic() - begin).count());
    writing_.release();
    if (!done) co_return fail(std::move(done).error());
    co_return Result<void>{};
  }

  std::uint64_t position() const override { return position_; }

  Task<void> begin_rebuild() override {
    const auto self = shared_from_this();
    co_await writing_.acquire();
    next_.reset();
    std::function<Result<Opened>()> work = [folder = folder_]() -> Result<Opened> { return folder->open_next(); };
    Result<Opened> opened = co_await runtime::run_on<Opened>(runtime_, runtime_.pool, std::move(work));
    if (opened) next_ = std::move(*opened);
    if (next_) next_->set_synonyms(synonyms_);
    writing_.release();
    if (!opened) co_return fail(std::move(opened).error());
    co_return Result<void>{};
  }

  Task<void> rebuild(std::vector<Change> changes) override {
    const auto self = shared_from_this();
    auto batch = std::make_shared<const std::vector<Change>>(std::move(changes));
    std::function<Result<void>()> work = [database = next_, batch] { return database->apply(*batch, 0); };
    Result<void> done = co_await runtime::run_on<void>(runtime_, runtime_.pool, std::move(work));
    co_return done;
  }

  Task<void> finish_rebuild(std::uint64_t position) override {
    const auto self = shared_from_this();
    co_await writing_.acquire();
    std::function<Result<std::uint64_t>()> work = [folder = folder_, next = next_, position]() -> Result<std::uint64_t> {
      if (Result<void> last = next->apply({}, position); !last) return fail(std::move(last).error());
      if (Result<void> placed = folder->place_next(); !placed) return fail(std::move(placed).error());
      return next->documents();
    };
    Result<std::uint64_t> done = co_await runtime::run_on<std::uint64_t>(runtime_, runtime_.pool, std::move(work));
    if (done) {
      database_ = std::exchange(next_, nullptr);  // the old one goes with its last query
      changed(position, *done);
    }
    writing_.release();
    if (!done) co_return fail(std::move(done).error());
    co_return Result<void>{};
  }

  void set_live(const Uuid& id, const std::string& facet, std::vector<std::string> values) override {
    if (next_) next_->set_live(id, facet, values);
    database_->set_live(id, facet, std::move(values));
    ++generation_;
  }

  void set_live_number(const Uuid& id, const std::string& column, std::int64_t value) override {
    if (next_) next_->set_live_number(id, column, value);
    database_->set_live_number(id, column, value);
    ++generation_;
  }

  void set_synonyms(Synonyms synonyms) override {
    synonyms_ = std::make_shared<const Synonyms>(std::move(synonyms));
    if (next_) next_->set_synonyms(synonyms_);
    database_->set_synonyms(synonyms_);
    ++generation_;
  }

  Task<QueryReply> query(Query query) override {
    const auto self = shared_from_this();
    const Duration begin = runtime_.clock.monotonic();
    std::function<Result<QueryReply>()> work = [database = database_, asked = std::move(query)] {
      return database->query(asked);
    };
    Result<QueryReply> reply = co_await runtime::run_on<QueryReply>(runtime_, runtime_.pool, std::move(work));
    query_time_.observe_us((runtime_.clock.monotonic() - begin).count());
    co_return reply;
  }

  Task<std::vector<Uuid>> suggest(std::string typed, std::size_t limit) override {
    const auto self = shared_from_this();
    std::function<Result<std::vector<Uuid>>()> work = [database = database_, typed = std::move(typed), limit] {
      return database->suggest(typed, limit);
    };
    Result<std::vector<Uuid>> ids =
        co_await runtime::run_on<std::vector<Uuid>>(runtime_, runtime_.pool, std::move(work));
    co_return ids;
  }

  Task<Counts> count(std::string facet) override {
    const auto self = shared_from_this();
    std::function<Result<Counts>()> work = [database = database_, facet = std::move(facet)]() -> Result<Counts> {
      return database->count(facet);
    };
    Result<Counts> counts = co_await runtime::run_on<Counts>(runtime_, runtime_.pool, std::move(work));
    co_return counts;
  }
  std::uint64_t documents() const override { return documents_; }
  std::uint64_t generation() const override { return generation_; }

 private:
  void changed(std::uint64_t position, std::uint64_t documents) {
    position_ = position;
    documents_ = documents;
    ++generation_;
    documents_metric_.set(static_cast<std::int64_t>(documents));
  }

  runtime::Runtime& runtime_;
  std::shared_ptr<IndexFolder> folder_;
  std::shared_ptr<XapianDatabase> database_;
  std::shared_ptr<XapianDatabase> next_;  ///< Being built; else null.
  std::shared_ptr<const Synonyms> synonyms_ = std::make_shared<const Synonyms>();
  runtime::Semaphore writing_{1};
  std::uint64_t position_;
  std::uint64_t documents_;
  std::uint64_t generation_ = 1;
  metrics::Gauge& documents_metric_;
  metrics::Histogram& query_time_;
  metrics::Histogram& commit_time_;
};

}  // namespace

Task<std::shared_ptr<Index>> open_xapian(runtime::Runtime& runtime, XapianOptions options) {
  auto folder = std::make_shared<IndexFolder>(options.path);
  std::function<Result<Opened>()> work = [folder] { return folder->open_current(); };
  Result<Opened> database = co_await runtime::run_on<Opened>(runtime, runtime.pool, std::move(work));
  if (!database) co_return fail(std::move(database).error());
  std::shared_ptr<Index> index = std::make_shared<XapianIndex>(runtime, std::move(folder), std::move(*database));
  co_return index;
}

}  // namespace pps::search
