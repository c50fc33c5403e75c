#include "simulators/paysim/tests/fixture.hpp"

namespace pps::paysim {
namespace {

using simulators::Mishap;

class IdempotencyTest : public ProviderTest {
 protected:
  const Form form{{"amount", "1000"}, {"currency", "eur"}, {"payment_method", "pm_card_visa"}};
  std::size_t intents() { return get("/v1/payment_intents").body.at("data").as_array().size(); }
};

TEST_F(IdempotencyTest, TheSameKeyGetsTheSameAnswer) {
  const auto first = post("/v1/payment_intents", form, "k");
  const auto again = post("/v1/payment_intents", {form[2], form[0], form[1]}, "k");
  EXPECT_EQ(again.text, first.text);
  EXPECT_FALSE(first.headers.get("Idempotent-Replayed"));
  EXPECT_EQ(again.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(intents(), 1U);
}

TEST_F(IdempotencyTest, OtherParametersAreRefused) {
  post("/v1/payment_intents", form, "k");
  Form other = form;
  other[0].second = "1001";
  for (const auto& reply :
       {post("/v1/payment_intents", other, "k"), post("/v1/refunds", form, "k")}) {
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.error("type"), "idempotency_error");
  }
  EXPECT_EQ(intents(), 1U);
}

TEST_F(IdempotencyTest, WhatWasRefusedBeforeItBeganIsNotKept) {
  EXPECT_EQ(post("/v1/payment_intents", {{"amount", "x"}}, "k").status, 400);
  EXPECT_EQ(post("/v1/payment_intents", form, "k").status, 200);
}

TEST_F(IdempotencyTest, ADeclineIsKept) {
  const auto id = intent("pm_card_chargeDeclined")["id"];
  const auto first = act(id, "confirm", {}, "k");
  EXPECT_EQ(first.status, 402);
  EXPECT_EQ(act(id, "confirm", {}, "k").text, first.text);
  EXPECT_EQ(get("/v1/charges", {{"payment_intent", id}}).body.at("data").as_array().size(), 1U);
}

TEST_F(IdempotencyTest, AFailureIsKeptWhetherTheWorkWasDoneOrNot) {
  EXPECT_EQ(post("/v1/payment_intents", form, "before", Mishap::error_before).status, 500);
  EXPECT_EQ(intents(), 0U);
  EXPECT_EQ(post("/v1/payment_intents", form, "before").status, 500);
  EXPECT_EQ(post("/v1/payment_intents", form, "after", Mishap::error_after).status, 500);
  EXPECT_EQ(intents(), 1U);
  EXPECT_EQ(post("/v1/payment_intents", form, "after").status, 500);
  EXPECT_EQ(intents(), 1U);
  EXPECT_EQ(post("/v1/payment_intents", form, "another").status, 200);
}

TEST_F(IdempotencyTest, OnlyAPostHasAKey) {
  auto request = ProviderTest::request(net::Method::post, "/v1/customers");
  EXPECT_FALSE(provider.exclusive_name(request));
  request.headers.set("Idempotency-Key", "k");
  EXPECT_EQ(provider.exclusive_name(request), "k");
  request.method = net::Method::get;
  EXPECT_FALSE(provider.exclusive_name(request));
  EXPECT_EQ(provider.busy().status, 409);
}

}  // namespace
}  // namespace pps::paysim
