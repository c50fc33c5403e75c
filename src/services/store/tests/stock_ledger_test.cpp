#include "services/store/stock_ledger.hpp"

#include "shop.hpp"

/// Every verb in every state, on memory alone.
namespace pps::store::testing {
namespace {

const Sku kBook{"book"};
const EffectId kHold = reserving(1);

StockLedger ledger_with(HoldState state) {
  StockLedger ledger;
  storage::Decision d;
  EXPECT_TRUE(ledger.receive({kBook, 10, "k", "test", ""}, 1, d));
  if (state == HoldState::refused) {
    ledger.reserve({kHold, kBook, 11, 100}, 1, d);
    return ledger;
  }
  ledger.reserve({kHold, kBook, 3, 100}, 1, d);
  if (state == HoldState::expired) ledger.expire_due(100, d);
  if (state == HoldState::unreserved) ledger.unreserve(kHold, 1, d);
  if (state == HoldState::committed || state == HoldState::consumed) ledger.commit(kHold, 1, d);
  if (state == HoldState::consumed) ledger.consume(kHold, 1, d);
  return ledger;
}

struct Case {
  HoldState from;
  const char* verb;
  const char* reply;
  HoldState to;
  const char* sums;  ///< on_hand held committed, afterwards.
};

class EveryVerb : public ::testing::TestWithParam<Case> {};
TEST_P(EveryVerb, in_every_state) {
  const Case& c = GetParam();
  StockLedger ledger = ledger_with(c.from);
  ASSERT_EQ(ledger.find_hold(kHold)->state, c.from);
  const std::string verb = c.verb;
  for (int repeat = 0; repeat < 2; ++repeat) {
    storage::Decision d;
    const EffectReply reply = verb == "commit"      ? ledger.commit(kHold, 2, d)
                              : verb == "consume"   ? ledger.consume(kHold, 2, d)
                              : verb == "unreserve" ? ledger.unreserve(kHold, 2, d)
                                                    : ledger.extend(kHold, 500, d);
    EXPECT_EQ(said(reply), c.reply) << (repeat ? "repeated" : "first");
    EXPECT_EQ(ledger.find_hold(kHold)->state, c.to);
    EXPECT_EQ(sums(ledger.level(kBook)), c.sums);
    const bool may_write = verb == "extend" || (repeat == 0 && c.from != c.to);
    EXPECT_TRUE(may_write || d.mutations.empty()) << "nothing changed, yet something is written";
  }
  storage::Decision d;
  ledger.expire_due(verb == "extend" ? 499 : 99, d);
  EXPECT_EQ(ledger.find_hold(kHold)->state, c.to) << "only what is due ends";
  ledger.expire_due(500, d);
  EXPECT_EQ(ledger.find_hold(kHold)->state, c.to == HoldState::held ? HoldState::expired : c.to);
  EXPECT_EQ(ledger.next_expiry(), std::nullopt);
}
std::string name_of(const ::testing::TestParamInfo<Case>& tested) {
  static constexpr const char* kStates[] = {"",           "held",    "committed", "consumed",
                                            "unreserved", "expired", "refused"};
  return std::string(tested.param.verb) + "_" + kStates[static_cast<int>(tested.param.from)];
}
using enum HoldState;
INSTANTIATE_TEST_SUITE_P(
    Cases, EveryVerb,
    ::testing::Values(Case{held, "commit", "done", committed, "10 0 3"},
                      Case{held, "consume", "refused hold.not_committed", held, "10 3 0"},
                      Case{held, "unreserve", "undone", unreserved, "10 0 0"},
                      Case{held, "extend", "done", held, "10 3 0"},
                      Case{committed, "commit", "done", committed, "10 0 3"},
                      Case{committed, "consume", "done", consumed, "7 0 0"},
                      Case{committed, "unreserve", "undone", unreserved, "10 0 0"},
                      Case{committed, "extend", "done", committed, "10 0 3"},
                      Case{consumed, "commit", "done", consumed, "7 0 0"},
                      Case{consumed, "consume", "done", consumed, "7 0 0"},
                      Case{consumed, "unreserve", "refused hold.consumed", consumed, "7 0 0"},
                      Case{consumed, "extend", "done", consumed, "7 0 0"},
                      Case{unreserved, "commit", "undone already_undone", unreserved, "10 0 0"},
                      Case{unreserved, "consume", "refused hold.not_committed", unreserved,
                           "10 0 0"},
                      Case{unreserved, "unreserve", "undone", unreserved, "10 0 0"},
                      Case{unreserved, "extend", "undone already_undone", unreserved, "10 0 0"},
                      Case{expired, "commit", "refused hold.expired", expired, "10 0 0"},
                      Case{expired, "consume", "refused hold.not_committed", expired, "10 0 0"},
                      Case{expired, "unreserve", "undone", expired, "10 0 0"},
                      Case{expired, "extend", "undone hold.expired", expired, "10 0 0"},
                      Case{refused, "commit", "refused hold.not_held", refused, "10 0 0"},
                      Case{refused, "consume", "refused hold.not_committed", refused, "10 0 0"},
                      Case{refused, "unreserve", "undone", refused, "10 0 0"},
                      Case{refused, "extend", "refused stock.insufficient", refused, "10 0 0"}),
    name_of);

TEST(StockLedger, a_hold_is_extended_never_shortened) {
  StockLedger ledger = ledger_with(HoldState::held);
  storage::Decision d;
  ledger.extend(kHold, 50, d);
  EXPECT_EQ(ledger.next_expiry(), 100);
  ledger.extend(kHold, 200, d);
  ledger.expire_due(199, d);
  EXPECT_EQ(ledger.find_hold(kHold)->state, HoldState::held);
  ledger.expire_due(200, d);
  EXPECT_EQ(ledger.find_hold(kHold)->state, HoldState::expired);
  EXPECT_EQ(ledger.level(kBook).available, 10);
}

TEST(StockLedger, many_due_holds_end_in_decisions_that_fit_a_commit) {
  StockLedger ledger;
  storage::Decision d;
  ASSERT_TRUE(ledger.receive({kBook, 100'000, "k", "test", ""}, 1, d));
  constexpr std::uint64_t kHolds = 5000;
  for (std::uint64_t n = 1; n <= kHolds; ++n) ledger.reserve({reserving(n), kBook, 1, 100}, 1, d);
  int decisions = 0;
  while (ledger.next_expiry()) {
    storage::Decision due;
    ledger.expire_due(200, due);
    ASSERT_FALSE(due.mutations.empty());
    std::size_t bytes = 0;
    for (const auto& mutation : due.mutations) {
      const auto& row = std::get<storage::Put>(mutation).row;
      bytes += row.at.key.size() + row.body.size() + 64;
    }
    EXPECT_LT(bytes, storage::kMaxBatchBytes / 2);
    ++decisions;
  }
  EXPECT_GT(decisions, 1);
  EXPECT_EQ(sums(ledger.level(kBook)), "100000 0 0");
}

TEST(StockLedger, what_a_restart_loads_decides_as_before) {
  for (const HoldState state : {held, committed, consumed, unreserved, expired, refused}) {
    const StockLedger before = ledger_with(state);
    StockLedger after;
    const StockLevel level = before.level(kBook);
    after.load(StockRow{
        .sku = kBook, .on_hand = level.on_hand, .held = level.held, .committed = level.committed});
    after.load(*before.find_hold(kHold));
    storage::Decision a, b;
    StockLedger copy = before;
    EXPECT_EQ(said(copy.unreserve(kHold, 5, a)), said(after.unreserve(kHold, 5, b)));
    EXPECT_EQ(sums(copy.level(kBook)), sums(after.level(kBook)));
    EXPECT_EQ(copy.ended_count(), after.ended_count());
  }
}

}  // namespace
}  // namespace pps::store::testing
