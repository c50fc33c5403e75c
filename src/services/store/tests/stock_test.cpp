#include "shop.hpp"

/// Stock through the service: time, tombstones, settling, operators, a disk that fails.
namespace pps::store::testing {
namespace {

using namespace std::chrono_literals;
using Stock = StoreTest;

TEST_F(Stock, reserve_commit_consume_answer_the_same_live_and_settled) {
  stock(10);
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(reserve(1, 3), "done");
    if (pass == 0) {
      EXPECT_EQ(find(1), "done held");
    }
    EXPECT_EQ(commit(1), "done");
    if (pass == 0) {
      EXPECT_EQ(find(1), "done committed");
    }
    EXPECT_EQ(consume(1), "done");
    EXPECT_EQ(find(1), "done consumed");
    EXPECT_EQ(unreserve(1), "refused hold.consumed");
    EXPECT_EQ(sums(level()), "7 0 0");
    settle();
  }
  restart();
  EXPECT_EQ(reserve(1, 3), "done");
  EXPECT_EQ(find(1), "done consumed");
  EXPECT_EQ(sums(level()), "7 0 0");
}

TEST_F(Stock, a_due_hold_ends_by_itself_and_its_commit_is_refused) {
  stock(10);
  EXPECT_EQ(reserve(1, 3, 60s), "done");
  EXPECT_EQ(reserve(2, 2, 120s), "done");
  EXPECT_EQ(commit(2), "done");
  world.run_for(59s);
  EXPECT_EQ(sums(level()), "10 3 2");
  world.run_for(1s + 1ms);
  EXPECT_EQ(sums(level()), "10 0 2");
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(commit(1), "refused hold.expired");
    EXPECT_EQ(reserve(1, 3), "undone hold.expired");
    EXPECT_EQ(extend(1, 1h), "undone hold.expired");
    EXPECT_EQ(unreserve(1), "undone");
    EXPECT_EQ(find(1), "undone hold.expired");
    settle();
  }
  world.run_for(1h);
  EXPECT_EQ(sums(level()), "10 0 2") << "what is committed never expires";
}

TEST_F(Stock, a_hold_that_came_due_while_the_shop_was_down_ends_at_the_start) {
  stock(10);
  EXPECT_EQ(reserve(1, 3, 60s), "done");
  shop->kill(true);
  world.run_for(5min);
  shop.reset();
  restart();
  world.run_for(100ms);
  EXPECT_EQ(sums(level()), "10 0 0");
  EXPECT_EQ(commit(1), "refused hold.expired");
}

TEST_F(Stock, an_undo_before_the_action_wins_for_ever) {
  stock(10);
  EXPECT_EQ(unreserve(1), "undone");
  EXPECT_EQ(reserve(1, 3), "undone already_undone");
  EXPECT_EQ(commit(1), "undone already_undone");
  settle();
  EXPECT_EQ(reserve(1, 3), "undone already_undone");
  restart(true);
  EXPECT_EQ(reserve(1, 3), "undone already_undone");
  EXPECT_EQ(sums(level()), "10 0 0");
  Result<MovementsReply> movements = world.run(store().movements({}, {sku, {}, 50}));
  ASSERT_TRUE(movements);
  EXPECT_EQ(movements->items.size(), 1u) << "a tombstone moves no stock";
}

TEST_F(Stock, what_was_never_reserved_is_unknown_and_a_refusal_stays_one) {
  EXPECT_EQ(find(1), "unknown");
  EXPECT_EQ(commit(1), "refused hold.unknown");
  EXPECT_EQ(consume(1), "refused hold.unknown");
  EXPECT_EQ(extend(1, 1h), "refused hold.unknown");
  EXPECT_EQ(reserve(1, 1), "refused stock.insufficient") << "an untracked SKU has nothing";
  stock(10);
  EXPECT_EQ(reserve(1, 1), "refused stock.insufficient") << "the same effect answers the same";
  settle();
  EXPECT_EQ(reserve(1, 1), "refused stock.insufficient");
  EXPECT_EQ(reserve(2, 1), "done");
}

