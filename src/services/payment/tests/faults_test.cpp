#include "till.hpp"

/// Every call to the provider lost, doubled, late or answered with a recorded failure, and the
/// service killed between any two steps: never two charges, never money kept for nothing.
namespace pps::payment::testing {
namespace {

using namespace std::chrono_literals;
using simulators::LineFate;
using simulators::Mishap;

struct Trouble {
  const char* name;
  LineFate fate;
};
const Trouble kTroubles[] = {
    {"refused", {.refuse = true}},
    {"request_lost", {.lose_request = true}},
    {"answer_lost", {.lose_answer = true}},
    {"twice", {.twice = true}},
    {"late", {.before = std::chrono::seconds(4)}},
    {"failed_before", {.mishap = Mishap::error_before}},
    {"failed_after", {.mishap = Mishap::error_after}},
};

using Case =
    std::tuple<const char*, int, int, bool>;  ///< Call, trouble, how often, reads fail too.
class Faults : public TillTest, public ::testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    TillTest::SetUp();
    const auto& [call, trouble, times, reads_too] = GetParam();
    bank.fate = [this, left = times, reads_left = reads_too ? times : 0, call = std::string(call),
                 fate = kTroubles[trouble].fate](const std::string& now) mutable -> LineFate {
      if (now == call && left > 0) {
        --left;
        ++befell;
        return fate;
      }
      if (now == "read" && befell > 0 && reads_left > 0) {
        --reads_left;
        return {.refuse = true};
      }
      return {};
    };
  }
  /// As the orchestrator does: again until it is known.
  template <class Call>
  std::string until_known(Call call) {
    for (int tries = 0; tries < 20; ++tries) {
      Result<PaymentReply> reply = world.run(call());
      if (reply) return said(reply);
      EXPECT_TRUE(reply.error().kind == ErrorKind::unknown_outcome ||
                  reply.error().kind == ErrorKind::unavailable)
          << reply.error().code << " " << reply.error().detail;
      world.run_for(1s);
    }
    return "never known";
  }
  std::string surely_authorize() {
    return until_known([this] { return payments().authorize(soon(1s), order(1)); });
  }
  std::string surely_capture() {
    return until_known([this] { return payments().capture(soon(1s), {purchase(1), euros(1000)}); });
  }
  std::string surely_undo() {
    return until_known([this] { return payments().void_authorization(soon(1s), {purchase(1)}); });
  }
  std::string surely_refund(int line, std::int64_t amount) {
    return until_known(
        [=, this] { return payments().refund(soon(1s), line_refund(1, line, amount)); });
  }
  int befell = 0;
};

TEST_P(Faults, pay_and_pay_back_in_parts) {
  EXPECT_EQ(surely_authorize(), "done");
  EXPECT_EQ(bank.intents_in("requires_capture"), 1u);
  EXPECT_EQ(surely_capture(), "done");
  EXPECT_EQ(bank.taken(), 1000);
  EXPECT_EQ(surely_refund(0, 300), "done");
  EXPECT_EQ(surely_refund(1, 200), "done");
  world.run_for(10s);  // what was late has arrived
  EXPECT_EQ(bank.intents_in("succeeded"), 1u);
  EXPECT_EQ(bank.intents_in("requires_capture"), 0u);
  EXPECT_EQ(bank.all("refund/").size(), 2u);
  EXPECT_EQ(bank.taken(), 500);
  EXPECT_EQ(view(1), "captured 1000 500");
}

TEST_P(Faults, give_up_before_the_capture) {
  EXPECT_EQ(surely_authorize(), "done");
  EXPECT_EQ(surely_undo(), "undone");
  world.run_for(10s);
  EXPECT_EQ(bank.intents_in("requires_capture"), 0u);
  EXPECT_EQ(bank.intents_in("succeeded"), 0u);
  EXPECT_EQ(surely_authorize(), "undone already_undone");
}

TEST_P(Faults, give_up_while_nothing_is_known) {
  (void)world.run(payments().authorize(soon(10ms), order(1)));
  EXPECT_EQ(surely_undo(), "undone");
  world.run_for(10s);
  EXPECT_EQ(bank.intents_in("requires_capture"), 0u);
  EXPECT_EQ(bank.taken(), 0);
  EXPECT_EQ(surely_authorize(), "undone already_undone");
}

TEST_P(Faults, give_up_after_the_capture) {
  EXPECT_EQ(surely_authorize(), "done");
  (void)world.run(payments().capture(soon(10ms), {purchase(1), euros(1000)}));
  EXPECT_TRUE(surely_undo().starts_with("undone"));
  world.run_for(10s);
  EXPECT_EQ(bank.taken(), 0);
  EXPECT_EQ(bank.intents_in("requires_capture"), 0u);
}

