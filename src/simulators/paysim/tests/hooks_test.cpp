#include "simulators/paysim/hooks.hpp"

#include <gtest/gtest.h>

#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "simulators/common/model_client.hpp"

namespace pps::paysim {
namespace {

// The merchant's side: refuses the first few.
class Receiver final : public simulators::Rules {
 public:
  explicit Receiver(int refusals) : refusals_(refusals) {}
  net::Response handle(simulators::Store&, const simulators::Moment& moment,
                       const net::Request& request, simulators::Mishap) override {
    EXPECT_EQ(request.path, "/hook");
    EXPECT_EQ(request.headers.get("Stripe-Signature"),
              sign(request.body, "whsec_1", to_unix_us(moment.now) / 1'000'000));
    if (refusals_-- > 0) return {.status = 500};
    bodies.push_back(request.body);
    return {.status = 200};
  }
  net::Response down() const override { return {.status = 503}; }

  std::vector<std::string> bodies;

 private:
  int refusals_;
};

boost::asio::awaitable<void> at_once() { co_return; }

TEST(Hooks, AreRepeatedInOrderUntilTheyAreTaken) {
  simulators::MemoryStore store, elsewhere;
  Receiver receiver(3);
  for (const char* id : {"evt_1", "evt_2"}) {
    store.put("event/" + std::string(id), id);
    store.put("hook/" + std::string(id), {});
  }
  runtime::SimulatedWorld world(1);
  auto client = std::make_shared<simulators::ModelClient>(world.runtime(), receiver, elsewhere);
  runtime::spawn(world.runtime().executor,
                 deliver({world.runtime(), store, &at_once, client, "/hook", "whsec_1"}));
  world.run_for(
      std::chrono::seconds(6));  // after pauses of 1 s and 2 s the third is refused; then 4 s
  EXPECT_TRUE(receiver.bodies.empty());
  world.run_for(std::chrono::seconds(2));
  EXPECT_EQ(receiver.bodies, (std::vector<std::string>{"evt_1", "evt_2"}));
  EXPECT_TRUE(store.scan("hook/", "hook0", 10, false).empty());
  world.run_for(std::chrono::minutes(1));
  EXPECT_EQ(receiver.bodies.size(), 2U);
}

// Checked against `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_1`.
TEST(HookSignature, IsStripes) {
  EXPECT_EQ(sign("{}", "whsec_1", 1'700'000'000),
            "t=1700000000,v1=c8cf6ed9fd9120874a1792902ffdf5b69559118b76d10974da8a20cf21f94bc5");
}

}  // namespace
}  // namespace pps::paysim
