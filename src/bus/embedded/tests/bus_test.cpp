#include <gtest/gtest.h>

#include "bus/embedded/embedded.hpp"
#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "storage/memory/memory.hpp"

namespace pps::bus {
namespace {

using memory_disk = storage::memory::Disk;
constexpr storage::Family kLive{"svc_live", storage::FamilyUse::conditional};

Bus::Entry entry(std::uint64_t seq, std::string key, std::string body = "", std::string topic = "t",
                 std::string outbox = "svc/1") {
  return {outbox + "/" + std::to_string(seq), {std::move(topic), "type", std::move(key), std::move(body), 0}};
}

class BusTest : public testing::Test {
 protected:
  void reopen(embedded::Options options = {}) {
    bus_.reset();
    table_ = storage::memory::open_table(world_.runtime(), disk_);
    tables_.push_back(table_);
    bus_ = embedded::open(world_.runtime(), table_, options);
  }
  void SetUp() override { reopen(); }
  Result<void> append(std::vector<Bus::Entry> entries) { return world_.run(bus_->append(std::move(entries))); }
  /// Collects "key " of what a group is given.
  Consumer collect(std::string& out) {
    return [&out](std::vector<Delivered> batch) -> Task<void> {
      for (const auto& one : batch) out += one.event.key + " ";
      co_return Result<void>{};
    };
  }
  void settle() { world_.run_for(std::chrono::seconds(30)); }
  std::uint64_t lag(std::string group, std::string topic = "t") { return *world_.run(bus_->lag(topic, group)); }

