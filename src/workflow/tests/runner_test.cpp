#include "workflow/runner.hpp"

#include <gtest/gtest.h>

#include "case_file.hpp"
#include "diagram.hpp"
#include "runtime/simulated.hpp"
#include "runtime/sync.hpp"
#include "storage/memory/memory.hpp"
#include "workflow/effect_check.hpp"

namespace pps::workflow {
namespace {

using namespace std::chrono_literals;
constexpr storage::Family kFamily{"flow_live", storage::FamilyUse::conditional};
constexpr storage::RowKind kInstances = 1;
constexpr storage::RowKind kNotes = 2;

struct Call {
  std::string element;
  LocalId job;
  int attempt;
};

/// What lives on when a process is killed: the disk, and what the outside world saw.
struct Outside {
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  std::shared_ptr<const Definition> definition;
  std::vector<Call> calls;
  std::vector<std::string> ended;  ///< End events, as the decisions that ended an instance told.
  int undurable = 0;  ///< Jobs with commit="before" that began before their row was durable.
  int running = 0, most_running = 0;
  std::map<std::string, std::function<JobResult(const JobCall&)>> answers;
  std::map<std::string, Duration> delays;

  Duration delay_of(const std::string& element) const {
    const auto found = delays.find(element);
    return found == delays.end() ? Duration(1ms) : found->second;
  }
  JobResult answer_to(const JobCall& call) const {
    const auto found = answers.find(call.element->id);
    return found == answers.end() ? JobResult{JobDone{}, {}} : found->second(call);
  }
  std::vector<std::string> done() const {
    std::vector<std::string> names;
    for (const Call& call : calls) names.push_back(call.element);
    return names;
  }
};

/// One process's hold on the shard.
class Owner {
 public:
  Owner(runtime::Runtime& runtime, Outside& outside, RunnerOptions options)
      : runtime_(runtime),
        outside_(outside),
        options_(options),
        table_(storage::memory::open_table(runtime, outside.disk)) {}

  Task<void> open() {
    storage::ShardAddress address{&kFamily, "flow", 1};
    Result<std::shared_ptr<storage::Shard>> shard =
        co_await storage::Shard::open(runtime_, *table_, address);
    if (!shard) co_return fail(std::move(shard).error());
    shard_ = *shard;
    runner_ = std::make_unique<Runner>(runtime_, shard_, options_);
    for (const Element& element : outside_.definition->elements) {
      if (element.task) runner_->handle(element.task->type, handler());
    }
    runner_->on_step(
        [this](const StepView& view, storage::Decision& decision) { note(view, decision); });
    auto find = [definition = outside_.definition](const std::string&, std::uint64_t hash) {
      return hash == definition->hash ? definition : nullptr;
    };
    co_return co_await runner_->recover(find);
  }

  Result<void> start(const Uuid& id, Values variables = {}) {
    storage::Decision decision;
    Result<void> started = runner_->start(id, outside_.definition, std::move(variables), decision);
    shard_->enqueue(std::move(decision));
    return started;
  }
  Result<void> message(const Uuid& id, std::string name, std::string key = {}) {
    storage::Decision decision;
    Result<void> sent =
        runner_->message(id, MessageArrived{std::move(name), std::move(key), {}, false}, decision);
    shard_->enqueue(std::move(decision));
    return sent;
  }
  Runner& runner() { return *runner_; }
  storage::Shard& shard() { return *shard_; }
  storage::Table& table() { return *table_; }

 private:
  JobHandler handler() {
    return [this](JobCall call) { return work(*this, outside_, std::move(call)); };
  }

  static Task<JobResult> work(Owner& owner, Outside& outside, JobCall call) {
    const std::string element = call.element->id;
    outside.calls.push_back({element, call.job, call.attempt});
    outside.most_running = std::max(outside.most_running, ++outside.running);
    if (call.element->task->commit_before) {
      JobCall copy = call;
      const bool durable = co_await is_durable(owner, std::move(copy));
      if (!durable) ++outside.undurable;
    }
    const Duration delay = outside.delay_of(element);
    co_await runtime::sleep_for(owner.runtime_, delay);
    --outside.running;
    JobResult result = outside.answer_to(call);
    co_return result;
  }

  static boost::asio::awaitable<bool> is_durable(Owner& owner, JobCall call) {
    storage::RowKey at{kInstances, std::string(call.instance.view())};
    Result<std::optional<storage::Row>> row =
        co_await owner.table_->find(kFamily, owner.shard_->address().partition(), at);
    if (!row || !*row) co_return false;
    const Result<State> state = decode_state((*row)->body);
    co_return state&& std::any_of(state->jobs.begin(), state->jobs.end(),
                                  [&](const Job& j) { return j.id == call.job; });
  }

