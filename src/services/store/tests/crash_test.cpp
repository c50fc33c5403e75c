#include <map>

#include "shop.hpp"

/// The store killed between any two steps of a purchase's life: what was answered stays true, and
/// repeated from the start everything ends the same.
namespace pps::store::testing {
namespace {

using namespace std::chrono_literals;
const Sku kBook{"book"};

struct Answers {
  std::vector<std::string> said;
  bool complete = false;
};

/// Two lines that go different ways, a tombstone, and the operator between them.
boost::asio::awaitable<void> life(std::shared_ptr<StoreService> store,
                                  std::shared_ptr<Answers> answers) {
  using Call = std::function<Task<EffectReply>()>;
  const auto reserve = [store](std::uint64_t n, std::int64_t quantity) -> Call {
    return [=] {
      return store->reserve({}, {reserving(n), kBook, quantity, 4'102'444'800'000'000});
    };
  };
  const auto of_hold = [store](std::uint64_t n, auto verb) -> Call {
    return [=] { return ((*store).*verb)({}, {reserving(n), kBook, 0}); };
  };
  const Call prepare = [=] {
    return store->prepare_instance({}, {.effect = preparing(1),
                                        .owner = customer(1),
                                        .purchase = purchase(1),
                                        .sku = kBook,
                                        .name = "Book"});
  };
  const Call release = [=] {
    return store->release_instance({}, {preparing(1), customer(1), {"KEY"}, "T-1"});
  };
  StockChange change{kBook, 10, "first", "clerk", ""};
  Result<StockLevel> level = co_await store->receive({}, change);
  answers->said.push_back(level ? sums(*level) : level.error().code);
  const std::vector<Call> calls{reserve(1, 2),
                                reserve(2, 3),
                                reserve(3, 100),
                                of_hold(4, &StoreService::unreserve),
                                reserve(4, 1),
                                prepare,
                                of_hold(1, &StoreService::commit_hold),
                                of_hold(2, &StoreService::unreserve),
                                of_hold(1, &StoreService::consume),
                                release};
  for (const auto& call : calls) {
    Task<EffectReply> task = call();
    Result<EffectReply> reply = co_await std::move(task);
    answers->said.push_back(said(reply));
  }
  change = {kBook, -1, "second", "clerk", ""};
  level = co_await store->adjust({}, change);
  answers->said.push_back(level ? sums(*level) : level.error().code);
  answers->complete = true;
}

const std::vector<std::string> kFirst{"10 0 0", "done",
                                      "done",   "refused stock.insufficient",
                                      "undone", "undone already_undone",
                                      "done",   "done",
                                      "undone", "done",
                                      "done",   "7 0 0"};

class Crash : public ::testing::TestWithParam<bool> {};
TEST_P(Crash, at_any_step_loses_nothing_that_was_answered) {
  bool reached_the_end = false;
  int at = 0;
  for (; !reached_the_end; ++at) {
    ASSERT_LT(at, 2000) << "the life never ends";
    runtime::SimulatedWorld world(static_cast<std::uint64_t>(at) * 13 + 5);
    auto disk = std::make_shared<storage::memory::Disk>();
    auto first = std::make_unique<Shop>(world, disk, "first");
    first->open();
    auto before = std::make_shared<Answers>();
    runtime::spawn(first->runtime.executor, life(first->service, before));
    for (int step = 0; step < at; ++step) world.step();
    reached_the_end = before->complete && at % 10 == 0;
    first->kill(GetParam());
    for (std::size_t n = 0; n < before->said.size(); ++n) ASSERT_EQ(before->said[n], kFirst[n]);

    Shop second(world, disk, "second");
    second.open();
    // What was answered is there before anybody repeats it.
    const auto known = [&](std::uint64_t n) {
      Result<EffectReply> reply =
          world.run(second.service->find_hold({}, {reserving(n), kBook, 0}));
      return said(reply);
    };
    if (before->said.size() >= 2) {
      ASSERT_TRUE(known(1).starts_with("done")) << at;
    }
    if (before->said.size() >= 4) {
      ASSERT_EQ(known(3), "refused stock.insufficient") << at;
    }
    if (before->said.size() >= 5) {
      ASSERT_EQ(known(4), "undone already_undone") << at;
    }
    if (before->said.size() >= 10) {
      ASSERT_EQ(known(1), "done consumed") << at;
    }

    auto again = std::make_shared<Answers>();
    runtime::spawn(second.runtime.executor, life(second.service, again));
    ASSERT_TRUE(world.run_until([&] { return again->complete; }, 1min));
    std::vector<std::string> expected = kFirst;
    if (again->said[2] != "done")
      expected[2] = "undone already_undone";  // it was given back before
    ASSERT_EQ(again->said, expected) << "killed after " << at << " steps";
    world.run_for(1s);

    Result<LevelsReply> levels = world.run(second.service->levels({}, {{kBook}}));
    ASSERT_EQ(sums(levels->levels.at(0)), "7 0 0") << "killed after " << at << " steps";
    ASSERT_EQ(known(1), "done consumed");
    ASSERT_EQ(known(2), "undone already_undone");
    Result<OwnedPage> page = world.run(second.service->list_owned({}, {.owner = customer(1)}));
    ASSERT_EQ(page->items.size(), 1u);
    ASSERT_EQ(page->items[0].licence_keys, std::vector<std::string>{"KEY"});
    Result<MovementsReply> movements = world.run(second.service->movements({}, {kBook, {}, 100}));
    ASSERT_EQ(movements->items.size(), 7u) << "each change is in the ledger once";
    for (std::size_t n = 0; n < 7; ++n)
      ASSERT_EQ(movements->items[n].seq, 7 - static_cast<std::int64_t>(n));
  }
  EXPECT_GT(at, 100);
}
INSTANTIATE_TEST_SUITE_P(KillOrPower, Crash, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "power_loss" : "kill"; });

}  // namespace
}  // namespace pps::store::testing
