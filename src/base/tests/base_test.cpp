#include <gtest/gtest.h>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

namespace pps {
namespace {

const Currency kEur = *Currency::parse("EUR");

TEST(Uuid, version_7_carries_time_and_shard_and_round_trips) {
  const auto id = Uuid::v7(1'770'000'000'123, 4095, 0xffff'ffff'ffff'ffffull);
  EXPECT_EQ(id.version(), 7);
  EXPECT_EQ(id.shard(), 4095);
  EXPECT_EQ(id.unix_ms(), 1'770'000'000'123u);
  EXPECT_EQ(Uuid::parse(id.to_string()), id);
  EXPECT_EQ(id.bytes()[8] & 0xc0, 0x80);
}

TEST(Uuid, refuses_what_is_not_the_36_character_form) {
  for (const auto* text : {"", "0", "019474a8-0000-7000-8000-00000000000", "019474a8-0000-7000-8000-0000000000000",
                           "019474a8x0000-7000-8000-000000000000", "019474a8-0000-7000-8000-00000000000g",
                           "{19474a8-0000-7000-8000-00000000000}"})
    EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(EffectId, names_purchase_effect_and_line) {
  const PurchaseId purchase{Uuid::v7(1, 2, 3)};
  const auto of_line = parse_effect_id(effect_id(purchase, "reserve", 3).value);
  ASSERT_TRUE(of_line);
  EXPECT_EQ(of_line->purchase, purchase);
  EXPECT_EQ(of_line->effect, "reserve");
  EXPECT_EQ(of_line->line, 3);
  EXPECT_EQ(parse_effect_id(effect_id(purchase, "authorize", -1).value)->line, -1);
  for (const auto* text : {"", "/", "x/y/z", "a/b", "//"}) EXPECT_FALSE(parse_effect_id(text)) << text;
  const std::string id = "0190a0b0-c0d0-7e0f-8a1b-2c3d4e5f6071";
  EXPECT_TRUE(parse_effect_id(id + "/reserve/7"));
  for (const std::string text : {"0190A0B0-c0d0-7e0f-8a1b-2c3d4e5f6071/reserve/7", "0190a0b0-c0d0-7e0f-8a1b-2c3d4e5f6071/reserve/07",
                                 "0190a0b0-c0d0-7e0f-8a1b-2c3d4e5f6071//7", "0190a0b0-c0d0-7e0f-8a1b-2c3d4e5f6071/reserve/+7"})
    EXPECT_FALSE(parse_effect_id(text)) << "one effect has one name: " << text;
}

TEST(Money, adds_and_multiplies_within_its_bounds_only) {
  EXPECT_EQ(add({100, kEur}, {50, kEur})->minor_units, 150);
  EXPECT_EQ(add({100, kEur}, {50, *Currency::parse("USD")}).error().code, "money.currency_mismatch");
  EXPECT_EQ(add({kMaxMinorUnits, kEur}, {1, kEur}).error().code, "money.overflow");
  EXPECT_EQ(multiply({1999, kEur}, 3)->minor_units, 5997);
  EXPECT_EQ(multiply({kMaxMinorUnits, kEur}, INT64_MAX).error().code, "money.overflow");
}

TEST(Money, shares_sum_exactly_to_the_total) {
  struct Case {
    std::int64_t total;
    std::vector<std::int64_t> weights;
    std::vector<std::int64_t> want;
  };
  for (const auto& c : {Case{100, {1, 1, 1}, {34, 33, 33}}, Case{1, {0, 5}, {0, 1}}, Case{10, {0, 0, 0}, {4, 3, 3}},
                        Case{-100, {1, 1, 1}, {-34, -33, -33}}, Case{7, {3, 2, 2}, {3, 2, 2}}}) {
    std::vector<std::int64_t> got;
    for (const auto& part : allocate({c.total, kEur}, c.weights)) got.push_back(part.minor_units);
    EXPECT_EQ(got, c.want);
  }
}

TEST(Currency, knows_iso_4217_and_its_exponents) {
  EXPECT_EQ(exponent_of(kEur), 2);
  EXPECT_EQ(exponent_of(*Currency::parse("JPY")), 0);
  EXPECT_EQ(exponent_of(*Currency::parse("KWD")), 3);
  for (const auto* text : {"eur", "EU", "EURO", "", "ED ", "ZZZ"}) EXPECT_FALSE(Currency::parse(text)) << text;
}

TEST(Time, rfc3339_round_trips_and_refuses_nonsense) {
  const auto at = parse_rfc3339("2026-02-28T23:59:59.123Z");
  ASSERT_TRUE(at);
  EXPECT_EQ(to_rfc3339(*at), "2026-02-28T23:59:59.123Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2026-03-01T01:30:00+02:00")), "2026-02-28T23:30:00.000Z");
  for (const auto* text : {"", "2026-02-30T00:00:00Z", "2026-02-28 00:00:00Z", "2026-02-28T24:00:00Z",
                           "2026-02-28T00:00:00", "2026-02-28T00:00:00.Z", "2026-02-28T00:00:00+0200"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(ShardOf, is_stable_for_ever) {
  EXPECT_EQ(shard_of("", 4096), 14695981039346656037ull % 4096);
  EXPECT_EQ(shard_of("SKU-1", 1), 0);
}

}  // namespace
}  // namespace pps