TEST_F(Stock, effects_of_purchases_older_than_90_days_are_refused) {
  stock(10);
  const EffectId old = effect_id(purchase(1, 1'767'225'600'000 - 91ll * 86'400'000), "reserve", 0);
  EXPECT_EQ(said(world.run(store().reserve({}, {old, sku, 1, in(1h)}))), "refused effect.too_old");
  EXPECT_EQ(said(world.run(store().unreserve({}, {old, sku, 0}))), "refused effect.too_old");
  EXPECT_EQ(sums(level()), "10 0 0");
  EXPECT_EQ(reserve(2, 4), "done");
  EXPECT_EQ(commit(2), "done");
  world.run_for(std::chrono::hours(24 * 91));
  EXPECT_EQ(reserve(2, 4), "done") << "a hold that is still open answers as before, however old";
  EXPECT_EQ(consume(2), "done");
}

TEST_F(Stock, wrong_requests_are_invalid) {
  stock(10);
  const auto code = [&](ReserveRequest request) {
    Result<EffectReply> reply = world.run(store().reserve({}, std::move(request)));
    if (reply) return std::string("accepted");
    return reply.error().fields.empty() ? reply.error().code : reply.error().fields[0].code;
  };
  EXPECT_EQ(code({EffectId{"nonsense"}, sku, 1, in(1h)}), "effect.malformed");
  EXPECT_EQ(code({reserving(1), Sku{"no such sku!"}, 1, in(1h)}), "sku.malformed");
  for (const std::int64_t quantity :
       {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1000}, INT64_MAX})
    EXPECT_EQ(code({reserving(1), sku, quantity, in(1h)}), "quantity.out_of_range");
  EXPECT_EQ(find(1), "unknown");
}

TEST_F(Stock, the_last_unit_goes_to_one_of_two) {
  stock(1);
  std::vector<std::string> answers;
  for (std::uint64_t n = 1; n <= 2; ++n) {
    auto one = [](std::shared_ptr<StoreService> service, ReserveRequest request,
                  std::vector<std::string>* out) -> boost::asio::awaitable<void> {
      Result<EffectReply> reply = co_await service->reserve({}, std::move(request));
      out->push_back(said(reply));
    };
    runtime::spawn(shop->runtime.executor,
                   one(shop->service, {reserving(n), sku, 1, in(1h)}, &answers));
  }
  ASSERT_TRUE(world.run_until([&] { return answers.size() == 2; }, 10s));
  std::ranges::sort(answers);
  EXPECT_EQ(answers, (std::vector<std::string>{"done", "refused stock.insufficient"}));
  EXPECT_EQ(sums(level()), "1 1 0");
}

TEST_F(Stock, two_hundred_buyers_of_a_hundred_with_repeats_get_exactly_a_hundred) {
  stock(100);
  std::map<std::string, std::string> first;
  std::size_t answered = 0;
  bool same = true;
  for (std::uint64_t n = 0; n < 600; ++n) {
    auto one = [](std::shared_ptr<StoreService> service, ReserveRequest request,
                  std::map<std::string, std::string>* out, std::size_t* count,
                  bool* agree) -> boost::asio::awaitable<void> {
      const std::string hold = request.hold.value;
      Result<EffectReply> reply = co_await service->reserve({}, std::move(request));
      const auto [it, fresh] = out->emplace(hold, said(reply));
      if (!fresh && it->second != said(reply)) *agree = false;
      ++*count;
    };
    runtime::spawn(shop->runtime.executor, one(shop->service, {reserving(n % 200), sku, 1, in(1h)},
                                               &first, &answered, &same));
  }
  ASSERT_TRUE(world.run_until([&] { return answered == 600; }, 60s));
  EXPECT_TRUE(same);
  EXPECT_EQ(std::ranges::count(first, "done", [](const auto& pair) { return pair.second; }), 100);
  EXPECT_EQ(sums(level()), "100 100 0");
  std::size_t listed = 0;
  std::string cursor;
  do {
    Result<HoldsReply> page = world.run(store().list_holds({}, {cursor, 30}));
    ASSERT_TRUE(page);
    for (const auto& hold : page->items) {
      EXPECT_LT(cursor, hold.hold.value);
      cursor = hold.hold.value;
    }
    listed += page->items.size();
    cursor = page->next_cursor;
  } while (!cursor.empty());
  EXPECT_EQ(listed, 100u);
}

