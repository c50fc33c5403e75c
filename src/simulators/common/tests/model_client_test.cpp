#include "simulators/common/model_client.hpp"

#include <gtest/gtest.h>

#include "runtime/simulated.hpp"
#include "simulators/common/crypto.hpp"
#include "simulators/common/form.hpp"

namespace pps::simulators {
namespace {

// Counts what arrives; tells path and query.
class Counter final : public Rules {
 public:
  net::Response handle(Store& store, const Moment&, const net::Request& request,
                       Mishap mishap) override {
    if (mishap == Mishap::error_before) return {.status = 500};
    const int count = std::stoi(store.get("count").value_or("0")) + 1;
    store.put("count", std::to_string(count));
    if (mishap == Mishap::error_after) return {.status = 500};
    net::Response response;
    response.body = request.path + "|" + std::string(request.query_value("q").value_or("")) + "|" +
                    request.body;
    return response;
  }
  net::Response down() const override { return {.status = 503}; }
};

struct FateCase {
  std::string name;
  LineFate fate;
  int status;  ///< 0: an error.
  ErrorKind error;
  int arrived;
};

class Fates : public ::testing::TestWithParam<FateCase> {};

TEST_P(Fates, OfOneRequest) {
  const auto& expected = GetParam();
  runtime::SimulatedWorld world(1);
  MemoryStore store;
  Counter rules;
  ModelClient client(world.runtime(), rules, store, [&](const auto&) { return expected.fate; });
  Context context;
  context.deadline = world.monotonic() + std::chrono::seconds(1);
  const auto answer = world.run(
      client.send(context, {.method = net::Method::post, .path = "/a%20b?q=c+d", .body = "x"}));
  ASSERT_EQ(answer.has_value(), expected.status != 0);
  if (answer) {
    EXPECT_EQ(answer->status, expected.status);
  } else {
    EXPECT_EQ(answer.error().kind, expected.error);
  }
  if (answer && answer->status == 200) {
    EXPECT_EQ(answer->body, "/a b|c d|x");
  }
  world.run_for(std::chrono::minutes(1));
  EXPECT_EQ(store.get("count").value_or("0"), std::to_string(expected.arrived));
}

constexpr auto kUnknown = ErrorKind::unknown_outcome;
INSTANTIATE_TEST_SUITE_P(
    Lines, Fates,
    ::testing::Values(FateCase{"perfect", {}, 200, {}, 1},
                      FateCase{"refused", {.refuse = true}, 0, ErrorKind::unavailable, 0},
                      FateCase{"lost_request", {.lose_request = true}, 0, kUnknown, 0},
                      FateCase{"lost_answer", {.lose_answer = true}, 0, kUnknown, 1},
                      FateCase{"twice", {.twice = true}, 200, {}, 2},
                      FateCase{"late_request", {.before = std::chrono::seconds(5)}, 0, kUnknown, 1},
                      FateCase{"late_answer", {.after = std::chrono::seconds(5)}, 0, kUnknown, 1},
                      FateCase{"slow",
                               {.before = std::chrono::milliseconds(300),
                                .after = std::chrono::milliseconds(300)},
                               200,
                               {},
                               1},
                      FateCase{"error_before", {.mishap = Mishap::error_before}, 500, {}, 0},
                      FateCase{"error_after", {.mishap = Mishap::error_after}, 500, {}, 1}),
    [](const auto& one) { return one.param.name; });

TEST(Seal, OpensOnlyAsItWasSealed) {
  runtime::SimulatedWorld world(1);
  const std::string key(32, 'k');
  const std::string sealed = seal(key, "4242", "pm_1", world.runtime().random);
  EXPECT_EQ(unseal(key, sealed, "pm_1"), "4242");
  EXPECT_FALSE(unseal(key, sealed, "pm_2"));
  EXPECT_FALSE(unseal(std::string(32, 'x'), sealed, "pm_1"));
  EXPECT_FALSE(unseal(key, sealed.substr(1), "pm_1"));
  EXPECT_FALSE(unseal(key, "", "pm_1"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(unseal(key, changed, "pm_1")) << i;
  }
  EXPECT_NE(seal(key, "4242", "pm_1", world.runtime().random), sealed);
}

TEST(Form, ReadsWhatItWrites) {
  const std::string odd = "a&b=c%d+e \xc3\xa9";
  const auto form = decode_form("x=" + encode_percent(odd) + "&y=1+2&z&&x=");
  ASSERT_TRUE(form);
  EXPECT_EQ(*form, (net::Query{{"x", odd}, {"y", "1 2"}, {"z", ""}, {"x", ""}}));
  for (const char* broken : {"a=%", "a=%1", "a=%zz", "%=1"})
    EXPECT_FALSE(decode_form(broken)) << broken;
}

}  // namespace
}  // namespace pps::simulators
