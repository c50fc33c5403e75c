#include "storage/rocksdb/rocksdb.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>

#include "runtime/log.hpp"
#include "runtime/sync.hpp"
#include "storage/engine.hpp"
#include "storage/rocksdb/engine.hpp"

namespace pps::storage::rocksdb {

namespace rdb = ::rocksdb;

namespace {
Error unreadable(const rdb::Status& status) {
  if (status.IsCorruption()) return {ErrorKind::internal, "storage.corrupt", status.ToString()};
  return {ErrorKind::unavailable, "storage.unavailable", status.ToString(), {}, 1};
}
Error no_space() { return {ErrorKind::unavailable, "storage.no_space", "the disk is full", {}, 5}; }

Error failed() { return {ErrorKind::unavailable, "storage.failed", "an earlier write failed; a restart recovers", {}, 1}; }

bool is_no_space(const rdb::Status& status) { return status.subcode() == rdb::Status::SubCode::kNoSpace; }

bool is_locked(const rdb::Status& status) {
  return status.IsIOError() && status.ToString().find("lock") != std::string::npos;
}

/// Before it takes the lock RocksDB clears away its old logs, and fails if somebody else who opens or closes the folder does
/// so at the same time.
bool is_log_gone(const rdb::Status& status) {
  return status.IsIOError() && status.ToString().find("LOG.old") != std::string::npos;
}

/// After an error RocksDB would try to go on by itself; what becomes of it the engine decides.
class NoAutomaticRecovery final : public rdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rdb::BackgroundErrorReason, rdb::Status, bool* automatic) override { *automatic = false; }
};

/// Shared by the loop and both pools: RocksDB is thread-safe, and `stopped_` belongs to the committer's thread.
class RocksEngine final : public Engine, public std::enable_shared_from_this<RocksEngine> {
 public:
  RocksEngine(runtime::Runtime& runtime, Options options, std::shared_ptr<rdb::FileSystem> files)
      : runtime_(runtime), options_(std::move(options)), files_(std::move(files)), env_(rdb::NewCompositeEnv(files_)) {}

  ~RocksEngine() override {
    for (auto* family : families_)
      if (family) (void)db_->DestroyColumnFamilyHandle(family);
    if (db_) (void)db_->Close();
  }

