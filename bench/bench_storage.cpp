// What the storage costs: the committer and shards beside raw RocksDB in the same run and on the same disk, and how
// fast a shard comes back through which a million rows went.
//
//   bench_storage [seconds per measurement, default 2] [rows of the recovery, default 1000000]
//   bench_storage ceiling SECONDS     only the committer at its best, as one number: keys a second

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "runtime/loop.hpp"
#include "runtime/sync.hpp"
#include "storage/keys.hpp"
#include "storage/rocksdb/rocksdb.hpp"
#include "storage/shard.hpp"

namespace {

using namespace pps;
using namespace pps::storage;
using Seconds = std::chrono::duration<double>;

constexpr Family kLive{"bench_live", FamilyUse::conditional};
constexpr RowKind kKind = 1;
constexpr std::size_t kBody = 100;

double now() { return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pps-bench-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void print(const std::string& what, double per_second, const char* unit, const std::string& more = "") {
  fmt::print("{:<58} {:>10.0f} {}/s  {}\n", what, per_second, unit, more);
  std::fflush(stdout);
}

void raw_rocksdb(const std::string& dir, std::size_t keys_per_batch, double seconds) {
  ::rocksdb::Options options;
  options.create_if_missing = true;
  ::rocksdb::DB* raw = nullptr;
  if (!::rocksdb::DB::Open(options, dir, &raw).ok()) std::abort();
  const std::unique_ptr<::rocksdb::DB> db(raw);
  ::rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string body(kBody, 'x');
  std::uint64_t keys = 0;
  std::uint64_t batches = 0;
  const double begin = now();
  while (now() - begin < seconds) {
    ::rocksdb::WriteBatch batch;
    for (std::size_t i = 0; i < keys_per_batch; ++i) (void)batch.Put(KeyWriter().text("bench_live").u64(++keys).take(), body);
    if (!db->Write(synced, &batch).ok()) std::abort();
    ++batches;
  }
  const double took = now() - begin;
  print(fmt::format("raw RocksDB, synced batches of {} keys, one thread", keys_per_batch), double(keys) / took, "keys",
        fmt::format("{:.0f} syncs/s", double(batches) / took));
}

/// Everything measured through the port runs on one loop, as in the server.
struct Bench {
  runtime::Runtime& runtime;
  std::shared_ptr<Table> table;
  double seconds;
  std::uint64_t rows;
};

boost::asio::awaitable<void> committing(Bench& bench, std::size_t client, std::size_t keys, double end, std::uint64_t& done) {
  const std::string partition = KeyWriter().text("client").u64(client).take();
  const RowKey counter{kKind, "n"};
  for (std::uint64_t version = 0; now() < end; ++version) {
    Batch batch;
    batch.family = &kLive;
    batch.partition = partition;
    if (version == 0)
      batch.conditions.push_back({Condition::Kind::absent, counter, 0});
    else
      batch.conditions.push_back({Condition::Kind::version_is, counter, version});
    batch.mutations.push_back(Put{{counter, version + 1, std::string(kBody, 'x')}});
    for (std::size_t i = 1; i < keys; ++i)
      batch.mutations.push_back(Put{{{kKind, KeyWriter().u64(version * keys + i).take()}, 1, std::string(kBody, 'x')}});
    Result<void> committed = co_await bench.table->commit(std::move(batch));
    if (!committed) std::abort();
    ++done;
  }
}

boost::asio::awaitable<void> wait_for(std::vector<boost::asio::awaitable<void>> tasks) {
  auto left = std::make_shared<std::size_t>(tasks.size());
  auto all = std::make_shared<runtime::Event>();
  const auto executor = co_await boost::asio::this_coro::executor;
  for (auto& task : tasks) {
    auto one = [](boost::asio::awaitable<void> inner, std::shared_ptr<std::size_t> count,
                  std::shared_ptr<runtime::Event> event) -> boost::asio::awaitable<void> {
      co_await std::move(inner);
      if (--*count == 0) event->set();
    };
    runtime::spawn(executor, one(std::move(task), left, all));
  }
  co_await all->wait();
}

boost::asio::awaitable<double> committer(Bench& bench, std::size_t clients, std::size_t keys) {
  std::uint64_t done = 0;
  const double begin = now();
  std::vector<boost::asio::awaitable<void>> tasks;
  const std::size_t base = clients * 1000 + keys * 100'000;
  for (std::size_t i = 0; i < clients; ++i) tasks.push_back(committing(bench, base + i, keys, begin + bench.seconds, done));
  co_await wait_for(std::move(tasks));
  co_return double(done) / (now() - begin);
}

boost::asio::awaitable<void> show_committer(Bench& bench, std::size_t clients, std::size_t keys) {
  const double commits = co_await committer(bench, clients, keys);
  print(fmt::format("committer, {} clients, conditional commits of {} keys", clients, keys), commits * double(keys), "keys",
        fmt::format("{:.0f} commits/s, {:.2f} ms each", commits, double(clients) / commits * 1000));
}

/// Few large commits: what the disk and the engine can take when nothing is decided.
boost::asio::awaitable<void> show_ceiling(Bench& bench) {
  constexpr std::size_t kClients = 64, kKeys = 25;
  fmt::print("{:.0f}\n", co_await committer(bench, kClients, kKeys) * kKeys);
}

boost::asio::awaitable<void> deciding(Shard& shard, std::size_t client, double end, std::uint64_t& done) {
  for (std::uint64_t i = 0; now() < end; ++i) {
    Decision decision;
    for (std::uint64_t k = 0; k < 4; ++k)
      decision.mutations.push_back(Put{{{kKind, KeyWriter().u64(client).u64(i * 4 + k).take()}, 1, std::string(kBody, 'x')}});
    decision.events.push_back({"topic", "type", "key", std::string(kBody, 'x'), 0});
    Result<void> committed = co_await shard.commit(std::move(decision));
    if (!committed) std::abort();
    shard.published(UINT64_MAX - 1);
    ++done;
  }
}

boost::asio::awaitable<void> shards(Bench& bench, std::uint16_t count, std::size_t clients) {
  std::vector<std::shared_ptr<Shard>> open;
  for (std::uint16_t i = 0; i < count; ++i) {
    ShardAddress address{&kLive, "bench", i};
    Result<std::shared_ptr<Shard>> shard = co_await Shard::open(bench.runtime, *bench.table, address);
    if (!shard) std::abort();
    open.push_back(*shard);
  }
  std::uint64_t done = 0;
  const double begin = now();
  std::vector<boost::asio::awaitable<void>> tasks;
  for (std::size_t i = 0; i < clients; ++i) tasks.push_back(deciding(*open[i % count], i, begin + bench.seconds, done));
  co_await wait_for(std::move(tasks));
  const double took = now() - begin;
  std::uint64_t keys = 0;
  std::uint64_t commits = 0;
  for (const auto& shard : open) {
    keys += shard->stats().keys;
    commits += shard->stats().commits;
  }
  print(fmt::format("{} shards, {} clients, decisions of 4 rows and 1 event", count, clients), double(keys) / took, "keys",
        fmt::format("{:.0f} decisions/s in {:.0f} commits/s, {:.2f} ms each", double(done) / took, double(commits) / took,
                    took * double(clients) / double(done) * 1000));
}

/// Rows that are written and erased in ascending order behind a mark, as purchases, timers and outboxes are; the last
/// 1,000 stay.
boost::asio::awaitable<void> pass_through(Bench& bench) {
  ShardAddress address{&kLive, "queue", 0};
  Result<std::shared_ptr<Shard>> opened = co_await Shard::open(bench.runtime, *bench.table, address);
  if (!opened) std::abort();
  const auto shard = *opened;
  constexpr std::uint64_t kAlive = 1000;
  std::uint64_t low = 0;
  const double begin = now();
  for (std::uint64_t i = 0; i < bench.rows; ++i) {
    Decision decision;
    decision.mutations.push_back(Put{{{kKind, KeyWriter().u64(i).take()}, 1, std::string(kBody, 'x')}});
    decision.events.push_back({"topic", "type", "key", "body", 0});
    shard->enqueue(std::move(decision));
    if (i % 500 != 499) continue;
    if (i >= kAlive) {
      Decision erase;
      erase.mutations.push_back(EraseRange{kKind, KeyWriter().u64(low).take(), KeyWriter().u64(i - kAlive + 1).take()});
      low = i - kAlive + 1;
      shard->set_mark("rows", low);
      shard->enqueue(std::move(erase));
    }
    Result<void> flushed = co_await shard->flush();
    if (!flushed) std::abort();
    shard->published(UINT64_MAX - 1);
  }
  print(fmt::format("{} rows and events through one shard", bench.rows), double(bench.rows) / (now() - begin), "rows");
}

/// Resident memory in MB, as the kernel counts it.
double resident_mb() {
  long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return double(pages) * double(sysconf(_SC_PAGESIZE)) / 1e6;
}

boost::asio::awaitable<void> recover(Bench& bench, double begin) {
  const double opened_db = now();
  ShardAddress address{&kLive, "queue", 0};
  Result<std::shared_ptr<Shard>> shard = co_await Shard::open(bench.runtime, *bench.table, address);
  if (!shard) std::abort();
  ScanQuery query;
  query.family = &kLive;
  query.partition = address.partition();
  query.kind = kKind;
  query.from = KeyWriter().u64((*shard)->mark("rows")).take();
  query.limit = 10'000;
  Result<ScanPage> rows = co_await bench.table->scan(std::move(query));
  auto events = co_await (*shard)->outbox(0, 10'000);
  if (!rows || !events) std::abort();
  const double end = now();
  fmt::print("recovery: {} rows alive, {} events; {:.0f} ms in all ({:.0f} ms to open the database, {:.1f} ms the shard)\n",
             rows->rows.size(), events->size(), (end - begin) * 1000, (opened_db - begin) * 1000, (end - opened_db) * 1000);
  fmt::print("resident memory: {:.0f} MB\n", resident_mb());
}

boost::asio::awaitable<void> then_stop(boost::asio::awaitable<void> work, runtime::Loop& loop) {
  co_await std::move(work);
  loop.stop();
}

boost::asio::awaitable<void> measure(Bench& bench) {
  for (const std::size_t clients : {1, 64, 320}) co_await show_committer(bench, clients, 1);
  co_await show_committer(bench, 64, 5);
  co_await shards(bench, 16, 1);
  co_await shards(bench, 16, 64);
  co_await shards(bench, 16, 320);
  co_await pass_through(bench);
}

std::shared_ptr<Table> open(runtime::Runtime& runtime, const std::string& dir) {
  auto table = storage::rocksdb::open(runtime, {dir});
  if (!table) std::abort();
  return *table;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::string_view(argv[1]) == "ceiling") {
    const Folder folder;
    runtime::Loop loop;
    Bench bench{loop.runtime(), open(loop.runtime(), folder.path("db")), std::atof(argv[2]), 0};
    runtime::spawn(bench.runtime.executor, then_stop(show_ceiling(bench), loop));
    loop.run();
    return 0;
  }
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  const std::uint64_t rows = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const Folder folder;
  fmt::print("on {}\n", folder.path(""));
  for (const std::size_t keys : {1, 64, 320}) raw_rocksdb(folder.path("raw"), keys, seconds);
  {
    runtime::Loop loop;
    Bench bench{loop.runtime(), open(loop.runtime(), folder.path("db")), seconds, rows};
    runtime::spawn(bench.runtime.executor, then_stop(measure(bench), loop));
    loop.run();
  }
  runtime::Loop loop;
  const double begin = now();
  Bench bench{loop.runtime(), open(loop.runtime(), folder.path("db")), seconds, rows};
  runtime::spawn(bench.runtime.executor, then_stop(recover(bench, begin), loop));
  loop.run();
}
