#include "services/orchestrator/reconciliation.hpp"

#include <gtest/gtest.h>

#include "services/orchestrator/ledger.hpp"

namespace pps::orchestrator {
namespace {

Money euros(std::int64_t minor_units) { return {minor_units, *Currency::parse("EUR")}; }

/// Two lines of 1000 and 500; completed, unless `standing` says how it ended.
PurchaseRow purchase(Standing capture, Standing release) {
  PurchaseRow row;
  row.total = euros(1500);
  for (const std::int64_t price : {1000, 500}) {
    LineRow line;
    line.total = euros(price);
    row.lines.push_back(line);
  }
  for (std::int64_t line = 0; line < 2; ++line) {
    EffectRow effect;
    effect.effect = Effect::release;
    effect.line = line;
    effect.standing = release;
    row.effects.push_back(effect);
  }
  EffectRow taken;
  taken.effect = Effect::capture;
  taken.standing = capture;
  row.effects.push_back(taken);
  return row;
}
PurchaseRow completed() { return purchase(Standing::done, Standing::done); }
PurchaseRow failed() { return purchase(Standing::undone, Standing::none); }

payment::PaymentView paid(std::string status, std::int64_t captured, std::int64_t refunded) {
  return {{}, "pi_1", std::move(status), euros(1500), euros(captured), euros(refunded)};
}
const provisioner::LineAudit kDelivered{"consumed", "active", "released"};
const provisioner::LineAudit kGivenBack{"undone", "withdrawn", "cancelled"};

std::string codes(const PurchaseRow& row, const Seen& seen) {
  std::string text;
  for (const auto& one : differences(row, seen)) text += (text.empty() ? "" : " ") + one.code;
  return text;
}

struct Case {
  const char* name;
  PurchaseRow row;
  Seen seen;
  const char* expected;
};

TEST(Reconciliation, compares_what_is_owed_with_what_is) {
  PurchaseRow partly = completed();
  partly.lines[1].refunded = 500;
  partly.effects[1].standing = Standing::refused;
  const std::vector<Case> cases{
      {"delivered and paid", completed(), {paid("captured", 1500, 0), {kDelivered, kDelivered}}, ""},
      {"without stock", completed(), {paid("captured", 1500, 0), {{"untracked", "active", "released"}, kDelivered}}, ""},
      {"a lost line given back", partly, {paid("captured", 1500, 500), {kDelivered, kGivenBack}}, ""},
      {"nothing was ever asked", failed(), {std::nullopt, {{"none", "none", "none"}, {"none", "none", "none"}}}, ""},
      {"undone", failed(), {paid("voided", 0, 0), {kGivenBack, kGivenBack}}, ""},
      {"paid back whole after a capture", failed(), {paid("refunded", 1500, 1500), {kGivenBack, kGivenBack}}, ""},
      {"never paid", completed(), {std::nullopt, {kDelivered, kDelivered}}, "money.kept"},
      {"paid back by hand", completed(), {paid("captured", 1500, 1), {kDelivered, kDelivered}}, "money.kept"},
      {"the lost line's money kept", partly, {paid("captured", 1500, 0), {kDelivered, kGivenBack}}, "money.kept"},
      {"money kept for nothing", failed(), {paid("captured", 1500, 0), {kGivenBack, kGivenBack}}, "money.kept"},
      {"authorization left", failed(), {paid("authorized", 0, 0), {kGivenBack, kGivenBack}}, "payment.open"},
      {"challenge left", failed(), {paid("requires_action", 0, 0), {kGivenBack, kGivenBack}}, "payment.open"},
      {"hold left", failed(), {paid("voided", 0, 0), {{"held", "none", "none"}, kGivenBack}}, "hold.open"},
      {"hold committed", failed(), {paid("voided", 0, 0), {{"committed", "none", "none"}, kGivenBack}}, "hold.open"},
      {"delivered unpaid", failed(), {paid("voided", 0, 0), {{"consumed", "active", "released"}, kGivenBack}},
       "hold.open instance.open fulfilment.open"},
      {"not delivered", completed(), {paid("captured", 1500, 0), {kDelivered, {"committed", "prepared", "prepared"}}},
       "hold.not_consumed instance.missing fulfilment.missing"},
      {"nobody knows it", completed(), {paid("captured", 1500, 0), {kDelivered, {"none", "none", "none"}}},
       "hold.not_consumed instance.missing fulfilment.missing"},
  };
  for (const auto& one : cases) EXPECT_EQ(codes(one.row, one.seen), one.expected) << one.name;
}

TEST(Reconciliation, says_what_is_and_what_should_be) {
  const auto found = differences(completed(), {paid("captured", 1500, 200), {kDelivered, {"consumed", "active", "prepared"}}});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].detail, "the provider kept 1300, 1500 is owed");
  EXPECT_EQ(found[1].detail, "line 1: its fulfilment is prepared, the line was released");
}

}  // namespace
}  // namespace pps::orchestrator
