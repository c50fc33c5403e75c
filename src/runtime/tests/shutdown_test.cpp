#include "runtime/shutdown.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "runtime/loop.hpp"
#include "runtime/simulated.hpp"

namespace pps::runtime {
namespace {

using namespace std::chrono_literals;

struct ShutdownTest : testing::Test {
  Shutdown::Step step(std::string name, Duration takes, bool good = true) {
    return [this, name, takes, good](Duration) -> Task<void> {
      log.push_back(name + " begins");
      co_await sleep_for(world.runtime(), takes);
      log.push_back(name + " ends");
      if (!good) co_return fail(ErrorKind::internal, "x", "broken");
      co_return Result<void>();
    };
  }
  Duration run(Shutdown& shutdown) {
    auto wait = [](Shutdown& s) -> Task<int> {
      co_await s.wait();
      co_return 0;
    };
    EXPECT_TRUE(world.run(wait(shutdown)));
    return world.monotonic();
  }
  SimulatedWorld world{1};
  std::vector<std::string> log;
};

TEST_F(ShutdownTest, takes_its_steps_in_order_and_goes_on_after_a_broken_one) {
  Shutdown shutdown(world.runtime(), 10s);
  shutdown.add("a", step("a", 1s));
  shutdown.add("b", step("b", 1s, false));
  shutdown.add("c", step("c", 1s));
  EXPECT_FALSE(shutdown.has_begun());
  shutdown.begin("test");
  EXPECT_TRUE(shutdown.has_begun());
  EXPECT_EQ(run(shutdown), 3s);
  EXPECT_EQ(log, (std::vector<std::string>{"a begins", "a ends", "b begins", "b ends", "c begins",
                                           "c ends"}));
}

TEST_F(ShutdownTest, leaves_what_is_late_behind) {
  Shutdown shutdown(world.runtime(), 10s);
  shutdown.add("slow", step("slow", 1h));
  shutdown.add("last", step("last", 0s));
  shutdown.begin("test");
  EXPECT_EQ(run(shutdown), 10s);
}

TEST_F(ShutdownTest, asked_twice_it_does_not_wait) {
  Shutdown shutdown(world.runtime(), 10s);
  shutdown.add("slow", step("slow", 5s));
  shutdown.add("never", step("never", 5s));
  shutdown.begin("first");
  const auto again = world.main().call_at(1s, [&] { shutdown.begin("second"); });
  EXPECT_EQ(run(shutdown), 1s);
  world.run_for(1h);
  EXPECT_EQ(log, (std::vector<std::string>{"slow begins", "slow ends"}));
}

TEST(SignalWatch, hears_both_signals_until_it_is_gone) {
  Loop loop;
  std::vector<std::string> heard;
  auto watch = std::make_unique<SignalWatch>(loop.runtime(), [&](std::string name) {
    heard.push_back(std::move(name));
    if (heard.size() == 1) std::raise(SIGINT);
    if (heard.size() == 2) loop.stop();
  });
  std::raise(SIGTERM);
  loop.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"SIGTERM", "SIGINT"}));
}

}  // namespace
}  // namespace pps::runtime
