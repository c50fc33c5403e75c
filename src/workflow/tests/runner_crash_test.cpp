#include <gtest/gtest.h>

#include "base/id.hpp"
#include "case_file.hpp"
#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "storage/memory/memory.hpp"
#include "workflow/effect_check.hpp"
#include "workflow/runner.hpp"

/// Purchases under crashes, refusals, partial work and cancellations, against a world that keeps
/// the participants' promises: an effect is done once, and its undo leaves a tombstone.
namespace pps::workflow {
namespace {

using namespace std::chrono_literals;
constexpr storage::Family kFamily{"flow_live", storage::FamilyUse::conditional};

const std::map<std::string, std::string> kUndoes = {
    {"unreserve", "reserve"}, {"void", "authorize"}, {"unprepare", "prepare"}};
const std::map<std::string, std::string> kRefusals = {{"reserve", "stock.insufficient"},
                                                      {"authorize", "payment.declined"},
                                                      {"prepare", "prepare.refused"},
                                                      {"commit_hold", "hold.expired"},
                                                      {"capture", "capture.refused"}};

enum class Standing { none, done, undone };

/// What outlives every process.
struct Outside {
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  std::shared_ptr<const Definition> definition;
  std::map<std::pair<Uuid, std::string>, Standing> effects;
  std::map<Uuid, std::string> ended;
  std::string broken;
};

class Owner {
 public:
  Owner(runtime::SimulatedWorld& world, runtime::Runtime& runtime, Outside& outside)
      : world_(world),
        runtime_(runtime),
        outside_(outside),
        table_(storage::memory::open_table(runtime, outside.disk)) {}

  Task<void> open() {
    storage::ShardAddress address{&kFamily, "flow", 1};
    Result<std::shared_ptr<storage::Shard>> shard =
        co_await storage::Shard::open(runtime_, *table_, address);
    if (!shard) co_return fail(std::move(shard).error());
    shard_ = *shard;
    runner_ = std::make_unique<Runner>(runtime_, shard_, RunnerOptions{.kind = 1});
    for (const Element& element : outside_.definition->elements) {
      if (element.task)
        runner_->handle(element.task->type,
                        [this](JobCall call) { return work(*this, std::move(call)); });
    }
    runner_->on_step([this](const StepView& view, storage::Decision&) {
      if (view.after.phase == Phase::completed)
        outside_.ended[view.instance] = view.definition.element(view.after.ended_at).id;
    });
    auto find = [definition = outside_.definition](const std::string&, std::uint64_t) {
      return definition;
    };
    co_return co_await runner_->recover(find);
  }

  void start(const Uuid& id) {
    storage::Decision decision;
    PPS_INVARIANT(runner_->start(id, outside_.definition, {{"purchase_id", "p"}}, decision));
    shard_->enqueue(std::move(decision));
  }
  void cancel(const Uuid& id) {
    storage::Decision decision;
    if (runner_->message(id, {"cancel", "p", {}, false}, decision))
      shard_->enqueue(std::move(decision));
  }
  Runner& runner() { return *runner_; }
  storage::Shard& shard() { return *shard_; }

 private:
  static Task<JobResult> work(Owner& owner, JobCall call) {
    const std::string effect = call.element->task->effect;
    co_await runtime::sleep_for(owner.runtime_, Duration(owner.world_.below(3000)));
    JobResult result = owner.outside_world(call.instance, effect);
    co_await runtime::sleep_for(owner.runtime_, Duration(owner.world_.below(3000)));
    if (owner.world_.below(20) == 0) result.outcome = JobRetry{"lost.answer", ""};
    co_return result;
  }

