#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "storage/keys.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/tests/faulty_files.hpp"
#include "storage/rocksdb/tests/folder.hpp"

namespace pps::storage::rocksdb {
namespace {

constexpr Family kPlain{"plain_rows", FamilyUse::plain};
constexpr RowKind kKind = 1;

/// Two rows that belong together.
Batch pair(std::uint64_t n, std::size_t bytes = 100) {
  Batch batch;
  batch.family = &kPlain;
  batch.partition = "p";
  for (const char* half : {"a", "b"})
    batch.mutations.push_back(Put{{{kKind, KeyWriter().text(half).u64(n).take()}, n + 1, std::string(bytes, 'x')}});
  return batch;
}

class FaultsTest : public testing::Test {
 protected:
  void open() {
    Options options{.dir = folder_.path(), .write_buffer_bytes = 64 << 10, .on_failed = [this] { ++failures_; }};
    auto opened = open_on(loop_.runtime(), std::move(options), files_);
    ASSERT_TRUE(opened) << opened.error().detail;
    table_ = *opened;
  }
  void close() {
    loop_.on_loop([this] { table_.reset(); });
    // The engine may live a moment longer on the committer's thread; opening again waits for its lock.
  }
  void TearDown() override { close(); }
  Result<void> commit(std::uint64_t n, std::size_t bytes = 100) {
    return loop_.run([&] { return table_->commit(pair(n, bytes)); });
  }
  std::optional<Row> half(const char* which, std::uint64_t n) {
    return *loop_.run([&] { return table_->find(kPlain, "p", {kKind, KeyWriter().text(which).u64(n).take()}); });
  }
  /// 0: neither half is there, 2: both.
  int halves(std::uint64_t n) { return half("a", n).has_value() + half("b", n).has_value(); }

