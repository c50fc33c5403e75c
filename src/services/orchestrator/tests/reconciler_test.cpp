#include <gtest/gtest.h>

#include "purchases.hpp"

/// Finished purchases are looked at once more, and what differs is told to an operator.
namespace pps::orchestrator::testing {
namespace {

using namespace std::chrono_literals;

class Reconciling : public Purchases {
 protected:
  std::vector<std::string> incidents() {
    Result<IncidentsReply> reply = world.run(shop.service->incidents({}, {}));
    EXPECT_TRUE(reply);
    std::vector<std::string> codes;
    for (const auto& one : reply->items) codes.push_back(one.code);
    return codes;
  }
};

TEST_F(Reconciling, a_purchase_that_is_as_it_should_be_is_looked_at_once_and_left_alone) {
  const PurchaseId id = accepted({{"book", 1}, {"key", 1}}).purchase.id;
  ended(id);
  world.run_for(50s);
  EXPECT_EQ(outside.calls_of("audit"), 0) << "not before its time";
  world.run_for(300s);
  EXPECT_EQ(outside.calls_of("audit"), 2) << "one for each line";
  EXPECT_TRUE(incidents().empty());
  EXPECT_FALSE(now(id).attention);
}

TEST_F(Reconciling, a_difference_is_an_incident_until_it_is_gone_and_an_operator_tries_again) {
  const PurchaseId id = accepted({{"book", 1}}).purchase.id;
  ended(id);
  outside.payments[id].refunded = 300;  // by hand, at the provider
  world.run_for(100s);
  EXPECT_EQ(incidents(), std::vector<std::string>{"money.kept"});
  EXPECT_TRUE(now(id).attention);
  EXPECT_EQ(now(id).status, Status::completed);
  const Result<AdminPurchase> seen = world.run(shop.service->admin_get({}, {id, std::nullopt}));
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->incidents.size(), 1u);
  EXPECT_EQ(seen->incidents[0].detail, "the provider kept 700, 1000 is owed");

  ASSERT_TRUE(world.run(shop.service->retry_incident({}, {seen->incidents[0].id})));
  EXPECT_EQ(incidents(), std::vector<std::string>{"money.kept"}) << "it still differs";
  outside.payments[id].refunded = 0;
  ASSERT_TRUE(world.run(shop.service->retry({}, {id, std::nullopt})));
  EXPECT_TRUE(incidents().empty());
  EXPECT_FALSE(now(id).attention);
  const Result<AdminPurchase> no_more = world.run(shop.service->retry({}, {id, std::nullopt}));
  ASSERT_FALSE(no_more);
  EXPECT_EQ(no_more.error().code, "purchase.no_incident");
}

TEST_F(Reconciling, what_ended_before_a_loss_of_power_is_looked_at_after_it) {
  const PurchaseId id = accepted({{"book", 1}}).purchase.id;
  ended(id);
  archive();
  outside.payments[id].captured = 0;
  shop.kill(true);
  Process again(world, outside, "again");
  ASSERT_TRUE(world.run(again.open()));
  world.run_for(100s);
  Result<IncidentsReply> reply = world.run(again.service->incidents({}, {}));
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->items.size(), 1u);
  EXPECT_EQ(reply->items[0].code, "money.kept");
}

TEST_F(Reconciling, one_that_still_runs_when_the_others_are_looked_at_has_its_turn_when_it_has_ended) {
  outside.ask_for_confirmation = true;
  const PurchaseId slow = accepted({{"book", 1}}, "slow").purchase.id;
  world.run_for(1s);
  outside.ask_for_confirmation = false;
  ended(accepted({{"pen", 1}}, "quick").purchase.id);
  world.run_for(120s);
  EXPECT_EQ(outside.calls_of("audit"), 1);
  ASSERT_TRUE(world.run(shop.tell_payment(slow, "payment.failed", "payment.authentication_failed")));
  ended(slow);
  outside.payments[slow].status = "authorized";
  world.run_for(120s);
  EXPECT_EQ(outside.calls_of("audit"), 2);
  EXPECT_EQ(incidents(), std::vector<std::string>{"payment.open"});
}

TEST_F(Reconciling, a_participant_that_is_away_is_asked_again) {
  const PurchaseId id = accepted({{"book", 1}}).purchase.id;
  ended(id);
  outside.payments[id].refunded = 1;
  outside.script["audit"] = {Fault::unavailable, Fault::unknown_before};
  outside.script["lookup_payment"] = {Fault::unavailable};
  world.run_for(120s);
  EXPECT_EQ(incidents(), std::vector<std::string>{"money.kept"});
}

TEST_F(Reconciling, what_the_participants_may_have_forgotten_is_compared_with_nothing) {
  const PurchaseId id = accepted({{"book", 1}}).purchase.id;
  ended(id);
  outside.payments[id].refunded = 1;
  world.run_for(100s);
  EXPECT_EQ(incidents(), std::vector<std::string>{"money.kept"});
  shop.kill(true);
  world.run_for(24h * 81);
  Process again(world, outside, "again");
  ASSERT_TRUE(world.run(again.open()));
  ASSERT_TRUE(world.run(again.service->retry({}, {id, std::nullopt})));
  const Result<AdminPurchase> seen = world.run(again.service->admin_get({}, {id, std::nullopt}));
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->incidents.empty());
  EXPECT_EQ(outside.calls_of("audit"), 1) << "once, while it was young";
}

}  // namespace
}  // namespace pps::orchestrator::testing
