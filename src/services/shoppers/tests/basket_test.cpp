#include <gmock/gmock.h>

#include "house.hpp"
#include "runtime/sync.hpp"

namespace pps::shoppers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::code;
using Lines = std::vector<BasketLine>;

struct Baskets : testing::House {
  Result<Basket> set(Lines lines, std::int64_t version) {
    SetBasket request{ada, version < 0 ? "" : etag_of(version), std::move(lines)};
    return world.run(service->set_basket({}, std::move(request)));
  }
  Result<MergeReply> merge(std::uint64_t guest, Lines lines, std::string fingerprint = "f") {
    MergeBasket request{ada, Uuid::v7(1, 0, guest), std::move(fingerprint), std::move(lines)};
    return world.run(service->merge_basket({}, std::move(request)));
  }
  Basket basket() { return *world.run(service->basket({}, {ada})); }
  static Lines many(const std::string& name, int count) {
    Lines lines;
    for (int n = 0; n < count; ++n) lines.push_back({Sku{name + std::to_string(n)}, 1, ""});
    return lines;
  }
};

const BasketLine kKey{Sku{"key"}, 2, ""}, kEngraved{Sku{"key"}, 1, R"({"text":"Ada"})"}, kBox{Sku{"box"}, 3, ""};

TEST_F(Baskets, are_replaced_as_they_were_read) {
  EXPECT_EQ(basket().version, 0);
  EXPECT_EQ(code(set({kKey}, -1)), "etag.required");
  EXPECT_EQ(code(set({kKey}, 1)), "etag.mismatch");
  EXPECT_EQ(set({kKey, kEngraved}, 0)->version, 1);
  EXPECT_EQ(code(set({kBox}, 0)), "etag.mismatch");
  EXPECT_EQ(code(set({kKey, kBox, kKey}, 1)), "lines.duplicate");
  start();
  EXPECT_THAT(basket().lines, ElementsAre(kKey, kEngraved));
  EXPECT_EQ(set({}, 1)->version, 2);
  EXPECT_THAT(basket().lines, IsEmpty());
}

struct MergeCase {
  const char* name;
  Lines kept, guest, expected;
};
class Merges : public Baskets, public ::testing::WithParamInterface<MergeCase> {};
TEST_P(Merges, keep_the_greater_quantity_of_equal_lines) {
  if (!GetParam().kept.empty()) (void)set(GetParam().kept, 0);
  const MergeReply once = *merge(1, GetParam().guest);
  EXPECT_EQ(once.basket.lines, GetParam().expected);
  EXPECT_THAT(once.left_out, IsEmpty());
  const MergeReply twice = *merge(1, GetParam().guest);
  EXPECT_EQ(twice.basket.lines, once.basket.lines);
  EXPECT_EQ(twice.basket.version, once.basket.version);
}
INSTANTIATE_TEST_SUITE_P(Baskets, Merges,
                         ::testing::Values(MergeCase{"into_nothing", {}, {kKey}, {kKey}}, MergeCase{"another", {kBox}, {kKey}, {kBox, kKey}},
                                           MergeCase{"more", {{Sku{"key"}, 1, ""}}, {kKey}, {kKey}},
                                           MergeCase{"fewer", {{Sku{"key"}, 9, ""}}, {kKey}, {{Sku{"key"}, 9, ""}}},
                                           MergeCase{"chosen_otherwise", {kKey}, {kEngraved}, {kKey, kEngraved}}),
                         [](const auto& one) { return one.param.name; });

TEST_F(Baskets, merge_a_guest_basket_once_even_if_it_was_emptied_since) {
  const MergeReply once = *merge(1, {kKey});
  (void)set({}, once.basket.version);
  EXPECT_THAT(merge(1, {kKey})->basket.lines, IsEmpty()) << "what was taken out came back";
  EXPECT_EQ(code(merge(1, {kBox}, "other")), "idempotency.key_reused");
  EXPECT_THAT(merge(2, {kBox})->basket.lines, ElementsAre(kBox));
  EXPECT_EQ(code(merge(3, {kKey, kKey})), "lines.duplicate");
}

TEST_F(Baskets, say_what_found_no_room) {
  (void)set(many("kept", 49), 0);
  const Lines guest{kKey, kBox, {Sku{"kept0"}, 5, ""}};
  const MergeReply once = *merge(1, guest);
  EXPECT_EQ(once.basket.lines.size(), Limits::kLines);
  EXPECT_EQ(once.basket.lines[0].quantity, 5) << "a line that is there already needs no room";
  EXPECT_THAT(once.left_out, ElementsAre(kBox));
  (void)set({}, once.basket.version);
  EXPECT_THAT(merge(1, guest)->left_out, ElementsAre(kBox));
}

TEST_F(Baskets, remember_the_last_ten_merges) {
  for (std::uint64_t guest = 1; guest <= 11; ++guest) (void)merge(guest, {kKey});
  (void)set({}, basket().version);
  EXPECT_THAT(merge(2, {kKey})->basket.lines, IsEmpty());
  EXPECT_THAT(merge(1, {kKey})->basket.lines, ElementsAre(kKey));
}

// Two devices sign in at the same moment, each with a basket of its own.
TEST_F(Baskets, lose_no_line_of_merges_at_the_same_time) {
  int left = 12;
  auto one = [](Baskets* test, std::uint64_t guest, int& open) -> boost::asio::awaitable<void> {
    MergeBasket request{test->ada, Uuid::v7(1, 0, guest), "f", many("guest" + std::to_string(guest) + "-", 2)};
    const Result<MergeReply> merged = co_await test->service->merge_basket({}, std::move(request));
    EXPECT_EQ(code(merged), "ok");
    --open;
  };
  for (std::uint64_t guest = 1; guest <= 12; ++guest) runtime::spawn(world.runtime().executor, one(this, guest, left));
  ASSERT_TRUE(world.run_until([&] { return left == 0; }));
  EXPECT_EQ(basket().lines.size(), 24u);
}

}  // namespace
}  // namespace pps::shoppers
