#include "storage/shard.hpp"

#include <gtest/gtest.h>

#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "storage/keys.hpp"
#include "storage/memory/memory.hpp"

namespace pps::storage {
using namespace std::chrono_literals;
namespace {

constexpr Family kFamily{"test_live", FamilyUse::conditional};
constexpr RowKind kCounter = 1;
constexpr RowKind kQueue = 2;
using memory::Disk;

Decision put(std::string key, std::uint64_t version, std::string body = "b") {
  return {{Put{{{kCounter, std::move(key)}, version, std::move(body)}}}, {}};
}
Decision event(std::string key, std::string body = "e") {
  Decision decision = put(key, 1);
  decision.events.push_back({"topic", "type", std::move(key), std::move(body), 1});
  return decision;
}

class ShardTest : public testing::Test {
 protected:
  std::shared_ptr<Shard> open(Table& table) {
    auto shard = world_.run(Shard::open(world_.runtime(), table, {&kFamily, "svc", 3}));
    EXPECT_TRUE(shard) << shard.error().code;
    return *shard;
  }
  std::shared_ptr<Shard> open() { return open(*table_); }
  Result<void> commit(Shard& shard, Decision decision) { return world_.run(shard.commit(std::move(decision))); }
  std::optional<Row> find(std::string key) {
    const std::string partition = ShardAddress{&kFamily, "svc", 3}.partition();
    return *world_.run(table_->find(kFamily, partition, {kCounter, std::move(key)}));
  }
  std::string outbox(Shard& shard, std::uint64_t after = 0) {
    std::string keys;
    const auto entries = world_.run(shard.outbox(after, 100));
    for (const auto& entry : *entries) keys += std::to_string(entry.seq) + entry.event.key;
    return keys;
  }