TEST_F(Stock, thousands_of_due_holds_do_not_break_the_shard) {
  stock(100'000);
  std::size_t answered = 0;
  for (std::uint64_t n = 0; n < 4000; ++n) {
    auto one = [](std::shared_ptr<StoreService> service, ReserveRequest request,
                  std::size_t* count) -> boost::asio::awaitable<void> {
      Result<EffectReply> reply = co_await service->reserve({}, std::move(request));
      if (reply) ++*count;
    };
    runtime::spawn(shop->runtime.executor,
                   one(shop->service, {reserving(n), sku, 1, in(1h)}, &answered));
  }
  ASSERT_TRUE(world.run_until([&] { return answered == 4000; }, 60s));
  shop->kill(true);
  shop.reset();
  world.run_for(2h);
  restart();
  world.run_for(10s);
  EXPECT_EQ(sums(level()), "100000 0 0");
  EXPECT_EQ(find(17), "undone hold.expired");
}

TEST_F(Stock, a_full_disk_takes_nothing_and_what_was_is_still_there) {
  stock(10);
  EXPECT_EQ(reserve(1, 3), "done");
  disk->set_full(true);
  EXPECT_EQ(reserve(2, 2), "error storage.no_space");
  EXPECT_FALSE(commit(1).starts_with("done"));
  EXPECT_FALSE(world.run(store().receive({}, {sku, 5, "k", "test", ""})));
  disk->set_full(false);
  world.run_for(2s);
  EXPECT_EQ(sums(level()), "10 3 0");
  EXPECT_EQ(find(2), "unknown");
  EXPECT_EQ(find(1), "done held");
  EXPECT_EQ(commit(1), "done");
  EXPECT_EQ(world.run(store().receive({}, {sku, 5, "k", "test", ""}))->on_hand, 15);
}

TEST_F(Stock, unknown_outcomes_of_the_disk_are_decided_once) {
  stock(10);
  using Fault = storage::memory::Disk::Fault;
  std::uint64_t number = 0;
  for (const Fault fault : {Fault::unknown_before, Fault::unknown_after}) {
    disk->fail_writes(1, fault);
    ++number;
    std::string first = reserve(number, 2);
    world.run_for(2s);
    EXPECT_EQ(reserve(number, 2), "done") << first;
    EXPECT_EQ(level().held, static_cast<std::int64_t>(2 * number));
  }
}

TEST_F(Stock, nothing_is_shown_before_it_is_durable) {
  stock(10);
  disk->set_sync_latency(50ms, 50ms);
  const Duration began = world.monotonic();
  std::string answer;
  auto one = [](std::shared_ptr<StoreService> service, ReserveRequest request,
                std::string* out) -> boost::asio::awaitable<void> {
    Result<EffectReply> reply = co_await service->reserve({}, std::move(request));
    *out = said(reply);
  };
  runtime::spawn(shop->runtime.executor,
                 one(shop->service, {reserving(1), sku, 8, in(1h)}, &answer));
  world.run_for(10ms);
  EXPECT_EQ(answer, "");
  const Result<StockLevel> conflict = world.run(store().adjust({}, {sku, -5, "k", "test", ""}));
  EXPECT_EQ(conflict.error().code, "stock.insufficient");
  EXPECT_GE(world.monotonic() - began, 50ms)
      << "the refusal told of a hold that was not durable yet";
}

}  // namespace
}  // namespace pps::store::testing
