#include "storage/records.hpp"

#include <gtest/gtest.h>

#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "storage/claims.hpp"
#include "storage/memory/memory.hpp"

namespace pps::storage {
namespace {

constexpr Family kUsers{"users", FamilyUse::conditional};
constexpr Family kClaims{"claims", FamilyUse::conditional};

struct User {
  static constexpr RowKind kKind = 5;
  std::string name;
  std::int64_t visits = 0;
  static constexpr auto columns() { return std::tuple(column<1>(&User::name), column<2>(&User::visits)); }
};

class RecordsTest : public testing::Test {
 protected:
  template <class T>
  Result<T> run(Task<T> task) {
    return world_.run(std::move(task));
  }
  std::string code(Task<void> task) {
    const auto result = run(std::move(task));
    return result ? "" : result.error().code;
  }
  Task<void> claim(std::string value, std::string record) {
    return claims_.claim("email", std::move(value), std::move(record), claimant_of(users_));
  }
  runtime::SimulatedWorld world_{5};
  std::shared_ptr<memory::Disk> disk_ = std::make_shared<memory::Disk>();
  std::shared_ptr<Table> table_ = memory::open_table(world_.runtime(), disk_);
  Records<User> users_{*table_, kUsers, "auth", 4};
  Claims claims_{world_.runtime(), *table_, kClaims};
};

TEST_F(RecordsTest, live_through_insert_update_and_erase) {
  EXPECT_EQ(code(users_.insert("u1", {"Ann", 0})), "");
  EXPECT_EQ(code(users_.insert("u1", {"Bob", 0})), "record.exists");
  EXPECT_EQ(*run(users_.update("u1", 1, {"Anna", 1})), 2u);
  EXPECT_EQ(run(users_.update("u1", 1, {"late", 1})).error().code, "record.changed");
  const auto found = *run(users_.find("u1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.name, "Anna");
  EXPECT_EQ(found->version, 2u);
  EXPECT_EQ(code(users_.erase("u1", 1)), "record.changed");
  EXPECT_EQ(code(users_.erase("u1", 2)), "");
  EXPECT_FALSE(*run(users_.find("u1")));
  EXPECT_EQ(run(users_.update("u1", 2, {"gone", 1})).error().code, "record.changed");
}

TEST_F(RecordsTest, concurrent_changes_all_count) {
  ASSERT_TRUE(run(users_.insert("u1", {"Ann", 0})));
  auto all = [](Records<User> users) -> Task<std::vector<Result<Versioned<User>>>> {
    std::vector<Task<Versioned<User>>> tasks;
    std::function<Result<void>(User&)> visit = [](User& user) -> Result<void> {
      ++user.visits;
      return {};
    };
    for (int i = 0; i < 10; ++i) tasks.push_back(users.change("u1", visit));
    co_return co_await runtime::all_of(std::move(tasks));
  };
  const auto results = *run(all(users_));
  for (const auto& result : results) EXPECT_TRUE(result);
  EXPECT_EQ((*run(users_.find("u1")))->value.visits, 10);
  const auto refuse = [](User&) -> Result<void> { return fail(ErrorKind::forbidden, "no"); };
  EXPECT_EQ(run(users_.change("u1", refuse)).error().code, "no");
  EXPECT_EQ(run(users_.change("u2", refuse)).error().code, "record.not_found");
}

TEST_F(RecordsTest, pages_go_through_a_shard_in_order) {
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(run(users_.insert("u" + std::to_string(10 + i), {"n", i})));
  std::size_t seen = 0;
  for (std::uint16_t shard = 0; shard < users_.shards(); ++shard) {
    std::string after;
    for (bool more = true; more;) {
      const auto page = *run(users_.page(shard, after, 3));
      for (const auto& [id, record] : page.records) {
        EXPECT_EQ(users_.shard(id), shard);
        EXPECT_GT(id, after);
        ++seen;
      }
      after = page.last;
      more = page.more;
    }
  }
  EXPECT_EQ(seen, 40u);
}

TEST_F(RecordsTest, a_buried_id_is_never_inserted) {
  EXPECT_EQ(code(users_.bury("u1")), "");
  EXPECT_EQ(code(users_.bury("u1")), "") << "idempotent";
  EXPECT_EQ(code(users_.insert("u1", {})), "record.exists");
  EXPECT_FALSE(*run(users_.find("u1")));
  EXPECT_FALSE(*run(users_.exists("u1")));
  ASSERT_TRUE(run(users_.insert("u2", {})));
  EXPECT_EQ(code(users_.bury("u2")), "record.exists");
}

TEST_F(RecordsTest, a_claimed_value_belongs_to_one_record) {
  EXPECT_EQ(code(claim("a@x", "u1")), "");
  EXPECT_EQ(code(claim("a@x", "u1")), "") << "idempotent";
  EXPECT_EQ(code(claim("a@x", "u2")), "claim.taken");
  EXPECT_EQ(code(claim("b@x", "u2")), "");
  ASSERT_TRUE(run(users_.insert("u1", {})));
  world_.run_for(std::chrono::minutes(10));
  EXPECT_EQ(code(claim("a@x", "u2")), "claim.taken") << "its record is there";
  EXPECT_EQ(*run(claims_.holder("email", "a@x")), "u1");
  ASSERT_TRUE(run(claims_.release("email", "a@x", "u2")));
  EXPECT_EQ(*run(claims_.holder("email", "a@x")), "u1") << "only its holder gives it back";
  ASSERT_TRUE(run(claims_.release("email", "a@x", "u1")));
  EXPECT_EQ(code(claim("a@x", "u2")), "");
}

TEST_F(RecordsTest, a_claim_without_its_record_is_taken_over_after_a_minute_and_the_late_record_fails) {
  ASSERT_TRUE(run(claim("a@x", "dead")));
  world_.run_for(std::chrono::seconds(59));
  EXPECT_EQ(code(claim("a@x", "u2")), "claim.taken");
  world_.run_for(std::chrono::seconds(2));
  EXPECT_EQ(code(claim("a@x", "u2")), "");
  EXPECT_EQ(code(users_.insert("dead", {})), "record.exists") << "buried before the claim was taken";
  EXPECT_EQ(code(users_.insert("u2", {})), "");
}

/// A slow writer inserts its record at the moment its claim is taken over, for many interleavings: never two records.
TEST(ClaimsRace, a_take_over_and_a_late_insert_never_both_win) {
  int slow_won = 0;
  int fast_won = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    runtime::SimulatedWorld world(seed);
    auto table = memory::open_table(world.runtime(), std::make_shared<memory::Disk>());
    const Records<User> users(*table, kUsers, "auth", 4);
    Claims claims(world.runtime(), *table, kClaims);
    ASSERT_TRUE(world.run(claims.claim("email", "a@x", "slow", claimant_of(users))));
    world.run_for(std::chrono::seconds(61));
    auto fast = [](Claims& all, Records<User> records) -> Task<void> {
      Claimant claimant = claimant_of(records);
      Result<void> claimed = co_await all.claim("email", "a@x", "fast", claimant);
      if (!claimed) co_return claimed;
      User user;
      co_return co_await records.insert("fast", user);
    };
    auto slow = [&world](Records<User> records) -> Task<void> {
      co_await runtime::sleep_for(world.runtime(), Duration(static_cast<std::int64_t>(world.below(2) * 3'000)));
      User user;
      co_return co_await records.insert("slow", user);
    };
    auto both = [&fast, &slow](Claims& all, Records<User> records) -> Task<std::vector<Result<void>>> {
      std::vector<Task<void>> tasks;
      tasks.push_back(slow(records));
      tasks.push_back(fast(all, records));
      co_return co_await runtime::all_of(std::move(tasks));
    };
    const auto results = *world.run(both(claims, users));
    EXPECT_NE(results[0].has_value(), results[1].has_value()) << seed;
    slow_won += results[0].has_value();
    fast_won += results[1].has_value();
  }
  EXPECT_GT(slow_won, 0);
  EXPECT_GT(fast_won, 0);
}

}  // namespace
}  // namespace pps::storage
