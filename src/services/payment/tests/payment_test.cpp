#include <set>

#include "till.hpp"

/// The life of a payment against the provider's rules, over a line that works.
namespace pps::payment::testing {
namespace {

using namespace std::chrono_literals;

class Payments : public TillTest {
 protected:
  void listen() {
    till->bus->subscribe("payment", "test",
                         [this](std::vector<bus::Delivered> batch) -> Task<void> {
                           for (const auto& one : batch)
                             if (origins_.insert(one.origin).second)
                               events.push_back(one.event.type + " " + one.event.key);
                           co_return Result<void>{};
                         });
  }
  /// What the cardholder does on the bank's page.
  void answer_bank(const std::string& action_url, const std::string& outcome) {
    net::Request request;
    request.method = net::Method::post;
    request.path = request.target = action_url.substr(action_url.find("/c/3ds/"));
    request.body = "outcome=" + outcome;
    const net::Response page =
        bank.provider.handle(bank.store, {world.now(), world}, request, simulators::Mishap::none);
    ASSERT_EQ(page.status, 303);
  }
  std::string webhook(std::string body, std::string signature) {
    Result<WebhookReply> reply =
        world.run(payments().webhook(soon(), {std::move(body), std::move(signature)}));
    return reply ? "taken" : reply.error().code;
  }
  std::int64_t now_s() const { return to_unix_us(world.now()) / 1'000'000; }
  std::string waiting_event() const {
    const auto hooks = bank.store.scan("hook/", simulators::after_prefix("hook/"), 10, false);
    EXPECT_FALSE(hooks.empty());
    return hooks.empty() ? ""
                         : bank.store.get("event/" + hooks.back().first.substr(5)).value_or("");
  }
  std::vector<std::string> events;

 private:
  std::set<std::string> origins_;
};

TEST_F(Payments, authorize_capture_refund_answer_the_same_live_settled_and_after_a_restart) {
  EXPECT_EQ(view(1), "payment.not_found");
  EXPECT_EQ(said(authorize(order(1))), "done");
  EXPECT_EQ(view(1), "authorized 0 0");
  EXPECT_EQ(bank.taken(), 0);
  EXPECT_EQ(capture(1), "done");
  EXPECT_EQ(bank.taken(), 1000);
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(said(authorize(order(1))), "done");
    EXPECT_EQ(capture(1), "done");
    EXPECT_EQ(refund(1, 0, 300), "done");
    EXPECT_EQ(view(1), "captured 1000 300");
    if (pass == 0) settle();
    if (pass == 1) restart(true);
  }
  settle();
  EXPECT_EQ(refund(1, 1, 800), "refused payment.refund_too_much");
  EXPECT_EQ(refund(1, 1, 700), "done") << "a settled payment is revived";
  EXPECT_EQ(view(1), "refunded 1000 1000");
  settle();
  restart();
  EXPECT_EQ(view(1), "refunded 1000 1000");
  EXPECT_EQ(bank.all("intent/").size(), 1u);
  EXPECT_EQ(bank.all("refund/").size(), 2u);
  EXPECT_EQ(bank.taken(), 0);
}

TEST_F(Payments, less_than_authorized_may_be_captured_never_more_and_once) {
  EXPECT_EQ(said(authorize(order(1))), "done");
  EXPECT_EQ(capture(1, 1001), "error payment.amount");
  EXPECT_EQ(capture(1, 0), "error payment.amount");
  EXPECT_EQ(
      said(world.run(payments().capture(soon(), {purchase(1), {500, *Currency::parse("USD")}}))),
      "error payment.amount");
  EXPECT_EQ(capture(1, 600), "done");
  EXPECT_EQ(capture(1, 600), "done");
  EXPECT_EQ(view(1), "captured 600 0");
  EXPECT_EQ(refund(1, 0, 601), "refused payment.refund_too_much");
  EXPECT_EQ(refund(1, 0, 0), "refused payment.refund_too_much");
  EXPECT_EQ(bank.taken(), 600);
}

TEST_F(Payments, a_declined_card_stays_declined) {
  for (const char* method :
       {"pm_card_visa_chargeDeclined", "pm_card_visa_chargeDeclinedInsufficientFunds"}) {
    const std::uint64_t n = method == std::string("pm_card_visa_chargeDeclined") ? 1 : 2;
    const Result<PaymentReply> reply = authorize(order(n, method));
    EXPECT_EQ(said(reply), "refused payment.declined");
    EXPECT_FALSE(reply->detail.empty());
    settle();
    EXPECT_EQ(said(authorize(order(n))), "refused payment.declined");
    EXPECT_EQ(capture(n), "refused payment.capture_refused");
    EXPECT_EQ(undo(n), "undone");
    EXPECT_EQ(view(n), "declined 0 0");
  }
  EXPECT_EQ(bank.taken(), 0);
}

TEST_F(Payments, methods_that_are_not_the_buyers_are_refused) {
  EXPECT_EQ(said(authorize(order(1, "pm_card_nonsense"))), "refused payment.method_unknown");
  EXPECT_EQ(said(authorize(order(2, "pm_stolen"))), "refused payment.method_unknown");
  EXPECT_EQ(bank.intents_in("requires_capture"), 0u);
}

TEST_F(Payments, a_voided_authorization_is_cancelled_and_cannot_be_captured) {
  EXPECT_EQ(said(authorize(order(1))), "done");
  EXPECT_EQ(undo(1), "undone");
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(undo(1), "undone");
    EXPECT_EQ(said(authorize(order(1))), "undone already_undone");
    EXPECT_EQ(capture(1), "refused payment.capture_refused");
    EXPECT_EQ(refund(1, 0, 1), "refused payment.not_captured");
    EXPECT_EQ(view(1), "voided 0 0");
    settle();
  }
  EXPECT_EQ(bank.intents_in("canceled"), 1u);
}

