#include <set>

#include "shop.hpp"

/// The operator's side: keys, conflicts, thresholds, what was told of crossings, the ledger's
/// pages.
namespace pps::store::testing {
namespace {

using namespace std::chrono_literals;

class Operators : public StoreTest {
 protected:
  using Verb = Task<StockLevel> (StoreService::*)(Context, StockChange);
  std::string change(Verb verb, std::int64_t quantity, std::string key, std::string note = {}) {
    Result<StockLevel> level =
        world.run((store().*verb)({}, {sku, quantity, std::move(key), "clerk", std::move(note)}));
    if (level) return sums(*level);
    return level.error().fields.empty() ? level.error().code : level.error().fields[0].code;
  }
  std::string threshold(std::int64_t value, std::optional<std::int64_t> expected = {}) {
    Result<StockLevel> level = world.run(store().set_threshold({}, {sku, value, expected}));
    if (level) return std::to_string(level->low_stock_threshold);
    return level.error().fields.empty() ? level.error().code : level.error().fields[0].code;
  }
  std::vector<Movement> ledger(std::int64_t page_size) {
    std::vector<Movement> all;
    std::string cursor;
    do {
      Result<MovementsReply> page = world.run(store().movements({}, {sku, cursor, page_size}));
      EXPECT_TRUE(page);
      if (!page) return all;
      EXPECT_LE(page->items.size(), static_cast<std::size_t>(page_size));
      all.insert(all.end(), page->items.begin(), page->items.end());
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return all;
  }
};

constexpr auto kReceive = &StoreService::receive;
constexpr auto kAdjust = &StoreService::adjust;
constexpr auto kCount = &StoreService::count;

TEST_F(Operators, a_change_is_made_once_per_key) {
  EXPECT_EQ(change(kReceive, 10, "k1"), "10 0 0");
  EXPECT_EQ(change(kReceive, 5, "k2"), "15 0 0");
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(change(kReceive, 10, "k1"), "10 0 0") << "a replay answers what was answered";
    EXPECT_EQ(change(kReceive, 11, "k1"), "idempotency.key_reused");
    EXPECT_EQ(change(kAdjust, 10, "k1"), "idempotency.key_reused");
    EXPECT_EQ(change(kReceive, 10, "k1", "other"), "idempotency.key_reused");
    EXPECT_EQ(level().on_hand, 15);
    restart(true);
  }
  sku = Sku{"pen"};
  EXPECT_EQ(change(kReceive, 1, "k1"), "1 0 0") << "a key's scope is its SKU";
}

TEST_F(Operators, one_key_sent_many_times_at_once_is_one_change) {
  std::vector<std::string> answers;
  for (int n = 0; n < 20; ++n) {
    auto one = [](std::shared_ptr<StoreService> service, StockChange request,
                  std::vector<std::string>* out) -> boost::asio::awaitable<void> {
      Result<StockLevel> level = co_await service->receive({}, std::move(request));
      out->push_back(level ? sums(*level) : level.error().code);
    };
    runtime::spawn(shop->runtime.executor,
                   one(shop->service, {sku, 7, "same", "clerk", ""}, &answers));
  }
  ASSERT_TRUE(world.run_until([&] { return answers.size() == 20; }, 10s));
  EXPECT_EQ(std::set(answers.begin(), answers.end()), std::set<std::string>{"7 0 0"});
  EXPECT_EQ(level().on_hand, 7);
}

TEST_F(Operators, what_is_promised_to_purchases_cannot_be_taken_away) {
  stock(10);
  EXPECT_EQ(reserve(1, 3), "done");
  EXPECT_EQ(reserve(2, 2), "done");
  EXPECT_EQ(commit(2), "done");
  EXPECT_EQ(change(kAdjust, -6, "a"), "stock.insufficient");
  EXPECT_EQ(change(kCount, 4, "b"), "stock.insufficient");
  EXPECT_EQ(change(kAdjust, -5, "c"), "5 3 2");
  EXPECT_EQ(reserve(3, 1), "refused stock.insufficient");
  EXPECT_EQ(change(kAdjust, -1, "d"), "stock.insufficient");
  EXPECT_EQ(unreserve(1), "undone");
  EXPECT_EQ(change(kAdjust, -1, "d"), "4 0 2") << "a refused change leaves its key free";
  EXPECT_EQ(change(kCount, 2, "e"), "2 0 2");
}

TEST_F(Operators, wrong_changes_are_refused_and_leave_no_trace) {
  const std::string longest(255, 'k'), note(501, 'n');
  struct Case {
    Verb verb;
    std::int64_t quantity;
    std::string key, note, code;
  };
  const Case cases[] = {
      {kReceive, 0, "k", "", "quantity.out_of_range"},
      {kReceive, -1, "k", "", "quantity.out_of_range"},
      {kReceive, 1'000'000'001, "k", "", "quantity.out_of_range"},
      {kReceive, INT64_MAX, "k", "", "quantity.out_of_range"},
      {kAdjust, 0, "k", "", "quantity.out_of_range"},
      {kAdjust, INT64_MIN, "k", "", "quantity.out_of_range"},
      {kAdjust, -1, "k", "", "stock.insufficient"},
      {kCount, -1, "k", "", "quantity.out_of_range"},
      {kReceive, 1, "", "", "idempotency.key_missing"},
      {kReceive, 1, longest + "k", "", "idempotency.key_missing"},
      {kReceive, 1, "k", note, "text.too_long"},
  };
  for (const auto& c : cases) EXPECT_EQ(change(c.verb, c.quantity, c.key, c.note), c.code);
  EXPECT_FALSE(level().tracked);
  EXPECT_EQ(change(kReceive, 1'000'000'000, longest), "1000000000 0 0");
  EXPECT_EQ(change(kReceive, 1, "k"), "field.range");
}

TEST_F(Operators, a_threshold_is_changed_by_who_knows_it) {
  stock(10);
  EXPECT_EQ(threshold(3), "3");
  EXPECT_EQ(threshold(4, 2), "etag.mismatch");
  EXPECT_EQ(threshold(4, 3), "4");
  EXPECT_EQ(threshold(-1), "field.range");
  EXPECT_EQ(threshold(1'000'001), "field.range");
  EXPECT_EQ(threshold(1'000'000), "1000000");
  restart(true);
  EXPECT_EQ(level().low_stock_threshold, 1'000'000);
  EXPECT_EQ(level().on_hand, 10);
}

TEST_F(Operators, each_crossing_is_told_once_in_order_and_across_restarts) {
  std::vector<std::string> told;
  std::set<std::string> origins;
  const auto listen = [&] {
    shop->bus->subscribe("stock", "test", [&](std::vector<bus::Delivered> batch) -> Task<void> {
      for (const auto& one : batch)
        if (origins.insert(one.origin).second) told.push_back(one.event.body);
      co_return Result<void>{};
    });
  };
  listen();
  EXPECT_EQ(change(kReceive, 5, "k1"), "5 0 0");  // in_stock
  EXPECT_EQ(threshold(2), "2");
  EXPECT_EQ(reserve(1, 2), "done");
  EXPECT_EQ(reserve(2, 1), "done");  // low
  EXPECT_EQ(reserve(3, 1), "done");
  restart(true);
  listen();
  EXPECT_EQ(reserve(4, 1, 60s), "done");  // out
  EXPECT_EQ(reserve(5, 1), "refused stock.insufficient");
  world.run_for(61s);            // low, by the expiry
  EXPECT_EQ(threshold(0), "0");  // in_stock, by the threshold
  EXPECT_EQ(commit(1), "done");
  EXPECT_EQ(consume(1), "done");
  EXPECT_EQ(threshold(1), "1");                   // low
  EXPECT_EQ(change(kReceive, 1, "k2"), "4 2 0");  // in_stock
  settle();
  const auto crossed = [](std::string status) {
    return R"({"sku":"book","status":")" + status + R"("})";
  };
  EXPECT_EQ(told, (std::vector<std::string>{crossed("in_stock"), crossed("low"), crossed("out"),
                                            crossed("low"), crossed("in_stock"), crossed("low"),
                                            crossed("in_stock")}));
}

TEST_F(Operators, the_ledger_is_paged_newest_first_and_each_line_follows_from_the_one_before) {
  stock(10);
  EXPECT_EQ(reserve(1, 3), "done");
  EXPECT_EQ(reserve(2, 2, 60s), "done");
  EXPECT_EQ(commit(1), "done");
  EXPECT_EQ(consume(1), "done");
  world.run_for(61s);
  EXPECT_EQ(reserve(3, 1), "done");
  EXPECT_EQ(unreserve(3), "undone");
  EXPECT_EQ(change(kAdjust, -2, "broken", "fell down"), "5 0 0");
  EXPECT_EQ(change(kCount, 9, "counted"), "9 0 0");
  sku = Sku{"boo"};
  stock(1);  // a SKU whose name begins another's
  sku = Sku{"book"};
  for (const std::int64_t page_size : {1, 2, 3, 10, 100}) {
    std::vector<Movement> lines = ledger(page_size);
    std::ranges::reverse(lines);
    std::vector<std::string> verbs;
    for (std::size_t n = 0; n < lines.size(); ++n) {
      EXPECT_EQ(lines[n].seq, static_cast<std::int64_t>(n) + 1);
      verbs.push_back(lines[n].verb);
    }
    EXPECT_EQ(verbs,
              (std::vector<std::string>{"receive", "reserve", "reserve", "commit", "consume",
                                        "expire", "reserve", "unreserve", "adjust", "count"}));
    EXPECT_EQ(lines.at(8).note, "fell down");
    EXPECT_EQ(lines.at(8).quantity, -2);
    EXPECT_EQ(lines.at(8).reference, "broken");
    EXPECT_EQ(lines.at(1).reference, reserving(1).value);
    EXPECT_EQ(lines.at(9).on_hand, 9);
    EXPECT_EQ(lines.at(9).quantity, 4) << "a count moves the difference";
  }
  for (const char* cursor : {"x", "0", "-1", "1x", "99999999999999999999"})
    EXPECT_FALSE(world.run(store().movements({}, {sku, cursor, 10}))) << cursor;
}

TEST_F(Operators, levels_answer_in_the_order_asked_and_say_what_is_not_tracked) {
  stock(10);
  Result<LevelsReply> reply = world.run(store().levels({}, {{Sku{"pen"}, sku, Sku{"pen"}}}));
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->levels.size(), 3u);
  EXPECT_FALSE(reply->levels[0].tracked);
  EXPECT_EQ(reply->levels[1].available, 10);
  EXPECT_EQ(reply->levels[2].sku.value, "pen");
  EXPECT_FALSE(world.run(store().levels({}, {{}})));
  EXPECT_FALSE(world.run(store().levels({}, {{Sku{"with space"}}})));
  EXPECT_FALSE(world.run(store().levels({}, {std::vector<Sku>(101, sku)})));
}

}  // namespace
}  // namespace pps::store::testing