  runtime::SimulatedWorld world_{11};
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  std::shared_ptr<Table> table_ = memory::open_table(world_.runtime(), disk_);
};

TEST_F(ShardTest, what_was_flushed_survives_a_loss_of_power) {
  auto shard = open();
  ASSERT_TRUE(commit(*shard, put("a", 1)));
  disk_->crash();
  table_ = memory::open_table(world_.runtime(), disk_);
  EXPECT_TRUE(find("a"));
}

TEST_F(ShardTest, decisions_made_while_a_commit_is_under_way_share_the_next) {
  auto shard = open();
  for (int i = 0; i < 100; ++i) shard->enqueue(put("k" + std::to_string(i), 1));
  ASSERT_TRUE(world_.run(shard->flush()));
  EXPECT_EQ(shard->stats().commits, 1u);
  EXPECT_EQ(shard->stats().decisions, 100u);
}

TEST_F(ShardTest, what_nobody_waits_for_goes_out_with_the_next_commit_in_its_place) {
  auto shard = open();
  shard->enqueue_lazily(put("hot", 1));
  world_.run_for(1ms);
  EXPECT_EQ(shard->stats().commits, 0u);
  ASSERT_TRUE(commit(*shard, put("hot", 2)));
  EXPECT_EQ(shard->stats().commits, 1u);
  EXPECT_EQ(shard->stats().decisions, 2u);
  EXPECT_EQ(find("hot")->version, 2u);
}

TEST_F(ShardTest, what_nobody_waits_for_goes_out_by_itself_soon) {
  auto shard = open();
  shard->enqueue_lazily(put("a", 1));
  shard->enqueue_lazily(put("b", 1));
  ASSERT_TRUE(world_.run(shard->durable())) << "who only follows waits for it, and does not hurry it";
  EXPECT_TRUE(find("a"));
  EXPECT_TRUE(find("b"));
  EXPECT_EQ(shard->stats().commits, 1u);
  shard->enqueue_lazily(put("c", 1));
  world_.run_for(20ms);
  EXPECT_TRUE(find("c"));
}

TEST_F(ShardTest, a_hot_row_is_written_once_a_commit_as_last_decided) {
  auto shard = open();
  for (std::uint64_t i = 1; i <= 50; ++i) shard->enqueue(put("hot", i));
  ASSERT_TRUE(world_.run(shard->flush()));
  EXPECT_EQ(find("hot")->version, 50u);
  EXPECT_EQ(shard->stats().keys, 2u) << "the row and the static row";
}

TEST_F(ShardTest, order_is_kept_between_rows_and_ranges_of_different_decisions) {
  auto shard = open();
  shard->enqueue({{Put{{{kQueue, "b"}, 1, "old"}}}, {}});
  shard->enqueue({{EraseRange{kQueue, "a", "c"}}, {}});
  shard->enqueue({{Put{{{kQueue, "b"}, 2, "new"}}}, {}});
  shard->enqueue({{Put{{{kQueue, "d"}, 1, "gone"}}}, {}});
  shard->enqueue({{EraseRange{kQueue, "d", "e"}}, {}});
  ASSERT_TRUE(world_.run(shard->flush()));
  const auto page = world_.run(table_->scan({&kFamily, shard->address().partition(), kQueue, "", "", false, 10}));
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(page->rows[0].body, "new");
}

TEST_F(ShardTest, more_than_one_batch_holds_goes_out_in_several_commits) {
  auto shard = open();
  for (int i = 0; i < 10; ++i) shard->enqueue(put("k" + std::to_string(i), 1, std::string(300'000, 'x')));
  ASSERT_TRUE(world_.run(shard->flush()));
  EXPECT_EQ(shard->stats().commits, 4u);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(find("k" + std::to_string(i)));
}

TEST_F(ShardTest, a_decision_that_no_batch_can_hold_breaks_the_shard_and_says_why) {
  auto shard = open();
  const auto result = commit(*shard, put("k", 1, std::string(kMaxBatchBytes, 'x')));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "storage.too_large");
  EXPECT_TRUE(shard->broken());
}

TEST_F(ShardTest, the_owner_before_is_fenced) {
  auto first = open();
  ASSERT_TRUE(commit(*first, put("a", 1)));
  auto other_table = memory::open_table(world_.runtime(), disk_);
  auto second = open(*other_table);
  const auto late = commit(*first, put("a", 2));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(late.error().code, "shard.lost");
  EXPECT_TRUE(first->broken());
  EXPECT_FALSE(commit(*first, put("a", 3))) << "stays broken";
  ASSERT_TRUE(commit(*second, put("a", 4)));
  EXPECT_EQ(find("a")->version, 4u);
}

TEST_F(ShardTest, the_owner_before_cannot_confirm_what_it_remembers) {
  auto first = open();
  ASSERT_TRUE(commit(*first, put("a", 1)));
  ASSERT_TRUE(world_.run(first->confirm()));
  auto other_table = memory::open_table(world_.runtime(), disk_);
  auto second = open(*other_table);
  ASSERT_TRUE(world_.run(first->flush())) << "it has nothing to write, so it has not noticed";
  const auto stale = world_.run(first->confirm());
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(first->broken());
  EXPECT_TRUE(world_.run(second->confirm()));
}

TEST_F(ShardTest, an_unknown_outcome_is_resolved_and_the_decision_done_once) {
  for (const auto fault : {Disk::Fault::unknown_before, Disk::Fault::unknown_after}) {
    auto shard = open();
    disk_->fail_writes(1, fault);
    ASSERT_TRUE(commit(*shard, event("x")));
    EXPECT_FALSE(shard->broken());
    ASSERT_TRUE(commit(*shard, event("y")));
    EXPECT_EQ(outbox(*shard), fault == Disk::Fault::unknown_before ? "1x2y" : "3x4y");
    shard->published(100);
    ASSERT_TRUE(commit(*shard, put("z", 1)));
  }
}

TEST_F(ShardTest, an_outcome_that_stays_unknown_breaks_the_shard_with_that_error) {
  auto shard = open();
  disk_->fail_writes(100, Disk::Fault::unknown_before);
  const auto result = commit(*shard, put("a", 1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unknown_outcome);
  EXPECT_TRUE(shard->broken());
}

TEST_F(ShardTest, a_full_disk_answers_unavailable_and_leaves_nothing) {
  auto shard = open();
  disk_->set_full(true);
  const auto result = commit(*shard, put("a", 1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(result.error().code, "storage.no_space");
  EXPECT_TRUE(shard->broken());
  disk_->set_full(false);
  shard = open();
  EXPECT_FALSE(find("a"));
  EXPECT_TRUE(commit(*shard, put("a", 1)));
}

TEST_F(ShardTest, events_keep_their_order_and_leave_once_published) {
  auto shard = open();
  int bells = 0;
  shard->on_events([&bells] { ++bells; });
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(commit(*shard, event(key)));
  EXPECT_EQ(bells, 3);
  EXPECT_EQ(outbox(*shard), "1a2b3c");
  EXPECT_EQ(outbox(*shard, 1), "2b3c");
  shard->published(2);
  EXPECT_EQ(outbox(*shard), "3c");
  shard = open();
  EXPECT_EQ(outbox(*shard), "1a2b3c") << "the mark goes with a later commit";
  shard->published(2);
  ASSERT_TRUE(commit(*shard, put("k", 1)));
  shard = open();
  EXPECT_EQ(outbox(*shard), "3c");
  ASSERT_TRUE(commit(*shard, event("d")));
  EXPECT_EQ(outbox(*shard), "3c4d") << "read from the disk and from memory alike";
}

TEST_F(ShardTest, published_outbox_rows_are_erased_in_ranges) {
  auto shard = open();
  std::uint64_t most = 0;
  for (std::uint64_t i = 1; i <= 2000; ++i) {
    ASSERT_TRUE(commit(*shard, event("k")));
    shard->published(i);
    if (i % 100) continue;
    const auto rows = world_.run(table_->scan({&kFamily, shard->address().partition(), kOutboxKind, "", "", false, 10'000}));
    most = std::max<std::uint64_t>(most, rows->rows.size());
  }
  EXPECT_LE(most, 260u);
}

TEST_F(ShardTest, marks_are_kept_and_never_go_back) {
  auto shard = open();
  EXPECT_EQ(shard->mark("timers"), 0u);
  shard->set_mark("timers", 7);
  ASSERT_TRUE(commit(*shard, put("k", 1)));
  shard = open();
  EXPECT_EQ(shard->mark("timers"), 7u);
  EXPECT_DEATH(shard->set_mark("timers", 6), "invariant");
}

/// One process that counts on: each answer it gets is a promise. Whatever instant it dies at, and however, the next
/// owner finds every promised number and at most the one that was under way.
TEST(ShardCrash, at_every_step_leaves_what_was_promised) {
  for (const bool power : {false, true}) {
    for (std::uint64_t steps = 1; steps < 400; ++steps) {
      runtime::SimulatedWorld world(steps);
      auto disk = std::make_shared<Disk>();
      auto& process = world.process("owner");
      auto table = memory::open_table(process.runtime(), disk);
      std::uint64_t promised = 0;
      auto count = [](runtime::Runtime& runtime, Table& where, std::uint64_t& out) -> boost::asio::awaitable<void> {
        ShardAddress address{&kFamily, "svc", 3};
        auto shard = co_await Shard::open(runtime, where, address);
        for (std::uint64_t i = 1; shard; ++i) {
          Decision decision = put("n", i, std::to_string(i));
          decision.events.push_back({"t", "t", "n", std::to_string(i), 0});
          Result<void> done = co_await (*shard)->commit(std::move(decision));
          if (!done) break;
          out = i;
        }
      };
      runtime::spawn(process.runtime().executor, count(process.runtime(), *table, promised));
      for (std::uint64_t i = 0; i < steps; ++i) ASSERT_TRUE(world.step());
      process.kill();
      if (power) disk->crash();

      auto next = memory::open_table(world.runtime(), disk);
      auto shard = world.run(Shard::open(world.runtime(), *next, {&kFamily, "svc", 3}));
      ASSERT_TRUE(shard);
      const auto row = *world.run(next->find(kFamily, (*shard)->address().partition(), {kCounter, "n"}));
      const std::uint64_t found = row ? row->version : 0;
      EXPECT_GE(found, promised) << steps;
      EXPECT_LE(found, promised + 1) << steps;
      const auto events = *world.run((*shard)->outbox(0, 10'000));
      EXPECT_EQ(events.size(), found) << "row and event are one commit";
    }
  }
}

/// Two processes that believe they own the shard, each taking it over again when it loses it. Every number that one of
/// them was promised is there, in one line without a gap or a double.
TEST(ShardFence, two_owners_never_both_commit) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    runtime::SimulatedWorld world(seed);
    auto disk = std::make_shared<Disk>();
    std::vector<std::shared_ptr<Table>> tables;
    std::uint64_t promised = 0;
    auto count = [](runtime::Runtime& runtime, Table& table, std::uint64_t& out) -> boost::asio::awaitable<void> {
      for (int round = 0; round < 5; ++round) {
        ShardAddress address{&kFamily, "svc", 3};
        auto shard = co_await Shard::open(runtime, table, address);
        if (!shard) continue;
        const std::string partition = (*shard)->address().partition();
        RowKey at{kCounter, "n"};
        auto row = co_await table.find(kFamily, partition, at);
        if (!row) continue;
        std::uint64_t n = *row ? (*row)->version : 0;
        for (int i = 0; i < 5; ++i) {
          ++n;
          Decision decision = put("n", n);
          decision.mutations.push_back(Put{{{kQueue, KeyWriter().u64(n).take()}, 1, ""}});
          Result<void> done = co_await (*shard)->commit(std::move(decision));
          if (!done) break;
          ++out;
          co_await runtime::sleep_for(runtime, Duration(static_cast<std::int64_t>(runtime.random.below(3000))));
        }
      }
    };
    for (int i = 0; i < 2; ++i) {
      auto& process = world.process("owner" + std::to_string(i));
      tables.push_back(memory::open_table(process.runtime(), disk));
      runtime::spawn(process.runtime().executor, count(process.runtime(), *tables.back(), promised));
    }
    while (world.step()) {
    }
    const auto& table = tables[0];
    const std::string partition = ShardAddress{&kFamily, "svc", 3}.partition();
    auto rows = world.run(table->scan({&kFamily, partition, kQueue, "", "", false, 10'000}));
    auto last = world.run(table->find(kFamily, partition, {kCounter, "n"}));
    EXPECT_EQ(rows->rows.size(), promised) << seed;
    EXPECT_EQ((*last)->version, promised) << seed;
    EXPECT_GT(promised, 10u);
  }
}

}  // namespace
}  // namespace pps::storage