  Folder folder_;
  std::shared_ptr<FaultyFiles> files_ = std::make_shared<FaultyFiles>(7);
  RunningLoop loop_;
  std::shared_ptr<Database> table_;
  int failures_ = 0;  ///< How often the engine said that it will not write again. On the loop.
};

TEST_F(FaultsTest, what_was_answered_survives_a_loss_of_power_whole_and_torn_tails_do_not_show) {
  std::mt19937 random(1);
  std::uint64_t next = 0;
  for (int round = 0; round < 12; ++round) {
    open();
    std::atomic<std::uint64_t> answered = next;
    std::vector<std::future<Result<void>>> waiting;
    const std::uint64_t last = next + 40;
    // Many commits at once, so that the power goes while a group is being written.
    const std::uint64_t cut = next + random() % 40;
    loop_.on_loop([&] {
      auto one = [](std::shared_ptr<Database> table, std::uint64_t n, FaultyFiles& files, std::uint64_t when,
                    std::atomic<std::uint64_t>& upto) -> boost::asio::awaitable<void> {
        Batch batch = pair(n, 700);
        Result<void> done = co_await table->commit(std::move(batch));
        if (done && n == upto) upto = n + 1;
        if (n == when) files.cut_power();
      };
      auto all = [one](std::shared_ptr<Database> table, std::uint64_t from, std::uint64_t to, FaultyFiles& files,
                       std::uint64_t when, std::atomic<std::uint64_t>& upto) -> boost::asio::awaitable<void> {
        for (std::uint64_t n = from; n < to; ++n) co_await one(table, n, files, when, upto);
      };
      runtime::spawn(loop_.runtime().executor, all(table_, next, last, *files_, cut, answered));
    });
    while (answered <= cut) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    (void)commit(last);  // behind all of them: they have ended
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    close();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    files_->lose_unsynced(/*torn=*/round % 2 == 1);
    open();
    for (std::uint64_t n = 0; n < answered; ++n) ASSERT_EQ(halves(n), 2) << n << " of round " << round;
    for (std::uint64_t n = answered; n <= last; ++n) ASSERT_NE(halves(n), 1) << n << " of round " << round;
    next = last + 1;
    for (std::uint64_t n = answered; n < next; ++n) ASSERT_TRUE(commit(n));
    close();
  }
}

TEST_F(FaultsTest, a_disk_without_the_reserve_refuses_writes_and_goes_on_once_there_is_room) {
  open();
  ASSERT_TRUE(commit(1, 400'000));
  files_->set_free_space(1000);
  ASSERT_TRUE(commit(3, 400'000)) << "space is asked for once a MiB";
  for (int i = 0; i < 3; ++i) {
    const auto refused = commit(4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(refused.error().code, "storage.no_space");
    EXPECT_EQ(halves(4), 0);
  }
  EXPECT_EQ(halves(3), 2) << "reads go on";
  files_->set_free_space(UINT64_MAX);
  EXPECT_TRUE(commit(4));
}

TEST_F(FaultsTest, a_disk_that_fills_within_a_write_is_unknown_once_then_unavailable_and_never_half_written) {
  open();
  ASSERT_TRUE(commit(1));
  files_->set_full(true);
  const auto first = commit(2);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind, ErrorKind::unknown_outcome);
  files_->set_free_space(0);
  const auto second = commit(3);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "storage.no_space");
  loop_.on_loop([this] { EXPECT_EQ(failures_, 0) << "a full disk is waited for"; });
  files_->set_full(false);
  files_->set_free_space(UINT64_MAX);
  EXPECT_TRUE(commit(4)) << "goes on without a restart";
  EXPECT_EQ(halves(2), 0);
  close();
  open();
  EXPECT_EQ(halves(1), 2);
  EXPECT_EQ(halves(2), 0) << "what was seen as not done stays so";
  EXPECT_EQ(halves(3), 0);
  EXPECT_EQ(halves(4), 2);
}

TEST_F(FaultsTest, a_failed_sync_stops_writes_until_a_restart) {
  open();
  ASSERT_TRUE(commit(1));
  files_->set_sync_error(true);
  const auto first = commit(2);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind, ErrorKind::unknown_outcome);
  files_->set_sync_error(false);
  const auto second = commit(3);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "storage.failed");
  ASSERT_FALSE(commit(4));
  loop_.on_loop([this] { EXPECT_EQ(failures_, 1) << "whoever runs the process must hear of it, once"; });
  close();
  open();
  EXPECT_EQ(halves(1), 2);
  EXPECT_NE(halves(2), 1);
  EXPECT_EQ(halves(3), 0);
  EXPECT_TRUE(commit(3));
}

TEST_F(FaultsTest, a_folder_that_cannot_be_opened_is_refused_with_the_reason) {
  const auto code = [&](Options options) {
    auto opened = rocksdb::open(loop_.runtime(), std::move(options));
    return opened ? std::string() : opened.error().code;
  };
  open();
  EXPECT_EQ(code({.dir = folder_.path()}), "storage.in_use");
  close();
  EXPECT_EQ(code({.dir = folder_.path(), .shards = 17}), "storage.shard_count");
  EXPECT_EQ(code({.dir = folder_.path(), .shards = 0}), "storage.shard_count");
  EXPECT_EQ(code({.dir = folder_.path("no/such/parent")}), "storage.open");
  std::ofstream(folder_.path() + "/FORMAT") << "pps-storage 3\nsomething else\n";
  EXPECT_EQ(code({.dir = folder_.path()}), "storage.newer");
  std::ofstream(folder_.path() + "/FORMAT") << "hello";
  EXPECT_EQ(code({.dir = folder_.path()}), "storage.foreign");
  std::filesystem::remove(folder_.path() + "/FORMAT");
  EXPECT_EQ(code({.dir = folder_.path()}), "storage.foreign");
}

TEST_F(FaultsTest, a_checkpoint_is_a_database_of_its_own) {
  open();
  ASSERT_TRUE(commit(1));
  ASSERT_TRUE(loop_.run([&] { return table_->checkpoint(folder_.path("copy")); }));
  ASSERT_TRUE(commit(2));
  EXPECT_FALSE(loop_.run([&] { return table_->checkpoint(folder_.path("copy")); })) << "never over another";
  close();
  auto copy = rocksdb::open(loop_.runtime(), {.dir = folder_.path("copy")});
  ASSERT_TRUE(copy) << copy.error().detail;
  table_ = *copy;
  EXPECT_EQ(halves(1), 2);
  EXPECT_EQ(halves(2), 0);
}

}  // namespace
}  // namespace pps::storage::rocksdb