TEST_F(Payments, an_undo_before_the_authorize_wins_for_ever) {
  EXPECT_EQ(undo(1), "undone");
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(said(authorize(order(1))), "undone already_undone");
    if (pass == 0) settle();
    if (pass == 1) restart(true);
  }
  EXPECT_TRUE(bank.all("intent/").empty());
}

TEST_F(Payments, an_undo_after_the_capture_pays_back_all_that_is_left) {
  EXPECT_EQ(said(authorize(order(1))), "done");
  EXPECT_EQ(capture(1), "done");
  EXPECT_EQ(refund(1, 0, 300), "done");
  settle();
  EXPECT_EQ(undo(1), "undone payment.refunded");
  EXPECT_EQ(undo(1), "undone");
  EXPECT_EQ(view(1), "refunded 1000 1000");
  EXPECT_EQ(bank.taken(), 0);
  EXPECT_EQ(refund(1, 1, 1), "refused payment.refund_too_much");
}

TEST_F(Payments, an_audit_tells_what_the_provider_says_whatever_is_kept_here) {
  const auto audit = [this](std::uint64_t n) -> std::string {
    Result<PaymentView> seen = world.run(payments().audit(soon(), {purchase(n)}));
    if (!seen) return seen.error().code;
    return seen->status + " " + std::to_string(seen->captured.minor_units) + " " +
           std::to_string(seen->refunded.minor_units);
  };
  EXPECT_EQ(audit(1), "payment.not_found");
  EXPECT_EQ(said(authorize(order(1))), "done");
  EXPECT_EQ(audit(1), "authorized 0 0");
  EXPECT_EQ(capture(1), "done");
  EXPECT_EQ(refund(1, 0, 300), "done");
  settle();
  EXPECT_EQ(audit(1), "captured 1000 300");
  const std::string intent = world.run(payments().lookup(soon(), {purchase(1)}))->intent;
  StripeClient by_hand(till->client, "sk_test_x");
  ASSERT_TRUE(world.run(by_hand.create_refund(soon(), intent, 700, "by hand", "by hand")));
  EXPECT_EQ(audit(1), "refunded 1000 1000");
  EXPECT_EQ(view(1), "captured 1000 300") << "which is what is kept here";
  EXPECT_EQ(said(authorize(order(2))), "done");
  EXPECT_EQ(undo(2), "undone");
  EXPECT_EQ(audit(2), "voided 0 0");
  EXPECT_EQ(undo(3), "undone");
  EXPECT_EQ(audit(3), "voided 0 0") << "a tombstone has no intent";
}

TEST_F(Payments, nothing_to_capture_or_refund_without_an_authorization) {
  EXPECT_EQ(capture(1), "refused payment.capture_refused");
  EXPECT_EQ(refund(1, 0, 100), "refused payment.not_captured");
  EXPECT_EQ(said(authorize(order(1))), "done") << "asking changed nothing";
  EXPECT_EQ(refund(1, 0, 100), "refused payment.not_captured");
}