  runtime::SimulatedWorld world_{17};
  std::shared_ptr<memory_disk> disk_ = std::make_shared<memory_disk>();
  std::vector<std::shared_ptr<storage::Table>> tables_;
  std::shared_ptr<storage::Table> table_;
  std::shared_ptr<Bus> bus_;
};

TEST_F(BusTest, every_group_gets_every_entry_of_its_topic_in_order) {
  std::string a, b, other;
  bus_->subscribe("t", "a", collect(a));
  ASSERT_TRUE(append({entry(1, "1"), entry(2, "x", "", "other"), entry(3, "2")}));
  ASSERT_TRUE(append({entry(4, "3")}));
  bus_->subscribe("t", "b", collect(b));
  bus_->subscribe("other", "a", collect(other));
  settle();
  EXPECT_EQ(a, "1 2 3 ");
  EXPECT_EQ(b, "1 2 3 ") << "a new group begins at the oldest entry";
  EXPECT_EQ(other, "x ");
  EXPECT_EQ(lag("a"), 0u);
}

TEST_F(BusTest, a_group_goes_on_where_it_was_after_a_restart) {
  std::string first, second;
  bus_->subscribe("t", "a", collect(first));
  ASSERT_TRUE(append({entry(1, "1"), entry(2, "2")}));
  settle();
  reopen();
  ASSERT_TRUE(append({entry(3, "3")}));
  EXPECT_EQ(lag("a"), 1u);
  bus_->subscribe("t", "a", collect(second));
  settle();
  EXPECT_EQ(first, "1 2 ");
  EXPECT_EQ(second, "3 ");
}

TEST_F(BusTest, repeated_entries_are_dropped_also_after_a_restart) {
  std::string got;
  ASSERT_TRUE(append({entry(1, "1"), entry(2, "2")}));
  ASSERT_TRUE(append({entry(1, "1"), entry(2, "2"), entry(3, "3")}));
  reopen();
  ASSERT_TRUE(append({entry(2, "2"), entry(3, "3"), entry(4, "4")}));
  ASSERT_TRUE(append({entry(1, "other", "", "t", "svc/2")})) << "another outbox counts for itself";
  bus_->subscribe("t", "a", collect(got));
  settle();
  EXPECT_EQ(got, "1 2 3 4 other ");
}

TEST_F(BusTest, an_unknown_outcome_neither_loses_nor_doubles) {
  std::string got;
  for (const auto fault : {memory_disk::Fault::unknown_before, memory_disk::Fault::unknown_after}) {
    disk_->fail_writes(1, fault);
    const std::uint64_t seq = fault == memory_disk::Fault::unknown_before ? 1 : 2;
    EXPECT_TRUE(append({entry(seq, std::to_string(seq))}));
  }
  bus_->subscribe("t", "a", collect(got));
  settle();
  EXPECT_EQ(got, "1 2 ");
}

TEST_F(BusTest, a_failing_batch_comes_again_with_growing_pauses_and_stops_only_its_own_group) {
  std::vector<Duration> tries;
  std::string after, healthy;
  bool poison = true;
  bus_->subscribe("t", "poisoned", [&](std::vector<Delivered> batch) -> Task<void> {
    tries.push_back(world_.monotonic());
    if (poison) co_return fail(ErrorKind::internal, "broken");
    for (const auto& one : batch) after += one.event.key + " ";
    co_return Result<void>{};
  });
  bus_->subscribe("t", "healthy", collect(healthy));
  ASSERT_TRUE(append({entry(1, "1")}));
  world_.run_for(std::chrono::minutes(1));
  ASSERT_TRUE(append({entry(2, "2")}));
  world_.run_for(std::chrono::minutes(1));
  EXPECT_EQ(healthy, "1 2 ");
  ASSERT_GT(tries.size(), 8u);
  EXPECT_LT(tries.size(), 25u);
  EXPECT_GE(tries[1] - tries[0], Duration(std::chrono::milliseconds(100)));
  EXPECT_GE(tries[8] - tries[7], Duration(std::chrono::seconds(10)));
  EXPECT_EQ(lag("poisoned"), 2u);
  poison = false;
  world_.run_for(std::chrono::seconds(20));
  EXPECT_EQ(after, "1 2 ");
  EXPECT_EQ(lag("poisoned"), 0u);
}

TEST_F(BusTest, entries_larger_than_a_commit_together_are_cut_and_kept_in_order) {
  std::vector<Bus::Entry> entries;
  std::string expected, got;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    entries.push_back(entry(i, std::to_string(i), std::string(300'000, 'x')));
    expected += std::to_string(i) + " ";
  }
  ASSERT_TRUE(append(entries));
  bus_->subscribe("t", "a", collect(got));
  settle();
  EXPECT_EQ(got, expected);
}

TEST_F(BusTest, an_origin_that_is_none_is_refused) {
  for (const char* origin : {"", "svc", "svc/1/x", "svc/1/0", "/1", "svc/1/"}) {
    Bus::Entry wrong = entry(1, "1");
    wrong.origin = origin;
    const auto result = append({wrong});
    ASSERT_FALSE(result) << origin;
    EXPECT_EQ(result.error().code, "bus.origin");
  }
}

TEST_F(BusTest, old_entries_go_once_every_group_has_them) {
  reopen({.keep = 100});
  std::string slow, late;
  bool blocked = true;
  bus_->subscribe("t", "slow", [&](std::vector<Delivered> batch) -> Task<void> {
    if (blocked) co_return fail(ErrorKind::unavailable, "later");
    for (const auto& one : batch) slow += one.event.key;
    co_return Result<void>{};
  });
  settle();
  std::uint64_t seq = 0;
  const auto fill = [&](int commits) {
    for (int i = 0; i < commits; ++i) {
      std::vector<Bus::Entry> entries;
      for (int k = 0; k < 100; ++k) entries.push_back(entry(++seq, "."));
      ASSERT_TRUE(append(std::move(entries)));
    }
  };
  fill(30);
  bus_->subscribe("t", "all", collect(late));
  settle();
  EXPECT_EQ(late.size(), 2u * 3000) << "the slow group holds everything back";
  blocked = false;
  settle();
  EXPECT_EQ(slow.size(), 3000u);
  fill(1);
  settle();
  std::string rest;
  bus_->subscribe("t", "new", collect(rest));
  settle();
  EXPECT_EQ(rest.size(), 2u * 200);
  EXPECT_EQ(lag("unborn"), 200u);
}

TEST_F(BusTest, two_processes_on_one_log_never_share_an_offset) {
  auto other = embedded::open(world_.runtime(), table_, {});
  std::vector<Task<void>> tasks;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    tasks.push_back((i % 2 ? bus_ : other)->append({entry(i, std::to_string(i), "", "t", "svc/" + std::to_string(i))}));
  }
  auto all = [](std::vector<Task<void>> many) -> Task<std::vector<Result<void>>> {
    co_return co_await runtime::all_of(std::move(many));
  };
  const auto results = *world_.run(all(std::move(tasks)));
  for (const auto& result : results) EXPECT_TRUE(result);
  std::string got;
  bus_->subscribe("t", "a", collect(got));
  settle();
  EXPECT_EQ(std::ranges::count(got, ' '), 20);
}

TEST_F(BusTest, what_another_process_appends_is_heard_though_this_one_appends_nothing) {
  std::string here;
  bus_->subscribe("t", "a", collect(here));
  ASSERT_TRUE(append({entry(1, "1")}));
  settle();
  auto other = embedded::open(world_.runtime(), storage::memory::open_table(world_.runtime(), disk_), {});
  ASSERT_TRUE(world_.run(other->append({entry(2, "2")})));
  settle();
  EXPECT_EQ(here, "1 2 ");
}

/// Shard → relay → log → consumer, killed at every step with and without loss of power: what was committed arrives, in
/// order, once in the log.
TEST(RelayCrash, at_every_step_carries_each_event_once_and_in_order) {
  for (const bool power : {false, true}) {
    for (std::uint64_t steps = 1; steps < 500; steps += 3) {
      runtime::SimulatedWorld world(steps);
      auto disk = std::make_shared<memory_disk>();
      auto& process = world.process("first");
      auto table = storage::memory::open_table(process.runtime(), disk);
      auto bus = embedded::open(process.runtime(), table, {});
      std::uint64_t promised = 0;
      auto work = [](runtime::Runtime& runtime, std::shared_ptr<storage::Table> where, std::shared_ptr<Bus> log,
                     std::uint64_t& out) -> boost::asio::awaitable<void> {
        storage::ShardAddress address{&kLive, "svc", 1};
        auto shard = co_await storage::Shard::open(runtime, *where, address);
        if (!shard) co_return;
        Relay relay(runtime, *shard, log);
        for (std::uint64_t i = 1;; ++i) {
          storage::Decision decision;
          decision.events.push_back({"t", "type", std::to_string(i), "", 0});
          Result<void> done = co_await (*shard)->commit(std::move(decision));
          if (!done) break;
          out = i;
        }
      };
      runtime::spawn(process.runtime().executor, work(process.runtime(), table, bus, promised));
      for (std::uint64_t i = 0; i < steps; ++i) ASSERT_TRUE(world.step());
      process.kill();
      if (power) disk->crash();

      auto& second = world.process("second");
      auto next = storage::memory::open_table(second.runtime(), disk);
      auto log = embedded::open(second.runtime(), next, {});
      std::vector<std::string> got;
      log->subscribe("t", "g", [&got](std::vector<Delivered> batch) -> Task<void> {
        for (const auto& one : batch) got.push_back(one.event.key);
        co_return Result<void>{};
      });
      auto shard = *world.run(storage::Shard::open(second.runtime(), *next, {&kLive, "svc", 1}));
      Relay relay(second.runtime(), shard, log);
      world.run_for(std::chrono::seconds(5));
      ASSERT_GE(got.size(), promised) << steps;
      ASSERT_LE(got.size(), promised + 1) << steps;
      for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], std::to_string(i + 1)) << steps;
    }
  }
}

}  // namespace
}  // namespace pps::bus
