#include "runtime/sync.hpp"

#include <gtest/gtest.h>

#include "runtime/loop.hpp"
#include "runtime/simulated.hpp"

namespace pps::runtime {
namespace {

Task<int> after(Runtime& runtime, Duration delay, int value) {
  co_await sleep_for(runtime, delay);
  co_return value;
}

TEST(Simulated, time_is_virtual_and_moves_only_with_timers) {
  SimulatedWorld world(1);
  const auto result = world.run(after(world.runtime(), std::chrono::hours(5), 7));
  EXPECT_EQ(*result, 7);
  EXPECT_EQ(world.monotonic(), Duration(std::chrono::hours(5)));
}

Task<std::vector<int>> gather(Runtime& runtime) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(after(runtime, std::chrono::milliseconds(10 * (5 - i)), i));
  const auto results = co_await all_of(std::move(tasks));
  std::vector<int> values;
  for (const auto& result : results) values.push_back(*result);
  co_return values;
}

TEST(AllOf, keeps_the_order_of_its_tasks_and_runs_them_together) {
  SimulatedWorld world(2);
  EXPECT_EQ(*world.run(gather(world.runtime())), (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(world.monotonic(), Duration(std::chrono::milliseconds(50)));
}

TEST(WithDeadline, answers_the_stated_kind_when_late) {
  SimulatedWorld world(3);
  auto& runtime = world.runtime();
  auto late = world.run(with_deadline(runtime, std::chrono::milliseconds(10), ErrorKind::unknown_outcome,
                                      after(runtime, std::chrono::seconds(1), 1)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::unknown_outcome);
  auto soon = world.run(with_deadline(runtime, world.monotonic() + std::chrono::seconds(2), ErrorKind::timeout,
                                      after(runtime, std::chrono::seconds(1), 1)));
  EXPECT_EQ(*soon, 1);
}

TEST(Simulated, the_same_seed_makes_the_same_choices) {
  const auto hash = [](std::uint64_t seed) {
    SimulatedWorld world(seed);
    (void)world.run(gather(world.runtime()));
    return std::pair(world.event_hash(), world.next());
  };
  EXPECT_EQ(hash(4), hash(4));
  EXPECT_NE(hash(4), hash(5));
}

TEST(Simulated, a_killed_process_runs_nothing_more) {
  SimulatedWorld world(6);
  auto& victim = world.process("victim");
  int ran = 0;
  boost::asio::post(victim.runtime().executor, [&] { ++ran; });
  const auto timer = victim.call_at(std::chrono::seconds(1), [&] { ++ran; });
  victim.kill();
  boost::asio::post(victim.runtime().executor, [&] { ++ran; });
  world.run_for(std::chrono::seconds(2));
  EXPECT_EQ(ran, 0);
}

TEST(Loop, runs_blocking_work_on_a_pool_and_comes_back) {
  Loop loop;
  auto& runtime = loop.runtime();
  std::optional<Result<int>> got;
  auto main = [&]() -> boost::asio::awaitable<void> {
    std::function<Result<int>()> work = [] { return Result<int>(42); };
    got = co_await run_on<int>(runtime, runtime.pool, work);
    co_await sleep_for(runtime, std::chrono::milliseconds(1));
    loop.stop();
  };
  spawn(runtime.executor, main());
  loop.run();
  ASSERT_TRUE(got);
  EXPECT_EQ(**got, 42);
}

}  // namespace
}  // namespace pps::runtime