  /// The participant's side: done even if the answer never arrives.
  JobResult outside_world(const Uuid& id, const std::string& effect) {
    auto standing = [&](const std::string& name) -> Standing& {
      return outside_.effects[{id, name}];
    };
    if (const auto undo = kUndoes.find(effect); undo != kUndoes.end()) {
      if (standing("capture") == Standing::done) outside_.broken = effect + " after the capture";
      standing(undo->second) = Standing::undone;
      return {JobDone{}, {}};
    }
    if (standing(effect) == Standing::undone) return {JobBpmnError{kRefusals.at(effect), {}}, {}};
    if (kRefusals.contains(effect) && is_refused(id, effect)) {
      // Some lines may have been done before another was refused; a refused capture took nothing.
      if (effect != "capture" && world_.below(2) == 0) standing(effect) = Standing::done;
      return {JobBpmnError{kRefusals.at(effect), {}}, {}};
    }
    if (effect == "capture") {
      for (const char* before : {"reserve", "authorize", "prepare", "commit_hold"}) {
        if (standing(before) != Standing::done)
          outside_.broken = std::string("captured without ") + before;
      }
    }
    if (effect == "release" && standing("capture") != Standing::done)
      outside_.broken = "released without capture";
    standing(effect) = Standing::done;
    return {JobDone{{{"requires_action", false}}}, {}};
  }

  /// The same question gets the same answer, for ever.
  static bool is_refused(const Uuid& id, const std::string& effect) {
    return shard_of(id.to_string() + effect, 12) == 0;
  }

  runtime::SimulatedWorld& world_;
  runtime::Runtime& runtime_;
  Outside& outside_;
  std::shared_ptr<storage::Table> table_;
  std::shared_ptr<storage::Shard> shard_;
  std::unique_ptr<Runner> runner_;
};

std::string judge(const Outside& outside, const Uuid& id) {
  const auto end = outside.ended.find(id);
  if (end == outside.ended.end()) return "never ended";
  const auto standing = [&](const std::string& effect) {
    const auto found = outside.effects.find({id, effect});
    return found == outside.effects.end() ? Standing::none : found->second;
  };
  if (end->second == "completed") {
    for (const char* effect :
         {"reserve", "authorize", "prepare", "commit_hold", "capture", "release"}) {
      if (standing(effect) != Standing::done) return std::string("completed without ") + effect;
    }
    return "";
  }
  for (const char* effect : {"reserve", "authorize", "prepare", "capture", "release"}) {
    if (standing(effect) == Standing::done) return end->second + " with " + effect + " standing";
  }
  return "";
}

void run_seed(std::uint64_t seed, std::shared_ptr<const Definition> definition,
              std::map<std::string, int>& ends) {
  runtime::SimulatedWorld world(seed);
  Outside outside;
  outside.definition = std::move(definition);
  std::vector<Uuid> ids;
  const std::uint64_t crashes = world.below(6);
  for (std::uint64_t life = 0; life <= crashes; ++life) {
    auto& process = world.process("life " + std::to_string(life));
    auto owner = std::make_unique<Owner>(world, process.runtime(), outside);
    const Result<void> opened = world.run(owner->open());
    ASSERT_TRUE(opened) << opened.error().code;
    for (int i = 0; life == 0 && i < 8; ++i)
      owner->start(ids.emplace_back(runtime::new_uuid(world.runtime(), 1)));
    ASSERT_TRUE(world.run(owner->shard().flush()));
    for (int turn = 0; turn < 4; ++turn) {
      world.run_for(Duration(world.below(6000)));
      if (world.below(3) == 0) owner->cancel(ids[world.below(ids.size())]);
    }
    if (life == crashes) {
      world.run_until([&] { return owner->runner().stats().open == 0; }, 30min);
      (void)world.run(owner->shard().flush());
    }
    process.kill();
    world.below(2) == 0 ? outside.disk->crash() : outside.disk->replay();
    owner.reset();
  }
  EXPECT_EQ(outside.broken, "") << "seed " << seed;
  for (const Uuid& id : ids) {
    EXPECT_EQ(judge(outside, id), "") << "seed " << seed;
    ++ends[outside.ended[id]];
  }
}

TEST(RunnerCrash, every_accepted_purchase_ends_released_or_undone) {
  const auto definition = *deploy(read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"), 1);
  std::map<std::string, int> ends;
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed)
    run_seed(seed, definition, ends);
  for (const char* end : {"completed", "failed", "cancelled"}) EXPECT_GT(ends[end], 50) << end;
}

}  // namespace
}  // namespace pps::workflow