std::string name_of(const ::testing::TestParamInfo<Case>& tested) {
  const auto& [call, trouble, times, reads_too] = tested.param;
  return std::string(call) + "_" + kTroubles[trouble].name + "_" + std::to_string(times) +
         (reads_too ? "_unread" : "");
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Faults,
    ::testing::Combine(::testing::Values("create", "confirm", "capture", "cancel", "refund"),
                       ::testing::Range(0, 7), ::testing::Values(1, 3), ::testing::Bool()),
    name_of);

class PowerLoss : public TillTest {};

TEST_F(PowerLoss, leaves_the_provider_to_tell_that_the_money_was_taken) {
  ASSERT_EQ(said(authorize(order(1))), "done");
  ASSERT_EQ(capture(1), "done");
  restart(true);
  EXPECT_EQ(refund(1, 0, 300), "done");
  EXPECT_EQ(bank.taken(), 700);
  EXPECT_EQ(view(1), "captured 1000 300");
}

TEST_F(PowerLoss, leaves_no_payment_open_that_has_ended_at_the_provider) {
  ASSERT_EQ(said(authorize(order(1))), "done");
  ASSERT_EQ(capture(1), "done");
  restart(true);
  world.run_for(7s);
  Result<std::optional<PaymentRow>> settled = world.run(find_settled(*till->table, purchase(1)));
  ASSERT_TRUE(settled);
  ASSERT_TRUE(*settled);
  EXPECT_EQ((*settled)->state, PaymentState::captured);
  EXPECT_EQ((*settled)->captured, 1000);
}

boost::asio::awaitable<void> life(std::shared_ptr<PaymentService> service, bool give_up,
                                  std::shared_ptr<std::vector<std::string>> answers) {
  AuthorizeRequest asked = order(1);
  Result<PaymentReply> reply = co_await service->authorize({}, std::move(asked));
  answers->push_back(said(reply));
  if (give_up) {
    PaymentRequest all{purchase(1)};
    reply = co_await service->void_authorization({}, std::move(all));
    answers->push_back(said(reply));
  }
  CaptureRequest whole{purchase(1), euros(1000)};
  reply = co_await service->capture({}, std::move(whole));
  answers->push_back(said(reply));
  RefundRequest part = line_refund(1, 0, 300);
  reply = co_await service->refund({}, std::move(part));
  answers->push_back(said(reply));
}

class Crash : public ::testing::TestWithParam<std::tuple<bool, bool>> {};
TEST_P(Crash, at_any_step_charges_once_and_forgets_no_answer) {
  const auto& [power_loss, give_up] = GetParam();
  const std::vector<std::string> expected =
      give_up ? std::vector<std::string>{"done", "undone", "refused payment.capture_refused",
                                         "refused payment.not_captured"}
              : std::vector<std::string>{"done", "done", "done"};
  bool reached_the_end = false;
  int at = 0;
  for (; !reached_the_end; ++at) {
    ASSERT_LT(at, 2000);
    runtime::SimulatedWorld world(static_cast<std::uint64_t>(at) * 17 + 1);
    auto disk = std::make_shared<storage::memory::Disk>();
    Bank bank;
    auto first = std::make_unique<Till>(world, disk, bank, "first");
    first->open();
    auto before = std::make_shared<std::vector<std::string>>();
    runtime::spawn(first->runtime.executor, life(first->service, give_up, before));
    for (int step = 0; step < at; ++step) world.step();
    reached_the_end = before->size() == expected.size();
    first->kill(power_loss);
    for (std::size_t n = 0; n < before->size(); ++n) ASSERT_EQ((*before)[n], expected[n]);

    Till second(world, disk, bank, "second");
    second.open();
    auto again = std::make_shared<std::vector<std::string>>();
    runtime::spawn(second.runtime.executor, life(second.service, give_up, again));
    ASSERT_TRUE(world.run_until([&] { return again->size() == expected.size(); }, 1min)) << at;
    std::vector<std::string> repeated = expected;
    if (give_up && (*again)[0] != "done") repeated[0] = "undone already_undone";
    ASSERT_EQ(*again, repeated) << "killed after " << at << " steps";
    ASSERT_EQ(bank.taken(), give_up ? 0 : 700) << "killed after " << at << " steps";
    ASSERT_EQ(bank.intents_in("requires_capture"), 0u);
    ASSERT_EQ(bank.intents_in("succeeded"), give_up ? 0u : 1u);
  }
  EXPECT_GT(at, 20);
}
INSTANTIATE_TEST_SUITE_P(KillOrPower, Crash,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

}  // namespace
}  // namespace pps::payment::testing