TEST_F(Payments, a_confirmed_challenge_is_told_once_by_the_webhook) {
  listen();
  Result<PaymentReply> asked = authorize(order(1, "pm_card_threeDSecure2Required"));
  ASSERT_EQ(said(asked), "pending payment.action_required");
  ASSERT_NE(asked->action_url.find("/c/3ds/"), std::string::npos);
  EXPECT_EQ(said(authorize(order(1))), "pending payment.action_required");
  EXPECT_EQ(view(1), "requires_action 0 0");
  answer_bank(asked->action_url, "complete");
  const std::string body = waiting_event();
  const std::string good = paysim::sign(body, "whsec_x", now_s());
  EXPECT_EQ(webhook(body, ""), "webhook.signature");
  EXPECT_EQ(webhook(body, "t=x,v1=00"), "webhook.signature");
  EXPECT_EQ(webhook(body, paysim::sign(body, "whsec_other", now_s())), "webhook.signature");
  EXPECT_EQ(webhook(body + " ", good), "webhook.signature");
  EXPECT_EQ(webhook(body, paysim::sign(body, "whsec_x", now_s() - 301)), "webhook.signature");
  EXPECT_EQ(webhook(body, paysim::sign(body, "whsec_x", now_s() + 302)), "webhook.signature");
  EXPECT_EQ(webhook("[]", paysim::sign("[]", "whsec_x", now_s())), "json.syntax");
  EXPECT_EQ(webhook(R"({"type":"charge.updated"})",
                    paysim::sign(R"({"type":"charge.updated"})", "whsec_x", now_s())),
            "taken");
  EXPECT_EQ(webhook(body, good), "taken");
  EXPECT_EQ(webhook(body, good), "taken");
  settle();
  EXPECT_EQ(events, std::vector<std::string>{"payment.confirmed " + purchase(1).to_string()});
  EXPECT_EQ(said(authorize(order(1))), "done");
  EXPECT_EQ(capture(1), "done");
  settle();
  EXPECT_EQ(events.size(), 1u);
}

TEST_F(Payments, a_failed_challenge_is_told_even_if_no_webhook_ever_comes) {
  Result<PaymentReply> asked = authorize(order(1, "pm_card_threeDSecure2Required"));
  ASSERT_EQ(said(asked), "pending payment.action_required");
  restart(true);
  listen();
  answer_bank(asked->action_url, "fail");
  world.run_for(11s);
  EXPECT_EQ(events, std::vector<std::string>{"payment.failed " + purchase(1).to_string()});
  EXPECT_EQ(said(authorize(order(1))), "refused payment.declined");
  EXPECT_EQ(capture(1), "refused payment.capture_refused");
}

TEST_F(Payments, an_undo_while_the_customer_is_at_the_bank_ends_it) {
  Result<PaymentReply> asked = authorize(order(1, "pm_card_threeDSecure2Required"));
  ASSERT_EQ(said(asked), "pending payment.action_required");
  EXPECT_EQ(undo(1), "undone");
  EXPECT_EQ(said(authorize(order(1))), "undone already_undone");
  EXPECT_EQ(bank.intents_in("canceled"), 1u);
}

TEST_F(Payments, a_session_is_its_customers_alone_and_returns_to_the_shop_only) {
  const CustomerId me{Uuid::v7(1, 0, 9)}, other{Uuid::v7(1, 0, 8)};
  for (const char* url :
       {"https://evil.example/", "https://shop.example.evil.com/", "https://shop.exampl", ""})
    EXPECT_FALSE(world.run(payments().create_session(soon(), {me, url}))) << url;
  Result<Session> made =
      world.run(payments().create_session(soon(), {me, "https://shop.example/checkout"}));
  ASSERT_TRUE(made) << made.error().code;
  EXPECT_EQ(made->status, "open");
  EXPECT_FALSE(made->url.empty());
  EXPECT_TRUE(world.run(payments().get_session(soon(), {me, made->id})));
  EXPECT_EQ(world.run(payments().get_session(soon(), {other, made->id})).error().kind,
            ErrorKind::not_found);
  ASSERT_TRUE(world.run(payments().create_session(soon(), {other, "https://shop.example"})));
  EXPECT_EQ(world.run(payments().get_session(soon(), {other, made->id})).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(world.run(payments().get_session(soon(), {me, "cs_test_none/../x"})).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(bank.all("customer/").size(), 2u);
}

}  // namespace
}  // namespace pps::payment::testing
