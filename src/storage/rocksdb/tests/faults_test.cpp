#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <future>

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
    Options options{.dir = folder_.path(name_), .write_buffer_bytes = 64 << 10, .on_failed = [this] { ++failures_; }};
    auto opened = open_on(loop_.runtime(), options, files_);
    // After a failed flush RocksDB sleeps a second before it closes.
    for (int i = 0; i < 10 && !opened && opened.error().code == "storage.in_use"; ++i)
      opened = open_on(loop_.runtime(), options, files_);
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
  /// The engine lives a moment longer on the committer's thread; what it still writes must not come after a loss of power.
  void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }
  /// 0: neither half is there, 2: both.
  int halves(std::uint64_t n) { return half("a", n).has_value() + half("b", n).has_value(); }

  Folder folder_;
  std::string name_ = "db";
  std::shared_ptr<FaultyFiles> files_ = std::make_shared<FaultyFiles>(7);
  RunningLoop loop_;
  std::shared_ptr<Database> table_;
  int failures_ = 0;  ///< How often the engine said that it will not write again. On the loop.
};

/// Eight writers, each with commits one after the other: what was answered, by writer and number.
struct Crowd {
  static constexpr std::uint64_t kWriters = 8, kEach = 6;
  std::array<std::array<bool, kEach>, kWriters> answered{};
  std::vector<ErrorKind> errors;
  std::uint64_t open = kWriters;
  static std::uint64_t number(std::uint64_t writer, std::uint64_t n) { return writer * 100 + n; }
  static boost::asio::awaitable<void> write(std::shared_ptr<Crowd> self, std::shared_ptr<Database> table, std::uint64_t writer,
                                            std::shared_ptr<std::promise<void>> all) {
    for (std::uint64_t n = 0; n < kEach; ++n) {
      Batch batch = pair(number(writer, n), 3000);
      Result<void> done = co_await table->commit(std::move(batch));
      self->answered[writer][n] = done.has_value();
      if (!done) self->errors.push_back(done.error().kind);
    }
    if (--self->open == 0) all->set_value();
  }
};

/// Has the crowd write, and waits until it has ended.
std::shared_ptr<Crowd> crowd_writes(RunningLoop& loop, const std::shared_ptr<Database>& table) {
  auto crowd = std::make_shared<Crowd>();
  auto all = std::make_shared<std::promise<void>>();
  loop.on_loop([&] {
    for (std::uint64_t writer = 0; writer < Crowd::kWriters; ++writer)
      runtime::spawn(loop.runtime().executor, Crowd::write(crowd, table, writer, all));
  });
  all->get_future().wait();
  return crowd;
}

class FaultsAtEveryStep : public FaultsTest {
 protected:
  void fresh() {
    close();
    name_ = "db" + std::to_string(++folders_);
    files_ = std::make_shared<FaultyFiles>(7);
  }
  /// What was answered is there, what was not is there whole or not at all, and no writer's later commit outlives an earlier.
  void check(const Crowd& crowd) {
    for (std::uint64_t writer = 0; writer < Crowd::kWriters; ++writer) {
      int before = 2;
      for (std::uint64_t n = 0; n < Crowd::kEach; ++n) {
        const int there = halves(Crowd::number(writer, n));
        ASSERT_NE(there, 1) << "half of a commit, writer " << writer << ", " << n;
        ASSERT_TRUE(there == 2 || !crowd.answered[writer][n]) << "answered and gone, writer " << writer << ", " << n;
        ASSERT_TRUE(there <= before || !power_) << "a later commit without the one before it, writer " << writer << ", " << n;
        before = there;
      }
    }
  }
  bool power_ = false;
  int folders_ = 0;
  /// Every so many changes of files: odd, because a group is an append and a sync.
  static constexpr std::uint64_t kStride = 3;
};