  Result<void> open() {
    note_time();
    const auto format = check_format(*env_, options_.dir, options_.shards);
    if (!format) return fail(format.error());
    const std::vector<rdb::ColumnFamilyDescriptor> descriptors = {
        {rdb::kDefaultColumnFamilyName, family_options(/*queues=*/false, 64 << 10)},
        {"conditional", family_options(/*queues=*/true, options_.write_buffer_bytes)},
        {"plain", family_options(/*queues=*/false, options_.write_buffer_bytes)},
    };
    std::vector<rdb::ColumnFamilyHandle*> handles;
    rdb::DB* db = nullptr;
    // A process that is just ending may hold the lock a moment longer.
    rdb::Status status;
    for (int tries = 0; tries < 10; ++tries) {
      status = rdb::DB::Open(db_options(), options_.dir, descriptors, &handles, &db);
      if (!is_locked(status) && !is_log_gone(status)) break;
      env_->SleepForMicroseconds(50'000);
    }
    if (!status.ok()) return fail(open_error(status));
    db_.reset(db);
    std::ranges::copy(handles, families_);
    if (*format == Format::older) return write_format(*env_, options_.dir, options_.shards);
    return {};
  }

  Result<Found> get_newest(FamilyUse use, const std::string& key) override { return read(rdb::ReadOptions(), use, key); }

  Result<std::uint64_t> write(std::vector<KeyWrite> group) override {
    if (auto error = refuse_write()) return fail(std::move(*error));
    rdb::WriteBatch batch;
    for (const auto& one : group) {
      auto* family = family_of(one.use);
      rdb::Status status;
      if (!one.range_end.empty())
        status = batch.DeleteRange(family, one.key, one.range_end);
      else if (one.value)
        status = batch.Put(family, one.key, *one.value);
      else
        status = batch.Delete(family, one.key);
      if (!status.ok()) return fail(ErrorKind::internal, "storage.batch", status.ToString());
    }
    written_since_check_ += batch.GetDataSize();
    rdb::WriteOptions synced;
    synced.sync = true;
    const auto status = db_->Write(synced, &batch);
    if (status.ok()) return 0;
    log::error("storage.write_failed", {{"dir", options_.dir}, {"status", status.ToString()}});
    if (is_no_space(status)) stopped_ = Stopped::no_space;
    else stop_for_good();
    return fail(ErrorKind::unknown_outcome, "storage.sync_failed", status.ToString());
  }

  Task<void> settled(std::uint64_t) override {
    note_time();
    co_return Result<void>{};
  }

  Task<Found> get(FamilyUse use, std::string key) override {
    rdb::ReadOptions cached;
    cached.read_tier = rdb::kBlockCacheTier;
    rdb::PinnableSlice value;
    const auto status = db_->Get(cached, family_of(use), key, &value);
    if (status.ok()) co_return Found(value.ToString());
    if (status.IsNotFound()) co_return Found();
    if (!status.IsIncomplete()) co_return fail(unreadable(status));
    std::function<Result<Found>()> work = [self = shared_from_this(), use, key = std::move(key)] {
      return self->read(rdb::ReadOptions(), use, key);
    };
    co_return co_await runtime::run_on<Found>(runtime_, runtime_.pool, std::move(work));
  }

  Task<KeyPage> range(KeyRange range) override {
    rdb::ReadOptions cached;
    cached.read_tier = rdb::kBlockCacheTier;
    bool incomplete = false;
    Result<KeyPage> page = read_range(cached, range, &incomplete);
    if (!incomplete) co_return page;
    std::function<Result<KeyPage>()> work = [self = shared_from_this(), range = std::move(range)] {
      return self->read_range(rdb::ReadOptions(), range, nullptr);
    };
    co_return co_await runtime::run_on<KeyPage>(runtime_, runtime_.pool, std::move(work));
  }

  Result<void> checkpoint(const std::string& dir) {
    rdb::Checkpoint* raw = nullptr;
    auto status = rdb::Checkpoint::Create(db_.get(), &raw);
    const std::unique_ptr<rdb::Checkpoint> maker(raw);
    if (status.ok()) status = maker->CreateCheckpoint(dir);
    if (!status.ok()) return fail(ErrorKind::unavailable, "storage.checkpoint", status.ToString());
    std::string format;
    status = rdb::ReadFileToString(env_.get(), options_.dir + "/FORMAT", &format);
    if (status.ok()) status = rdb::WriteStringToFile(env_.get(), format, dir + "/FORMAT", /*should_sync=*/true);
    if (!status.ok()) return fail(ErrorKind::unavailable, "storage.checkpoint", status.ToString());
    return {};
  }

 private:
  enum class Stopped { no, no_space, failed };

  rdb::ColumnFamilyHandle* family_of(FamilyUse use) const { return families_[use == FamilyUse::conditional ? 1 : 2]; }

  /// On the loop. Compactions run on threads of RocksDB, which do not ask the clock.
  void note_time() { now_s_->store(to_unix_us(runtime_.clock.now()) / 1'000'000, std::memory_order_relaxed); }

  rdb::DBOptions db_options() const {
    rdb::DBOptions options;
    options.env = env_.get();
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.max_background_jobs = 2;
    options.max_total_wal_size = 8 * options_.write_buffer_bytes;
    options.bytes_per_sync = 1 << 20;
    options.keep_log_file_num = 2;
    options.max_log_file_size = 1 << 20;
    options.info_log_level = rdb::WARN_LEVEL;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.skip_stats_update_on_db_open = true;
    options.max_bgerror_resume_count = 0;
    options.listeners.push_back(std::make_shared<NoAutomaticRecovery>());
    // One thread writes.
    options.allow_concurrent_memtable_write = false;
    options.enable_write_thread_adaptive_yield = false;
    return options;
  }

  rdb::ColumnFamilyOptions family_options(bool queues, std::size_t write_buffer) {
    if (!cache_) cache_ = rdb::NewLRUCache(options_.cache_bytes);
    rdb::BlockBasedTableOptions table;
    table.block_cache = cache_;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.block_size = 8 << 10;
    table.format_version = 5;
    table.filter_policy.reset(rdb::NewBloomFilterPolicy(10));
    rdb::ColumnFamilyOptions options;
    options.table_factory.reset(rdb::NewBlockBasedTableFactory(table));
    options.write_buffer_size = write_buffer;
    // Many look-ups are for what is not there (keys and effects never heard of): they end at the filter here too.
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.02;
    options.max_write_buffer_number = 3;
    options.level_compaction_dynamic_level_bytes = true;
    const auto supported = rdb::GetSupportedCompressions();
    const bool lz4 = std::ranges::find(supported, rdb::kLZ4Compression) != supported.end();
    options.compression = lz4 ? rdb::kLZ4Compression : rdb::kNoCompression;
    options.compaction_filter_factory = leave_out_expired(now_s_);
    // Rows that come and go leave deletes in a file's window: compact such a file soon.
    if (queues)
      options.table_properties_collector_factories.push_back(rdb::NewCompactOnDeletionCollectorFactory(4096, 1024));
    return options;
  }

  Error open_error(const rdb::Status& status) const {
    if (is_locked(status))
      return {ErrorKind::unavailable, "storage.in_use", options_.dir + " is in use by another process"};
    return {ErrorKind::internal, "storage.open", status.ToString()};
  }

  void stop_for_good() {
    stopped_ = Stopped::failed;
    if (options_.on_failed) boost::asio::post(runtime_.executor, options_.on_failed);
  }

  /// Refuses before anything is written, so that the answer is sure. Asks for the free space once per MiB written.
  std::optional<Error> refuse_write() {
    if (stopped_ == Stopped::failed) return failed();
    const bool check = stopped_ == Stopped::no_space || !checked_ || written_since_check_ >= (1u << 20);
    if (!check) return std::nullopt;
    std::uint64_t free = 0;
    const auto asked = files_->GetFreeSpace(options_.dir, rdb::IOOptions(), &free, nullptr);
    if (asked.ok() && free < options_.reserve_bytes) {
      checked_ = false;
      return no_space();
    }
    if (stopped_ == Stopped::no_space) {
      // There is room for a restart now. RocksDB's own Resume is not trusted: after an error in the log it waited for ever for
      // a flush, or said that all was well and ended the process at its next write (both seen in 7.8).
      stop_for_good();
      return failed();
    }
    checked_ = true;
    written_since_check_ = 0;
    return std::nullopt;
  }

  Result<Found> read(const rdb::ReadOptions& options, FamilyUse use, const std::string& key) const {
    rdb::PinnableSlice value;
    const auto status = db_->Get(options, family_of(use), key, &value);
    if (status.ok()) return Found(value.ToString());
    if (status.IsNotFound()) return Found();
    return fail(unreadable(status));
  }

  Result<KeyPage> read_range(rdb::ReadOptions options, const KeyRange& range, bool* incomplete) const {
    const rdb::Slice from(range.from);
    const rdb::Slice to(range.to);
    options.iterate_lower_bound = &from;
    options.iterate_upper_bound = &to;
    const std::unique_ptr<rdb::Iterator> at(db_->NewIterator(options, family_of(range.use)));
    KeyPage page;
    std::size_t bytes = 0;
    for (range.backwards ? at->SeekToLast() : at->SeekToFirst(); at->Valid(); range.backwards ? at->Prev() : at->Next()) {
      if (page.rows.size() == range.limit || bytes > kMaxPageBytes) {
        page.more = true;
        return page;
      }
      bytes += at->key().size() + at->value().size();
      page.rows.push_back({at->key().ToString(), at->value().ToString()});
    }
    if (at->status().ok()) return page;
    if (incomplete && at->status().IsIncomplete()) *incomplete = true;
    return fail(unreadable(at->status()));
  }

  runtime::Runtime& runtime_;
  const Options options_;
  const std::shared_ptr<rdb::FileSystem> files_;
  const std::unique_ptr<rdb::Env> env_;
  std::shared_ptr<rdb::Cache> cache_;
  std::unique_ptr<rdb::DB> db_;
  rdb::ColumnFamilyHandle* families_[3] = {};
  const std::shared_ptr<std::atomic<std::int64_t>> now_s_ = std::make_shared<std::atomic<std::int64_t>>(0);
  Stopped stopped_ = Stopped::no;
  bool checked_ = false;
  std::size_t written_since_check_ = 0;
};

class OpenDatabase final : public Database {
 public:
  OpenDatabase(runtime::Runtime& runtime, std::shared_ptr<RocksEngine> engine)
      : runtime_(runtime), engine_(engine), table_(make_table(runtime, std::move(engine))) {}
  Task<std::optional<Row>> find(const Family& family, std::string partition, RowKey at) override {
    return table_->find(family, std::move(partition), std::move(at));
  }
  Task<ScanPage> scan(ScanQuery query) override { return table_->scan(std::move(query)); }
  using Table::commit;
  Task<void> commit(std::shared_ptr<const Batch> batch) override { return table_->commit(std::move(batch)); }
  Task<void> write_views(std::vector<ViewWrite> writes) override { return table_->write_views(std::move(writes)); }
  Task<void> checkpoint(std::string dir) override {
    std::function<Result<void>()> work = [engine = engine_, dir = std::move(dir)] { return engine->checkpoint(dir); };
    return runtime::run_on<void>(runtime_, runtime_.pool, std::move(work));
  }

 private:
  runtime::Runtime& runtime_;
  std::shared_ptr<RocksEngine> engine_;
  std::shared_ptr<Table> table_;
};
}  // namespace

Result<std::shared_ptr<Database>> open_on(runtime::Runtime& runtime, Options options,
                                          std::shared_ptr<rdb::FileSystem> files) {
  if (options.shards < 1 || options.shards > 4096)
    return fail(ErrorKind::invalid, "storage.shard_count", "the count of shards is 1 to 4096");
  auto engine = std::make_shared<RocksEngine>(runtime, std::move(options), std::move(files));
  if (auto opened = engine->open(); !opened) return fail(std::move(opened).error());
  return std::make_shared<OpenDatabase>(runtime, std::move(engine));
}

Result<std::shared_ptr<Database>> open(runtime::Runtime& runtime, Options options) {
  return open_on(runtime, std::move(options), rdb::FileSystem::Default());
}

}  // namespace pps::storage::rocksdb
