#include <set>

#include "shop.hpp"
#include "storage/keys.hpp"

/// What customers own: prepared, released, withdrawn, listed.
namespace pps::store::testing {
namespace {

using namespace std::chrono_literals;
constexpr const char* kSecret = "SECRET-KEY-4711";

class Instances : public StoreTest {
 protected:
  std::string prepare(std::uint64_t number, CustomerId owner = customer(1)) {
    PrepareInstanceRequest request{.effect = preparing(number),
                                   .owner = owner,
                                   .purchase = purchase(number),
                                   .line = 0,
                                   .product = product(number % 2),
                                   .sku = sku,
                                   .name = "Game " + std::to_string(number),
                                   .kind = "digital",
                                   .quantity = 2};
    return said(world.run(store().prepare_instance({}, std::move(request))));
  }
  std::string release(std::uint64_t number, CustomerId owner = customer(1),
                      std::string key = kSecret) {
    Result<EffectReply> reply = world.run(
        store().release_instance({}, {preparing(number), owner, {std::move(key)}, "T-1"}));
    return said(reply) + (reply ? " " + reply->tracking : "");
  }
  std::string withdraw(std::uint64_t number, CustomerId owner = customer(1)) {
    return said(world.run(store().withdraw_instance({}, {preparing(number), owner})));
  }
  std::string find_instance(std::uint64_t number) {
    return said(world.run(store().find_instance_effect({}, {preparing(number), customer(1)})));
  }
  static ProductId product(std::uint64_t number) { return {Uuid::v7(2, 0, number)}; }
  std::vector<Owned> owned(OwnedListRequest request) {
    std::vector<Owned> all;
    do {
      Result<OwnedPage> page = world.run(store().list_owned({}, request));
      EXPECT_TRUE(page) << page.error().code;
      if (!page) return all;
      EXPECT_LE(page->items.size(), static_cast<std::size_t>(request.limit));
      all.insert(all.end(), page->items.begin(), page->items.end());
      request.cursor = page->next_cursor;
    } while (!request.cursor.empty());
    return all;
  }
};

TEST_F(Instances, a_released_one_is_its_owners_alone) {
  EXPECT_EQ(prepare(1), "done");
  EXPECT_TRUE(owned({.owner = customer(1)}).empty()) << "prepared is not owned yet";
  EXPECT_EQ(find_instance(1), "done prepared");
  EXPECT_EQ(release(1), "done T-1");
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(prepare(1), "done");
    EXPECT_EQ(release(1, customer(1), "OTHER"), "done T-1") << "a repeat answers what was";
    EXPECT_EQ(withdraw(1), "refused instance.released");
    EXPECT_EQ(find_instance(1), "done active");
    const std::vector<Owned> mine = owned({.owner = customer(1)});
    ASSERT_EQ(mine.size(), 1u);
    EXPECT_EQ(mine[0].licence_keys, std::vector<std::string>{kSecret});
    EXPECT_EQ(mine[0].quantity, 2);
    EXPECT_EQ(mine[0].status, "active");
    EXPECT_EQ(mine[0].tracking, "T-1");
    EXPECT_GT(mine[0].acquired_at_us, 0);
    Result<Owned> one = world.run(store().get_owned({}, {customer(1), mine[0].id}));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->licence_keys, mine[0].licence_keys);
    for (std::uint64_t other = 2; other < 12; ++other) {
      EXPECT_TRUE(owned({.owner = customer(other)}).empty());
      EXPECT_EQ(world.run(store().get_owned({}, {customer(other), mine[0].id})).error().kind,
                ErrorKind::not_found);
    }
    if (pass == 0) settle();
    if (pass == 1) restart(true);
  }
}

TEST_F(Instances, another_owner_can_neither_release_nor_withdraw) {
  EXPECT_EQ(prepare(1), "done");
  for (std::uint64_t other = 2; other < 12; ++other) {
    EXPECT_EQ(release(1, customer(other)), "refused instance.unknown ") << other;
    EXPECT_TRUE(owned({.owner = customer(other)}).empty());
  }
  EXPECT_EQ(find_instance(1), "done prepared");
}

TEST_F(Instances, keys_are_sealed_on_the_disk) {
  EXPECT_EQ(prepare(1), "done");
  EXPECT_EQ(release(1), "done T-1");
  settle();
  std::size_t rows = 0;
  const auto check = [&](const storage::Family& family, std::string partition,
                         storage::RowKind kind) {
    storage::ScanQuery query{
        .family = &family, .partition = std::move(partition), .kind = kind, .limit = 1000};
    Result<storage::ScanPage> page = world.run(shop->table->scan(std::move(query)));
    ASSERT_TRUE(page);
    for (const auto& row : page->rows) {
      ++rows;
      EXPECT_EQ(row.body.find(kSecret), std::string::npos);
      EXPECT_EQ(row.body.find("4711"), std::string::npos);
    }
  };
  check(kOwned, storage::KeyWriter().uuid(customer(1).value).take(), kOwnedKind);
  EXPECT_EQ(rows, 1u);
  EXPECT_EQ(prepare(2), "done");
  disk->set_full(false);
  EXPECT_EQ(release(2), "done T-1");
  for (std::uint16_t shard = 0; shard < 2; ++shard)
    check(kLive, storage::ShardAddress{&kLive, "store", shard}.partition(), InstanceRow::kKind);
  EXPECT_EQ(rows, 2u) << "the live row was looked at before it settled";
}

