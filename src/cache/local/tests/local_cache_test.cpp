#include "cache/local/local_cache.hpp"

#include <gtest/gtest.h>

#include "runtime/simulated.hpp"

namespace pps::cache {
namespace {

struct LocalCacheTest : testing::Test {
  runtime::SimulatedWorld world{1};
  std::shared_ptr<Cache> cache =
      make_local_cache(world.runtime(), {.name = "test", .max_bytes = 8'000, .ttl = std::chrono::seconds(10)});
  int loads = 0;

  Load text(std::string value, Duration takes = {}) {
    return [this, value, takes]() { return make(value, takes); };
  }
  Task<Entry> make(std::string value, Duration takes) {
    ++loads;
    co_await runtime::sleep_for(world.runtime(), takes);
    co_return Entry{std::make_shared<const std::string>(value), value.substr(0, 4)};
  }
  std::string get(std::string key, std::string fresh) {
    Result<Entry> entry = world.run(cache->get_or_load(std::move(key), text(std::move(fresh))));
    return entry ? *entry->bytes : entry.error().code;
  }
};

TEST_F(LocalCacheTest, KeepsWhatWasLoaded) {
  EXPECT_EQ(get("a", "1"), "1");
  EXPECT_EQ(get("a", "2"), "1");
  EXPECT_EQ(loads, 1);
}

TEST_F(LocalCacheTest, LoadsOnceForAllWhoWait) {
  std::vector<Task<Entry>> asks;
  for (int i = 0; i < 5; ++i) asks.push_back(cache->get_or_load("a", text("v", std::chrono::seconds(1))));
  int answered = 0;
  auto ask_all = [](std::vector<Task<Entry>> tasks, int& count) -> Task<void> {
    const auto results = co_await runtime::all_of(std::move(tasks));
    for (const auto& result : results) count += result && *result->bytes == "v" && result->tag == "v";
    co_return Result<void>{};
  };
  ASSERT_TRUE(world.run(ask_all(std::move(asks), answered)));
  EXPECT_EQ(answered, 5);
  EXPECT_EQ(loads, 1);
}

TEST_F(LocalCacheTest, InvalidationForgetsAndALoadUnderWayIsNotKept) {
  get("a", "1");
  cache->invalidate("a");
  EXPECT_EQ(get("a", "2"), "2");

  bool old_done = false;
  auto old_load = [](LocalCacheTest& test, bool& done) -> boost::asio::awaitable<void> {
    Load load = test.text("old", std::chrono::seconds(1));
    Result<Entry> entry = co_await test.cache->get_or_load("b", std::move(load));
    EXPECT_EQ(*entry->bytes, "old");
    done = true;
  };
  runtime::spawn(world.runtime().executor, old_load(*this, old_done));
  world.run_for(std::chrono::milliseconds(1));
  cache->invalidate("b");
  EXPECT_EQ(get("b", "new"), "new");  // does not join the load of before
  world.run_for(std::chrono::seconds(2));
  EXPECT_TRUE(old_done);
  EXPECT_EQ(get("b", "never"), "new");
}

TEST_F(LocalCacheTest, ErrorsReachTheCallerAndAreNotKept) {
  Load failing = []() -> Task<Entry> { co_return fail(ErrorKind::unavailable, "down"); };
  EXPECT_EQ(world.run(cache->get_or_load("a", failing)).error().code, "down");
  EXPECT_EQ(get("a", "1"), "1");
}

TEST_F(LocalCacheTest, OldValuesAreMadeAnew) {
  get("a", "1");
  world.run_for(std::chrono::seconds(11));
  EXPECT_EQ(get("a", "2"), "2");
}

TEST_F(LocalCacheTest, StaysWithinItsBytesAndDropsTheLeastRecentlyUsed) {
  const std::string large(820, 'x');  // with bookkeeping 8 of them fit
  for (int i = 0; i < 8; ++i) get("k" + std::to_string(i), large);
  get("k0", "used again");
  get("k8", large);
  EXPECT_EQ(get("k0", "gone"), large);
  EXPECT_EQ(get("k1", "gone"), "gone");
}

TEST_F(LocalCacheTest, AValueTooLargeIsAnsweredButNotKept) {
  EXPECT_EQ(get("a", std::string(2'000, 'x')).size(), 2'000u);
  EXPECT_EQ(get("a", "2"), "2");
}

}  // namespace
}  // namespace pps::cache
