#include "simulators/paysim/tests/fixture.hpp"

namespace pps::paysim {
namespace {

class PagesTest : public ProviderTest {
 protected:
  Reply session(const std::string& owner) {
    return post("/v1/checkout/sessions",
                {{"mode", "setup"},
                 {"customer", owner},
                 {"payment_method_types[0]", "card"},
                 {"success_url", "https://shop.example/done?s={CHECKOUT_SESSION_ID}"},
                 {"cancel_url", "https://shop.example/?a=1&b=\"<"}});
  }
  Reply give(const std::string& id, const Form& form) {
    net::Request out = request(net::Method::post, "/c/pay/" + id, encode(form));
    out.headers.clear();
    return send(out);
  }
  static Form card(const std::string& number, const std::string& expiry = "12 / 34",
                   const std::string& cvc = "123") {
    return {{"card_number", number}, {"expiry", expiry}, {"cvc", cvc}, {"name", "Ada <b>"}};
  }
  Reply answer_bank(const std::string& id, const std::string& outcome) {
    return send(request(net::Method::post, "/c/3ds/" + id, "outcome=" + outcome));
  }
};

TEST_F(PagesTest, ACardIsSavedForTheSessionsCustomer) {
  const auto owner = customer();
  const auto open = session(owner);
  EXPECT_EQ(open["status"], "open");
  EXPECT_EQ(open["url"], "http://localhost:8081/c/pay/" + open["id"]);
  const auto shown = get("/c/pay/" + open["id"]);
  EXPECT_EQ(shown.status, 200);
  for (const char* field : {"card_number", "expiry", "cvc", "name"})
    EXPECT_NE(shown.text.find("name=\"" + std::string(field) + "\""), std::string::npos) << field;
  EXPECT_NE(shown.text.find("https://shop.example/?a=1&amp;b=&quot;&lt;"), std::string::npos);
  EXPECT_NE(shown.headers.get("Content-Security-Policy")
                ->find("form-action 'self' https://shop.example;"),
            std::string::npos);

  const auto saved = give(open["id"], card("4242 4242 4242 4242"));
  EXPECT_EQ(saved.status, 303);
  EXPECT_EQ(saved.headers.get("Location"), "https://shop.example/done?s=" + open["id"]);
  const auto complete = get("/v1/checkout/sessions/" + open["id"]);
  EXPECT_EQ(complete["status"], "complete");
  const auto setup = get("/v1/setup_intents/" + complete["setup_intent"]);
  EXPECT_EQ(setup["status"], "succeeded");
  const auto method = get("/v1/payment_methods/" + setup["payment_method"]);
  EXPECT_EQ(method["customer"], owner);
  const auto& shown_card = method.body.at("card").as_object();
  EXPECT_EQ(text_of(shown_card, "brand") + text_of(shown_card, "last4"), "visa4242");
  EXPECT_EQ(number_of(shown_card, "exp_month") * 10000 + number_of(shown_card, "exp_year"), 122034);
  EXPECT_EQ(intent(method["id"], "700", {{"customer", owner}, {"confirm", "true"}})["status"],
            "requires_capture");
  EXPECT_EQ(give(open["id"], card("4000000000000002")).status, 303) << "pressed twice";
}

struct WrongCase {
  std::string name, number, expiry, cvc, field;
};
class WrongCards : public PagesTest, public ::testing::WithParamInterface<WrongCase> {};

TEST_P(WrongCards, AreToldBesideTheField) {
  const auto& wrong = GetParam();
  const auto id = session(customer())["id"];
  const auto reply = give(id, card(wrong.number, wrong.expiry, wrong.cvc));
  EXPECT_EQ(reply.status, 422);
  for (const char* field : {"card_number", "expiry", "cvc", "name"})
    EXPECT_EQ(reply.text.find("id=\"" + std::string(field) + "-error\"") != std::string::npos,
              wrong.field == field)
        << field;
  EXPECT_NE(reply.text.find("Ada &lt;b&gt;"), std::string::npos);
  if (!wrong.number.empty()) {
    EXPECT_EQ(reply.text.find(wrong.number), std::string::npos);
  }
  EXPECT_EQ(get("/v1/checkout/sessions/" + id)["status"], "open");
}

INSTANTIATE_TEST_SUITE_P(
    Cards, WrongCards,
    ::testing::Values(WrongCase{"luhn", "4242424242424241", "12/34", "123", "card_number"},
                      WrongCase{"none", "", "12/34", "123", "card_number"},
                      WrongCase{"letters", "4242x42424242424", "12/34", "123", "card_number"},
                      WrongCase{"short", "42424242", "12/34", "123", "card_number"},
                      WrongCase{"network", "0000000000000000", "12/34", "123", "card_number"},
                      WrongCase{"past", "4242424242424242", "12/25", "123", "expiry"},
                      WrongCase{"month", "4242424242424242", "13/34", "123", "expiry"},
                      WrongCase{"no_month", "4242424242424242", "/34", "123", "expiry"},
                      WrongCase{"no_expiry", "4242424242424242", "", "123", "expiry"},
                      WrongCase{"cvc", "4242424242424242", "01/26", "12", "cvc"},
                      WrongCase{"amex", "378282246310005", "1234", "123", "cvc"}),
    [](const auto& one) { return one.param.name; });

TEST_F(PagesTest, ADeclinedCardLeavesTheSessionOpen) {
  const auto id = session(customer())["id"];
  for (const char* number : {"4000000000000002", "4111111111111111"}) {
    const auto declined = give(id, card(number));
    EXPECT_EQ(declined.status, 402);
    EXPECT_NE(declined.text.find("Your card was declined."), std::string::npos);
  }
  EXPECT_EQ(give(id, card("5555555555554444")).status, 303);
}

TEST_F(PagesTest, SessionsExpireAfterADay) {
  const auto id = session(customer())["id"];
  now += std::chrono::hours(24);
  EXPECT_EQ(get("/v1/checkout/sessions/" + id)["status"], "expired");
  EXPECT_EQ(give(id, card("4242424242424242")).status, 410);
  EXPECT_EQ(get("/c/pay/cs_none").status, 404);
}

TEST_F(PagesTest, TheBankAsksTheCardholder) {
  const auto id = intent("pm_card_threeDSecure2Required")["id"];
  const auto waiting = act(id, "confirm", {{"return_url", "https://shop.example/order?x=1#y"}});
  EXPECT_EQ(waiting["status"], "requires_action");
  const auto& redirect =
      waiting.body.at("next_action").as_object().at("redirect_to_url").as_object();
  EXPECT_EQ(text_of(redirect, "url"), "http://localhost:8081/c/3ds/" + id);
  EXPECT_NE(get("/c/3ds/" + id).text.find("10.00 EUR"), std::string::npos);
  EXPECT_EQ(answer_bank(id, "nonsense").status, 200);
  EXPECT_EQ(get("/v1/payment_intents/" + id)["status"], "requires_action");
  const auto back = answer_bank(id, "complete");
  EXPECT_EQ(back.status, 303);
  EXPECT_EQ(back.headers.get("Location"),
            "https://shop.example/order?x=1&payment_intent=" + id + "&redirect_status=succeeded#y");
  EXPECT_EQ(get("/v1/payment_intents/" + id)["status"], "requires_capture");
  EXPECT_EQ(answer_bank(id, "fail").status, 200) << "the answer stands";
  EXPECT_EQ(get("/v1/payment_intents/" + id)["status"], "requires_capture");
}

TEST_F(PagesTest, AFailedAuthenticationIsADecline) {
  const auto id = intent("pm_card_authenticationRequired", "1000", {{"confirm", "true"}})["id"];
  EXPECT_EQ(answer_bank(id, "fail").status, 200);
  const auto after = get("/v1/payment_intents/" + id);
  EXPECT_EQ(after["status"], "requires_payment_method");
  EXPECT_EQ(text_of(after.body.at("last_payment_error").as_object(), "code"),
            "payment_intent_authentication_failure");
}

TEST_F(PagesTest, OnlyOutcomesThatNobodyWaitsForAreDelivered) {
  const auto hooks = [&] { return store.scan("hook/", "hook0", 10, false).size(); };
  act(authorized(), "capture");
  EXPECT_EQ(hooks(), 0U);
  const auto id = intent("pm_card_threeDSecure2Required", "1000", {{"confirm", "true"}})["id"];
  EXPECT_EQ(hooks(), 0U);
  answer_bank(id, "complete");
  EXPECT_EQ(hooks(), 1U);
  const auto events = get("/v1/events", {{"type", "payment_intent.amount_capturable_updated"}});
  EXPECT_EQ(events.body.at("data").as_array().size(), 2U);
}

}  // namespace
}  // namespace pps::paysim