TEST_F(Instances, an_undo_before_the_prepare_wins_for_ever) {
  EXPECT_EQ(withdraw(1), "undone");
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(prepare(1), "undone already_undone");
    EXPECT_EQ(release(1), "refused instance.not_prepared ");
    EXPECT_EQ(withdraw(1), "undone");
    EXPECT_EQ(find_instance(1), "undone");
    if (pass == 0) settle();
    if (pass == 1) restart(true);
  }
  EXPECT_TRUE(owned({.owner = customer(1)}).empty());
}

TEST_F(Instances, a_withdrawn_one_is_never_released) {
  EXPECT_EQ(prepare(1), "done");
  EXPECT_EQ(withdraw(1), "undone");
  EXPECT_EQ(release(1), "refused instance.not_prepared ");
  settle();
  EXPECT_EQ(release(1), "refused instance.not_prepared ");
  EXPECT_TRUE(owned({.owner = customer(1)}).empty());
}

TEST_F(Instances, what_was_never_prepared_is_unknown_and_what_is_too_old_refused) {
  EXPECT_EQ(find_instance(1), "unknown");
  EXPECT_EQ(release(1), "refused instance.unknown ");
  world.run_for(std::chrono::hours(24 * 91));
  EXPECT_EQ(prepare(1), "refused effect.too_old");
  EXPECT_EQ(withdraw(1), "refused effect.too_old");
  EXPECT_FALSE(world.run(store().find_instance_effect({}, {EffectId{"x/y"}, customer(1)})));
}

TEST_F(Instances, the_list_is_whole_however_it_is_paged_and_wherever_they_are) {
  for (std::uint64_t n = 1; n <= 12; ++n) {
    EXPECT_EQ(prepare(n), "done");
    EXPECT_EQ(release(n), "done T-1");
    if (n == 6) settle();
    world.run_for(3ms);
  }
  for (const char* where : {"half in the shard", "all in the view"}) {
    for (const std::int64_t limit : {1, 2, 5, 6, 7, 12, 100}) {
      const std::vector<Owned> all = owned({.owner = customer(1), .limit = limit});
      std::vector<std::string> names;
      for (const auto& one : all) names.push_back(one.name);
      std::vector<std::string> expected;
      for (int n = 12; n >= 1; --n) expected.push_back("Game " + std::to_string(n));
      EXPECT_EQ(names, expected) << where << ", pages of " << limit;
      const std::vector<Owned> odd =
          owned({.owner = customer(1), .product = product(1), .limit = limit});
      EXPECT_EQ(odd.size(), 6u) << where << ", pages of " << limit;
    }
    settle();
  }
  EXPECT_EQ(owned({.owner = customer(1), .status = "active"}).size(), 12u);
  EXPECT_TRUE(owned({.owner = customer(1), .status = "revoked"}).empty());
  EXPECT_FALSE(world.run(store().list_owned({}, {.owner = customer(1), .cursor = "nonsense"})));
}

TEST_F(Instances, thousands_due_for_settling_leave_in_batches) {
  std::size_t answered = 0;
  for (std::uint64_t n = 0; n < 1200; ++n) {
    auto one = [](std::shared_ptr<StoreService> service, InstanceEffectRequest request,
                  std::size_t* count) -> boost::asio::awaitable<void> {
      Result<EffectReply> reply = co_await service->withdraw_instance({}, std::move(request));
      if (reply) ++*count;
    };
    InstanceEffectRequest request{preparing(n), customer(1)};
    runtime::spawn(shop->runtime.executor, one(shop->service, std::move(request), &answered));
  }
  ASSERT_TRUE(world.run_until([&] { return answered == 1200; }, 60s));
  world.run_for(5s);
  for (std::uint16_t shard = 0; shard < 2; ++shard) {
    storage::ScanQuery query{.family = &kLive,
                             .partition = storage::ShardAddress{&kLive, "store", shard}.partition(),
                             .kind = InstanceRow::kKind,
                             .limit = 10};
    Result<storage::ScanPage> page = world.run(shop->table->scan(std::move(query)));
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->rows.empty());
  }
  EXPECT_EQ(prepare(600), "undone already_undone");
}

}  // namespace
}  // namespace pps::store::testing