  /// The service's own row, in the decision of the step that ends the instance.
  void note(const StepView& view, storage::Decision& decision) {
    for (const Command& command : view.commands) {
      const auto* end = std::get_if<Completed>(&command);
      if (!end) continue;
      outside_.ended.push_back(view.definition.element(end->end).id);
      decision.mutations.push_back(storage::Put{
          {{kNotes, std::string(view.instance.view())}, 1, view.definition.element(end->end).id}});
    }
  }

  runtime::Runtime& runtime_;
  Outside& outside_;
  RunnerOptions options_;
  std::shared_ptr<storage::Table> table_;
  std::shared_ptr<storage::Shard> shard_;
  std::unique_ptr<Runner> runner_;
};

class RunnerTest : public testing::Test {
 protected:
  void deploy_lines(const std::vector<std::string>& lines) { deploy_xml(bpmn_of("p", lines)); }
  void deploy_xml(const std::string& xml) {
    auto deployed = deploy(xml, 1);
    ASSERT_TRUE(deployed) << deployed.error().detail;
    outside_.definition = *deployed;
  }
  std::unique_ptr<Owner> open(runtime::SimulatedProcess& process,
                              RunnerOptions options = {.kind = kInstances}) {
    auto owner = std::make_unique<Owner>(process.runtime(), outside_, options);
    auto opened = world_.run(owner->open());
    EXPECT_TRUE(opened) << opened.error().code;
    return owner;
  }
  std::unique_ptr<Owner> open() { return open(world_.main()); }
  Uuid new_id() { return runtime::new_uuid(world_.runtime(), 1); }
  bool run_to_end(Owner& owner, Duration limit = 2h) {
    return world_.run_until([&] { return owner.runner().stats().open == 0; }, limit);
  }
  std::size_t rows(Owner& owner, storage::RowKind kind) {
    storage::ScanQuery query{
        .family = &kFamily, .partition = owner.shard().address().partition(), .kind = kind};
    EXPECT_TRUE(world_.run(owner.shard().flush()));
    return world_.run(owner.table().scan(query))->rows.size();
  }

