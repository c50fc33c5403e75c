#include "simulators/common/tests/forked.hpp"
#include "simulators/paysim/provider.hpp"

namespace pps::paysim {
namespace {

class PaysimProgram : public ::testing::Test {
 protected:
  net::ClientResponse ask(net::Method method, const std::string& path, const std::string& body = {},
                          const std::string& key = {}) {
    net::ClientRequest request{.method = method, .path = path, .body = body};
    request.headers.set("Authorization", "Bearer sk_test_1");
    if (!key.empty()) request.headers.set("Idempotency-Key", key);
    const auto answer = program.ask(std::move(request));
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer ? *answer : net::ClientResponse{};
  }

  simulators::Forked program{[] {
    return std::make_unique<Provider>(
        Settings{.secret_key = "sk_test_1", .vault_key = std::string(32, 'k'), .origin = {}});
  }};
};

TEST_F(PaysimProgram, AnswersTheSameAfterKill9) {
  const std::string form =
      "amount=700&currency=eur&capture_method=manual&payment_method=pm_card_visa&confirm=true";
  program.start();
  std::vector<std::string> answers;
  for (int i = 0; i < 5; ++i)
    answers.push_back(
        ask(net::Method::post, "/v1/payment_intents", form, "k" + std::to_string(i)).body);
  program.end(SIGKILL);
  program.start();
  for (int i = 0; i < 5; ++i) {
    const auto again = ask(net::Method::post, "/v1/payment_intents", form, "k" + std::to_string(i));
    EXPECT_EQ(again.body, answers[static_cast<std::size_t>(i)]);
    EXPECT_EQ(again.headers.get("Idempotent-Replayed"), "true");
  }
  const std::string id = answers[0].substr(answers[0].find("pi_"), 25);
  EXPECT_EQ(ask(net::Method::post, "/v1/payment_intents/" + id + "/capture", "").status, 200);
  EXPECT_EQ(ask(net::Method::get, "/c/pay/cs_none").status, 404);
}

}  // namespace
}  // namespace pps::paysim