TEST_F(FaultsAtEveryStep, what_was_answered_survives_a_loss_of_power_whole_and_torn_tails_do_not_show) {
  power_ = true;
  FaultyFiles::Loss lost;
  for (std::uint64_t at = 1;; at += kStride) {
    SCOPED_TRACE(at);
    fresh();
    open();
    files_->break_at(FaultyFiles::Break::power, at);
    const auto crowd = crowd_writes(loop_, table_);
    const bool cut = files_->has_broken();
    files_->cut_power();
    close();
    settle();
    const auto loss = files_->lose_unsynced(/*torn=*/folders_ / 2 % 2 == 1);
    lost.dropped += loss.dropped;
    lost.torn += loss.torn;
    open();
    check(*crowd);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(commit(7777)) << "it goes on";
    if (!cut) break;
  }
  EXPECT_GT(lost.dropped, 0u) << "the power must go while bytes are on their way";
  EXPECT_GT(lost.torn, 0u);
}

class ErrorAtEveryStep : public FaultsAtEveryStep, public ::testing::WithParamInterface<FaultyFiles::Break> {};
TEST_P(ErrorAtEveryStep, one_failing_change_of_files_loses_nothing_that_was_answered) {
  std::uint64_t broken = 0;
  for (std::uint64_t at = 1;; at += kStride) {
    SCOPED_TRACE(at);
    fresh();
    files_->break_at(GetParam(), at);
    auto opened = open_on(loop_.runtime(), {.dir = folder_.path(name_), .write_buffer_bytes = 64 << 10}, files_);
    if (!opened) {  // refused with a reason, and nothing of it is in the way of the next
      EXPECT_EQ(opened.error().code, "storage.open");
      open();
      ASSERT_TRUE(commit(1));
      continue;
    }
    table_ = std::move(*opened);
    const auto crowd = crowd_writes(loop_, table_);
    for (const ErrorKind kind : crowd->errors)
      EXPECT_TRUE(kind == ErrorKind::unavailable || kind == ErrorKind::unknown_outcome) << static_cast<int>(kind);
    const bool hit = files_->has_broken();
    broken += !crowd->errors.empty();
    close();
    settle();
    files_->break_at(GetParam(), 0);
    open();
    check(*crowd);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(commit(7777));
    if (!hit) break;
  }
  EXPECT_GT(broken, 0u) << "some of them must befall commits";
}
INSTANTIATE_TEST_SUITE_P(Disk, ErrorAtEveryStep, ::testing::Values(FaultyFiles::Break::io_error, FaultyFiles::Break::no_space),
                         [](const auto& one) { return one.param == FaultyFiles::Break::no_space ? "no_space" : "io_error"; });

TEST_F(FaultsTest, what_cannot_be_read_is_an_error_and_never_an_absence) {
  open();
  for (std::uint64_t n = 0; n < 40; ++n) ASSERT_TRUE(commit(n, 20'000));
  close();
  settle();
  open();  // with nothing in the cache
  files_->set_read_error(true);
  int unread = 0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const auto row = loop_.run([&] { return table_->find(kPlain, "p", {kKind, KeyWriter().text("a").u64(n).take()}); });
    if (row) {
      EXPECT_TRUE(row->has_value()) << n << " was answered, and is said not to be there";
    } else {
      EXPECT_EQ(row.error().kind, ErrorKind::unavailable);
      ++unread;
    }
  }
  EXPECT_GT(unread, 0);
  files_->set_read_error(false);
  EXPECT_EQ(halves(7), 2);
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

TEST_F(FaultsTest, a_disk_that_fills_within_a_write_is_unknown_once_then_waited_for_and_recovers_by_a_restart) {
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
  const auto third = commit(4);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, "storage.failed");
  loop_.on_loop([this] { EXPECT_EQ(failures_, 1) << "now a restart finds room"; });
  close();
  open();
  EXPECT_EQ(halves(1), 2);
  EXPECT_NE(halves(2), 1);
  EXPECT_EQ(halves(3), 0);
  EXPECT_EQ(halves(4), 0);
  EXPECT_TRUE(commit(4));
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
