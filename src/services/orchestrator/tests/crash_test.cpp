#include <gtest/gtest.h>

#include "outside.hpp"
#include "services/orchestrator/built_in.hpp"
#include "workflow/bpmn_reader.hpp"

/// The orchestrator killed between any two steps, and diagrams that are wrong: the promise holds.
namespace pps::orchestrator::testing {
namespace {

using namespace std::chrono_literals;

struct Scene {
  explicit Scene(std::uint64_t seed) : world(seed) {}
  Process& open() {
    processes.push_back(std::make_unique<Process>(world, outside, "shop" + std::to_string(processes.size())));
    Process& process = *processes.back();
    process.sabotage = sabotage;
    Result<void> opened = world.run(process.open());
    EXPECT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    return process;
  }
  void restart(bool power_loss) {
    processes.back()->kill(power_loss);
    open();
  }
  Process& shop() { return *processes.back(); }
  Purchase ended(PurchaseId id, Duration limit = 30min) {
    for (Duration waited{}; waited < limit; waited += 1s) {
      Result<Purchase> purchase = world.run(shop().service->get({}, {id, std::nullopt}));
      EXPECT_TRUE(purchase) << purchase.error().code;
      if (!purchase) return {};
      const Status status = purchase->status;
      if (status == Status::completed || status == Status::failed || status == Status::cancelled) return *purchase;
      world.run_for(1s);
    }
    return *world.run(shop().service->get({}, {id, std::nullopt}));
  }
  Result<AcceptReply> accept(AcceptRequest request) { return world.run(shop().service->accept({}, std::move(request))); }