  runtime::SimulatedWorld world_{5};
  Outside outside_;
};

using Names = std::vector<std::string>;

TEST_F(RunnerTest, carries_a_purchase_to_its_end_and_leaves_only_the_services_row) {
  deploy_xml(read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"));
  auto owner = open();
  ASSERT_TRUE(owner->start(new_id(), {{"purchase_id", "p1"}}));
  ASSERT_TRUE(run_to_end(*owner));
  EXPECT_EQ(outside_.done(),
            (Names{"reserve", "authorize", "prepare", "commit_hold", "capture", "release"}));
  EXPECT_EQ(outside_.ended, Names{"completed"});
  EXPECT_EQ(outside_.undurable, 0);
  EXPECT_EQ(rows(*owner, kInstances), 0u);
  EXPECT_EQ(rows(*owner, kNotes), 1u);
}

TEST_F(RunnerTest, a_refusal_is_undone_in_reverse) {
  deploy_xml(read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"));
  outside_.answers["commit_hold"] = [](const JobCall&) {
    return JobResult{JobBpmnError{"hold.expired", {}}, {}};
  };
  auto owner = open();
  ASSERT_TRUE(owner->start(new_id(), {{"purchase_id", "p1"}}));
  ASSERT_TRUE(run_to_end(*owner));
  EXPECT_EQ(outside_.done(), (Names{"reserve", "authorize", "prepare", "commit_hold", "unprepare",
                                    "void", "unreserve"}));
  EXPECT_EQ(outside_.ended, Names{"failed"});
}

TEST_F(RunnerTest, a_message_cancels_a_job_whose_late_answer_is_dropped) {
  deploy_xml(read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"));
  outside_.delays["authorize"] = 2s;
  auto owner = open();
  const Uuid id = new_id();
  ASSERT_TRUE(owner->start(id, {{"purchase_id", "p1"}}));
  world_.run_for(500ms);
  EXPECT_EQ(owner->message(id, "cancel", "another").error().code, "workflow.no_subscription");
  ASSERT_TRUE(owner->message(id, "cancel", "p1"));
  ASSERT_TRUE(run_to_end(*owner));
  world_.run_for(5s);
  EXPECT_EQ(outside_.done(), (Names{"reserve", "authorize", "void", "unreserve"}));
  EXPECT_EQ(outside_.ended, Names{"cancelled"});
}

/// kill -9 (and power loss) between every two steps of the world: each time the next owner brings
/// the purchase to its end, every job keeps its id, and nothing that needs a durable request is
/// done without one.
TEST_F(RunnerTest, a_crash_between_any_two_steps_loses_nothing) {
  deploy_xml(read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"));
  int points = 0;
  for (const bool refused : {false, true}) {
    for (const bool power_loss : {false, true}) {
      for (std::uint64_t crash_at = 1;; ++crash_at) {
        runtime::SimulatedWorld world(crash_at);
        Outside outside;
        outside.definition = outside_.definition;
        if (refused)
          outside.answers["prepare"] = [](const JobCall&) {
            return JobResult{JobBpmnError{"prepare.refused", {}}, {}};
          };
        auto& first = world.process("first");
        auto doomed =
            std::make_unique<Owner>(first.runtime(), outside, RunnerOptions{.kind = kInstances});
        ASSERT_TRUE(world.run(doomed->open()));
        ASSERT_TRUE(doomed->start(runtime::new_uuid(world.runtime(), 1), {{"purchase_id", "p1"}}));
        ASSERT_TRUE(world.run(doomed->shard().flush()));
        for (std::uint64_t i = 0; i < crash_at && doomed->runner().stats().open > 0; ++i)
          world.step();
        const bool over = doomed->runner().stats().open == 0;
        first.kill();
        power_loss ? outside.disk->crash() : outside.disk->replay();
        doomed.reset();
        Owner next(world.runtime(), outside, {.kind = kInstances});
        ASSERT_TRUE(world.run(next.open()));
        ASSERT_TRUE(world.run_until([&] { return next.runner().stats().open == 0; }, 2h));
        std::map<std::string, LocalId> ids;
        for (const Call& call : outside.calls)
          EXPECT_EQ(ids.emplace(call.element, call.job).first->second, call.job);
        EXPECT_EQ(outside.ended.back(), refused ? "failed" : "completed");
        EXPECT_EQ(ids.size(), 6u);
        EXPECT_EQ(outside.undurable, 0);
        ++points;
        if (over) break;
      }
    }
  }
  EXPECT_GT(points, 80);
}

TEST_F(RunnerTest, retries_back_off_and_end_in_an_incident_that_can_be_resolved) {
  deploy_lines({"start s -> a",
                "service a type=t.a retries=4 backoff=PT1S backoff_max=PT2S -> done", "end done"});
  int failures = 4;
  outside_.answers["a"] = [&](const JobCall&) {
    return failures-- > 0 ? JobResult{JobRetry{"provider.down", "503"}, {}}
                          : JobResult{JobDone{}, {}};
  };
  auto owner = open();
  const Uuid id = new_id();
  ASSERT_TRUE(owner->start(id));
  world_.run_for(10s);
  ASSERT_EQ(outside_.calls.size(), 4u);
  EXPECT_EQ(outside_.calls.back().attempt, 4);
  EXPECT_EQ(owner->runner().stats().retries, 3u);
  const State* state = owner->runner().find(id);
  ASSERT_EQ(state->incidents.size(), 1u);
  EXPECT_EQ(state->incidents[0].code, "provider.down");
  storage::Decision decision;
  ASSERT_TRUE(owner->runner().resolve_incident(id, {state->incidents[0].id, {}}, decision));
  owner->shard().enqueue(std::move(decision));
  ASSERT_TRUE(run_to_end(*owner));
  EXPECT_EQ(outside_.calls.back().attempt, 1);
  EXPECT_EQ(outside_.calls.back().job, outside_.calls.front().job);
}

TEST_F(RunnerTest, an_incident_waits_across_a_restart) {
  deploy_lines({"start s -> a", "service a type=t.a -> done", "end done"});
  outside_.answers["a"] = [](const JobCall&) {
    return JobResult{JobIncident{"a.odd", "look"}, {}};
  };
  auto& first = world_.process("first");
  auto owner = open(first);
  const Uuid id = new_id();
  ASSERT_TRUE(owner->start(id));
  world_.run_for(1s);
  first.kill();
  owner.reset();
  auto next = open();
  world_.run_for(1min);
  EXPECT_EQ(outside_.calls.size(), 1u);
  EXPECT_EQ(next->runner().find(id)->incidents.size(), 1u);
}

TEST_F(RunnerTest, an_attempt_that_takes_too_long_is_made_again) {
  deploy_lines({"start s -> a", "service a type=t.a deadline=PT1S -> done", "end done"});
  outside_.delays["a"] = 5s;
  outside_.answers["a"] = [&](const JobCall& call) {
    outside_.delays["a"] = 1ms;
    return JobResult{JobDone{{{"attempt", call.attempt}}}, {}};
  };
  auto owner = open();
  ASSERT_TRUE(owner->start(new_id()));
  world_.run_for(1100ms);
  outside_.delays["a"] = 1ms;
  ASSERT_TRUE(run_to_end(*owner));
  EXPECT_EQ(outside_.calls.size(), 2u);
}

TEST_F(RunnerTest, timers_are_set_again_at_recovery_and_one_that_was_missed_fires_at_once) {
  deploy_lines(
      {"start s -> w", "catch w timer=PT10M -> a", "service a type=t.a -> done", "end done"});
  auto& first = world_.process("first");
  auto owner = open(first);
  ASSERT_TRUE(owner->start(new_id()));
  world_.run_for(9min);
  first.kill();
  owner.reset();
  world_.run_for(30s);
  auto& second = world_.process("second");
  auto next = open(second);
  world_.run_for(20s);
  EXPECT_TRUE(outside_.calls.empty());
  second.kill();
  next.reset();
  world_.run_for(1h);
  auto last = open();
  ASSERT_TRUE(run_to_end(*last, 1s));
  EXPECT_EQ(outside_.done(), Names{"a"});
}

TEST_F(RunnerTest, a_timer_whose_step_cannot_be_taken_becomes_an_incident) {
  deploy_lines({"start s -> w", "catch w timer=PT10M -> g", "xor g -> h",
                "xor h -> g if =stop != true; done default", "end done"});
  auto owner = open();
  const Uuid id = new_id();
  ASSERT_TRUE(owner->start(id));
  world_.run_for(11min);
  const State* state = owner->runner().find(id);
  ASSERT_NE(state, nullptr);
  ASSERT_EQ(state->incidents.size(), 1u);
  EXPECT_EQ(state->incidents[0].code, "workflow.runaway");
  EXPECT_EQ(outside_.definition->element(state->incidents[0].element).id, "w");
  storage::Decision decision;
  ASSERT_TRUE(owner->runner().resolve_incident(id, {state->incidents[0].id, {{"stop", true}}}, decision));
  owner->shard().enqueue(std::move(decision));
  ASSERT_TRUE(run_to_end(*owner, 11min));
  EXPECT_EQ(outside_.ended, Names{"done"});
}

TEST_F(RunnerTest, jobs_at_the_same_time_are_bounded) {
  deploy_lines({"start s -> a", "service a type=t.a -> done", "end done"});
  auto owner = open(world_.main(), {.kind = kInstances, .max_jobs = 3});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(owner->start(new_id()));
  ASSERT_TRUE(run_to_end(*owner));
  EXPECT_EQ(outside_.calls.size(), 50u);
  EXPECT_EQ(outside_.most_running, 3);
}

TEST_F(RunnerTest, an_owner_that_lost_its_shard_does_nothing_more) {
  deploy_lines({"start s -> a", "service a type=t.a -> b", "service b type=t.b -> c",
                "service c type=t.c commit=before -> done", "end done"});
  outside_.delays["a"] = 100ms;
  auto old = open(world_.process("old"));
  ASSERT_TRUE(old->start(new_id()));
  ASSERT_TRUE(world_.run(old->shard().flush()));
  world_.run_for(10ms);
  auto next = open(world_.process("next"));
  ASSERT_TRUE(run_to_end(*next));
  world_.run_for(1min);
  std::map<std::string, int> times;
  for (const Call& call : outside_.calls) ++times[call.element];
  EXPECT_EQ(times["c"], 1)
      << "what must be recorded first is done by the owner of the record alone";
  EXPECT_EQ(outside_.ended.size(), 1u);
}

TEST_F(RunnerTest, refuses_what_it_cannot_run) {
  deploy_lines({"start s -> u", "user u -> done", "end done"});
  auto owner = open();
  const Uuid id = new_id();
  ASSERT_TRUE(owner->start(id));
  EXPECT_EQ(owner->start(id).error().code, "workflow.exists");
  storage::Decision decision;
  EXPECT_EQ(owner->runner().complete(new_id(), {1, {}}, decision).error().code,
            "workflow.no_instance");
  EXPECT_EQ(owner->runner().complete(id, {77, {}}, decision).error().code, "workflow.stale");
  EXPECT_TRUE(decision.mutations.empty());
  ASSERT_TRUE(owner->runner().complete(id, {owner->runner().find(id)->jobs[0].id, {}}, decision));
  EXPECT_EQ(owner->runner().stats().open, 0u);
}

TEST_F(RunnerTest, recovery_does_not_scan_what_has_ended) {
  deploy_lines({"start s -> a", "service a type=t.a -> done", "end done"});
  auto owner = open();
  const Uuid early = new_id();
  world_.run_for(1h);
  ASSERT_TRUE(owner->start(new_id()));
  ASSERT_TRUE(run_to_end(*owner));
  EXPECT_EQ(owner->start(early).error().code, "workflow.clock");
  EXPECT_TRUE(owner->start(new_id()));
}

}  // namespace
}  // namespace pps::workflow
