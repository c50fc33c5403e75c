#include "simulators/paysim/tests/fixture.hpp"

namespace pps::paysim {
namespace {

using IntentsTest = ProviderTest;

TEST_F(IntentsTest, HoldsCapturesAndGivesBackNoMoreThanWasCaptured) {
  const auto made = intent("pm_card_visa", "1000",
                           {{"metadata[purchase]", "p1"}, {"payment_method_types[0]", "card"}});
  EXPECT_EQ(made["status"], "requires_confirmation");
  EXPECT_EQ(text_of(made.body.at("metadata").as_object(), "purchase"), "p1");
  const auto held = act(made["id"], "confirm");
  EXPECT_EQ(held["status"], "requires_capture");
  EXPECT_EQ(held.number("amount_capturable"), 1000);
  EXPECT_EQ(act(made["id"], "capture", {{"amount_to_capture", "1001"}}).error("code"),
            "amount_too_large");
  const auto captured = act(made["id"], "capture", {{"amount_to_capture", "800"}});
  EXPECT_EQ(captured["status"], "succeeded");
  EXPECT_EQ(captured.number("amount_received"), 800);
  EXPECT_EQ(captured.number("amount_capturable"), 0);
  EXPECT_EQ(act(made["id"], "capture").error("code"), "payment_intent_unexpected_state");
  const auto refund = [&](const char* amount) {
    return post("/v1/refunds", {{"payment_intent", made["id"]}, {"amount", amount}});
  };
  EXPECT_EQ(refund("500").status, 200);
  EXPECT_EQ(refund("301").status, 400);
  EXPECT_EQ(refund("300").status, 200);
  EXPECT_EQ(refund("1").error("code"), "charge_already_refunded");
  const auto list = get("/v1/refunds", {{"payment_intent", made["id"]}, {"limit", "1"}});
  EXPECT_EQ(list.body.at("data").as_array().size(), 1U);
  EXPECT_TRUE(list.body.at("has_more").as_bool());
}

TEST_F(IntentsTest, WhatIsNotCapturedIsNotRefunded) {
  const auto id = authorized();
  EXPECT_EQ(post("/v1/refunds", {{"payment_intent", id}}).error("code"), "charge_not_refundable");
  const auto unconfirmed = intent("pm_card_visa")["id"];
  EXPECT_EQ(post("/v1/refunds", {{"payment_intent", unconfirmed}}).error("code"),
            "payment_intent_unexpected_state");
  EXPECT_EQ(get("/v1/refunds").body.at("data").as_array().size(), 0U);
}

TEST_F(IntentsTest, CancelIsTheEndOfWhatIsNotCaptured) {
  const auto id = authorized();
  EXPECT_EQ(act(id, "cancel")["status"], "canceled");
  for (const char* verb : {"cancel", "capture", "confirm"})
    EXPECT_EQ(act(id, verb).error("code"), "payment_intent_unexpected_state") << verb;
  EXPECT_EQ(get("/v1/payment_intents/" + id)["status"], "canceled");
  EXPECT_EQ(get("/v1/payment_intents/" + id).number("amount_received"), 0);
}

TEST_F(IntentsTest, CapturesAtOnceUnlessToldOtherwise) {
  const auto paid = post("/v1/payment_intents", {{"amount", "5"},
                                                 {"currency", "usd"},
                                                 {"confirm", "true"},
                                                 {"payment_method", "pm_card_mastercard"}});
  EXPECT_EQ(paid["status"], "succeeded");
  EXPECT_EQ(paid.number("amount_received"), 5);
}

struct DeclineCase {
  const char *token, *code, *decline_code;
};
class Declines : public ProviderTest, public ::testing::WithParamInterface<DeclineCase> {};

TEST_P(Declines, LeaveTheReasonAndWaitForAnotherCard) {
  const auto made = intent(GetParam().token)["id"];
  const auto declined = act(made, "confirm");
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(declined.error("type"), "card_error");
  EXPECT_EQ(declined.error("code"), GetParam().code);
  EXPECT_EQ(declined.error("decline_code"), GetParam().decline_code);
  const auto after = get("/v1/payment_intents/" + made);
  EXPECT_EQ(after["status"], "requires_payment_method");
  EXPECT_EQ(text_of(after.body.at("last_payment_error").as_object(), "code"), GetParam().code);
  EXPECT_EQ(act(made, "confirm").error("code"), "payment_intent_unexpected_state");
  EXPECT_EQ(act(made, "confirm", {{"payment_method", "pm_card_visa"}})["status"],
            "requires_capture");
  EXPECT_EQ(get("/v1/charges", {{"payment_intent", made}}).body.at("data").as_array().size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Tokens, Declines,
    ::testing::Values(DeclineCase{"pm_card_chargeDeclined", "card_declined", "generic_decline"},
                      DeclineCase{"pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined",
                                  "insufficient_funds"},
                      DeclineCase{"pm_card_chargeDeclinedExpiredCard", "expired_card", ""},
                      DeclineCase{"pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", ""},
                      DeclineCase{"pm_card_chargeDeclinedProcessingError", "processing_error", ""},
                      DeclineCase{"pm_card_radarBlock", "card_declined", "fraudulent"}));

struct RefusedCase {
  std::string name;
  std::vector<std::pair<std::string, std::string>> change;
  int status;
  std::string param;
};
class Refused : public ProviderTest, public ::testing::WithParamInterface<RefusedCase> {};

TEST_P(Refused, NothingIsMade) {
  std::map<std::string, std::string> form{{"amount", "100"}, {"currency", "eur"}};
  for (const auto& [name, value] : GetParam().change) form[name] = value;
  const auto reply = post("/v1/payment_intents", {form.begin(), form.end()});
  EXPECT_EQ(reply.status, GetParam().status);
  EXPECT_EQ(reply.error("type"), "invalid_request_error");
  EXPECT_EQ(reply.error("param"), GetParam().param);
  EXPECT_TRUE(get("/v1/payment_intents").body.at("data").as_array().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Parameters, Refused,
    ::testing::Values(
        RefusedCase{"zero", {{"amount", "0"}}, 400, "amount"},
        RefusedCase{"negative", {{"amount", "-1"}}, 400, "amount"},
        RefusedCase{"fraction", {{"amount", "1.5"}}, 400, "amount"},
        RefusedCase{"huge", {{"amount", "100000000"}}, 400, "amount"},
        RefusedCase{"overflow", {{"amount", "99999999999999999999"}}, 400, "amount"},
        RefusedCase{"currency", {{"currency", "euro"}}, 400, "currency"},
        RefusedCase{"unknown", {{"amont", "1"}}, 400, "amont"},
        RefusedCase{"method", {{"payment_method", "pm_none"}}, 400, "payment_method"},
        RefusedCase{"token", {{"payment_method", "pm_card_none"}}, 400, "payment_method"},
        RefusedCase{"customer", {{"customer", "cus_none"}}, 400, "customer"},
        RefusedCase{"type", {{"payment_method_types[]", "sofort"}}, 400, "payment_method_types"}),
    [](const auto& one) { return one.param.name; });

TEST_F(IntentsTest, RefusesAnotherCustomersMethod) {
  const auto alice = customer(), bob = customer();
  const auto method = post("/v1/payment_methods/pm_card_visa/attach", {{"customer", alice}})["id"];
  EXPECT_EQ(intent(method, "1", {{"customer", alice}}).status, 200);
  EXPECT_EQ(intent(method, "1", {{"customer", bob}}).status, 400);
  EXPECT_EQ(intent(method, "1").status, 400);
  EXPECT_EQ(post("/v1/payment_methods/" + method + "/attach", {{"customer", bob}}).status, 400);
  const auto other = intent("pm_card_visa", "1", {{"customer", bob}})["id"];
  EXPECT_EQ(act(other, "confirm", {{"payment_method", method}}).status, 400);
}

TEST_F(IntentsTest, EveryUseOfATokenIsAMethodOfItsOwn) {
  const auto first = intent("pm_card_visa"), second = intent("pm_card_visa");
  EXPECT_NE(first["payment_method"], second["payment_method"]);
  const auto method = get("/v1/payment_methods/" + first["payment_method"]);
  EXPECT_EQ(text_of(method.body.at("card").as_object(), "last4"), "4242");
  EXPECT_EQ(method.text.find("4242424242424242"), std::string::npos);
}

TEST_F(IntentsTest, NoCardNumberIsKeptInTheClear) {
  intent("pm_card_visa", "1000", {{"confirm", "true"}});
  for (const auto& [key, value] : store.scan("", "\xff", 1000, false))
    EXPECT_EQ(value.find("4242424242424242"), std::string::npos) << key;
}

TEST_F(IntentsTest, ListsNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(authorized());
    now += std::chrono::milliseconds(1);
  }
  const auto first = get("/v1/payment_intents", {{"limit", "2"}});
  const auto& data = first.body.at("data").as_array();
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data[0].at("id").as_string(), ids[4]);
  EXPECT_TRUE(first.body.at("has_more").as_bool());
  const auto rest = get("/v1/payment_intents", {{"limit", "3"}, {"starting_after", ids[3]}});
  EXPECT_EQ(rest.body.at("data").as_array().size(), 3U);
  EXPECT_FALSE(rest.body.at("has_more").as_bool());
  EXPECT_EQ(get("/v1/payment_intents", {{"limit", "101"}}).status, 400);
  EXPECT_EQ(get("/v1/payment_intents", {{"starting_after", "pi_none"}}).status, 400);
  EXPECT_EQ(get("/v1/payment_intents", {{"page", "2"}}).error("code"), "parameter_unknown");
}

TEST_F(IntentsTest, AsksForTheKey) {
  net::Request request = ProviderTest::request(net::Method::get, "/v1/payment_intents");
  EXPECT_EQ(send(request).status, 200);
  request.headers.set("Authorization", "Basic c2tfdGVzdF8xOg==");
  EXPECT_EQ(send(request).status, 200);
  for (const char* wrong : {"Bearer sk_test_2", "Bearer ", "Basic c2tfdGVzdF8yOg==", ""}) {
    request.headers.set("Authorization", wrong);
    EXPECT_EQ(send(request).status, 401) << wrong;
  }
}

}  // namespace
}  // namespace pps::paysim