  Outside outside;
  runtime::SimulatedWorld world;
  std::vector<std::unique_ptr<Process>> processes;
  std::function<void(Definitions&)> sabotage;
};

class CrashAt : public ::testing::TestWithParam<std::tuple<bool, const char*>> {};
TEST_P(CrashAt, any_step_and_every_accepted_purchase_still_ends_well) {
  const auto& [power_loss, refused] = GetParam();
  for (int at = 0; at < 220; ++at) {
    Scene scene(static_cast<std::uint64_t>(at) * 7 + 3);
    scene.outside.stock = {{"book", 5}};
    if (*refused) scene.outside.refusals[refused] = "model.refused";
    scene.open();
    Result<AcceptReply> reply = scene.accept(order(1, "k", {{"book", 2}, {"key", 1}}, scene.outside));
    ASSERT_TRUE(reply);
    for (int i = 0; i < at; ++i) scene.world.step();
    if (at % 3 == 0) (void)scene.world.run(scene.shop().service->cancel({}, {reply->purchase.id, std::nullopt}));
    scene.restart(power_loss);
    const Purchase purchase = scene.ended(reply->purchase.id);
    ASSERT_EQ(broken_promise(scene.outside, purchase), "") << "killed after " << at << " steps";
    ASSERT_EQ(broken_stock(scene.outside, {{"book", 5}}), "") << "killed after " << at << " steps";
    ASSERT_LE(scene.outside.payments[purchase.id].captures, 1);
  }
}
INSTANTIATE_TEST_SUITE_P(Cases, CrashAt,
                         ::testing::Combine(::testing::Bool(), ::testing::Values("", "authorize", "prepare/key", "release/book")));

class Chaos : public ::testing::TestWithParam<int> {};
TEST_P(Chaos, of_calls_crashes_and_buyers_breaks_no_promise) {
  for (int seed = GetParam() * 10; seed < GetParam() * 10 + 10; ++seed) {
    Scene scene(static_cast<std::uint64_t>(seed));
    const std::map<std::string, std::int64_t> stock{{"book", 4}, {"pen", 3}};
    scene.outside.stock = stock;
    scene.outside.chaos_per_cent = 25;
    if (seed % 3 == 1) scene.outside.refusals["release/pen"] = "release.impossible";
    scene.open();
    std::vector<PurchaseId> ids;
    auto& random = static_cast<runtime::Random&>(scene.world);
    for (int i = 0; i < 6; ++i) {
      std::vector<std::pair<std::string, std::int64_t>> lines{{"book", 1 + static_cast<std::int64_t>(random.below(2))}};
      if (random.below(2)) lines.emplace_back("pen", 1);
      if (random.below(2)) lines.emplace_back("key", 1);
      Result<AcceptReply> reply = scene.accept(order(i % 3, "k" + std::to_string(i), lines, scene.outside));
      if (reply) ids.push_back(reply->purchase.id);
      const std::uint64_t steps = random.below(150);
      for (std::uint64_t step = 0; step < steps; ++step) scene.world.step();
      if (!ids.empty() && random.below(3) == 0)
        (void)scene.world.run(scene.shop().service->cancel({}, {ids[random.below(ids.size())], std::nullopt}));
      if (random.below(2)) scene.restart(random.below(2) == 0);
    }
    scene.outside.chaos_per_cent = 0;
    for (const auto& id : ids) {
      const Purchase purchase = scene.ended(id);
      ASSERT_EQ(broken_promise(scene.outside, purchase), "") << "seed " << seed;
    }
    ASSERT_EQ(broken_stock(scene.outside, stock), "") << "seed " << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, Chaos, ::testing::Range(1, 13));

std::string with(std::string xml, const std::vector<std::pair<std::string, std::string>>& edits) {
  for (const auto& [from, to] : edits) {
    const auto at = xml.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) xml.replace(at, from.size(), to);
  }
  return xml;
}

struct Sabotage {
  const char* name;
  std::vector<std::pair<std::string, std::string>> edits;
  const char* refused;  ///< A call that is refused, to take the sabotaged way.
  const char* element;  ///< That the refusal names.
};
class Sabotaged : public ::testing::TestWithParam<Sabotage> {};
TEST_P(Sabotaged, diagrams_are_refused_and_forced_in_they_break_no_promise) {
  const Sabotage& sabotage = GetParam();
  const std::string xml = with(std::string(built_in_purchase_process()), sabotage.edits);
  Scene scene(5);
  scene.outside.stock = {{"book", 5}};
  if (*sabotage.refused) scene.outside.refusals[sabotage.refused] = "model.refused";
  scene.sabotage = [&](Definitions& definitions) {
    auto forced = workflow::read_bpmn(xml, 99);
    ASSERT_TRUE(forced) << forced.error().detail << (forced.error().fields.empty() ? "" : forced.error().fields[0].detail);
    definitions.adopt({*forced, "saboteur", 0});
  };
  scene.open();
  const auto refused = scene.world.run(scene.shop().definitions->deploy(xml, "saboteur", {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "process.refused");
  std::string named;
  for (const auto& field : refused.error().fields) named += field.pointer + " ";
  EXPECT_NE(named.find("#" + std::string(sabotage.element) + " "), std::string::npos) << named;
  Result<AcceptReply> reply = scene.accept(order(1, "k", {{"book", 2}, {"key", 1}}, scene.outside));
  ASSERT_TRUE(reply);
  const Purchase purchase = scene.ended(reply->purchase.id, 2h);
  const bool final = purchase.status == Status::completed || purchase.status == Status::failed || purchase.status == Status::cancelled;
  if (final) {
    EXPECT_EQ(broken_promise(scene.outside, purchase), "");
    return;
  }
  // Stuck at the violation, for an operator to see, with nothing taken and nothing delivered.
  EXPECT_TRUE(purchase.attention);
  EXPECT_EQ(scene.outside.payments[purchase.id].captured, 0);
  EXPECT_TRUE(scene.outside.released.empty());
  Result<AdminPurchase> admin = scene.world.run(scene.shop().service->admin_get({}, {purchase.id, std::nullopt}));
  ASSERT_TRUE(admin);
  EXPECT_EQ(admin->incidents.at(0).code, "effect.precondition");
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Sabotaged,
    ::testing::Values(
        Sabotage{"capture_before_commit_hold",
                 {{"purchase.commit_hold", "purchase.later"}, {"purchase.capture", "purchase.commit_hold"},
                  {"purchase.later", "purchase.capture"},     {"value=\"commit_hold\"", "value=\"later\""},
                  {"value=\"capture\"", "value=\"commit_hold\""}, {"value=\"later\"", "value=\"capture\""}},
                 "", "commit_hold"},
        Sabotage{"a_path_round_reserve",
                 {{"<bpmn:sequenceFlow id=\"to_reserve\" sourceRef=\"secure_begin\" targetRef=\"reserve\" />",
                   "<bpmn:exclusiveGateway id=\"in_stock\" default=\"round_reserve\" />"
                   "<bpmn:sequenceFlow id=\"to_in_stock\" sourceRef=\"secure_begin\" targetRef=\"in_stock\" />"
                   "<bpmn:sequenceFlow id=\"round_reserve\" sourceRef=\"in_stock\" targetRef=\"authorize\" />"
                   "<bpmn:sequenceFlow id=\"to_reserve\" sourceRef=\"in_stock\" targetRef=\"reserve\">"
                   "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">=total &gt; 1000000</bpmn:conditionExpression></bpmn:sequenceFlow>"}},
                 "", "authorize"},
        Sabotage{"a_loop_over_capture",
                 {{"<bpmn:sequenceFlow id=\"to_release\" sourceRef=\"capture\" targetRef=\"release\" />",
                   "<bpmn:exclusiveGateway id=\"more\" default=\"to_release\" />"
                   "<bpmn:sequenceFlow id=\"to_more\" sourceRef=\"capture\" targetRef=\"more\" />"
                   "<bpmn:sequenceFlow id=\"to_release\" sourceRef=\"more\" targetRef=\"release\" />"
                   "<bpmn:sequenceFlow id=\"again\" sourceRef=\"more\" targetRef=\"capture\">"
                   "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">=total &gt; 0</bpmn:conditionExpression></bpmn:sequenceFlow>"}},
                 "", "capture"},
        Sabotage{"release_before_capture",
                 {{"sourceRef=\"secure\" targetRef=\"capture\"", "sourceRef=\"secure\" targetRef=\"release\""},
                  {"sourceRef=\"capture\" targetRef=\"release\"", "sourceRef=\"release\" targetRef=\"capture\""},
                  {"sourceRef=\"release\" targetRef=\"completed\"", "sourceRef=\"capture\" targetRef=\"completed\""}},
                 "", "release"},
        Sabotage{"leaves_without_compensation",
                 {{"sourceRef=\"payment_declined\" targetRef=\"undo_failed\"", "sourceRef=\"payment_declined\" targetRef=\"failed\""}},
                 "authorize", "payment_declined"},
        Sabotage{"ends_without_release",
                 {{"purchase.release", "purchase.commit_hold"}, {"value=\"release\"", "value=\"commit_hold\""}},
                 "", "release"},
        Sabotage{"says_one_thing_and_does_another", {{"purchase.commit_hold", "purchase.capture"}}, "", "commit_hold"},
        Sabotage{"swallows_a_refusal",
                 {{"sourceRef=\"prepare_refused\" targetRef=\"undo_failed\"", "sourceRef=\"prepare_refused\" targetRef=\"capture\""}},
                 "prepare/key", "capture"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace pps::orchestrator::testing
