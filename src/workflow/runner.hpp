#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/uuid.hpp"
#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "storage/shard.hpp"
#include "workflow/engine.hpp"

/// The durable runner: carries the process instances of one shard forward. It belongs to the
/// shard's memory (what storage::ShardHost loads) and dies with it; the next owner recovers
/// everything from the instance rows.
///
/// One instance is one row (kind chosen by the service, key = the instance's 16 bytes). Timers are
/// not rows: their due times stand in the states and are set again at recovery
/// (docs/decisions/0020).
namespace pps::workflow {

/// One attempt of one job. `instance`/`job` names it for ever, whatever the attempt.
struct JobCall {
  Uuid instance;
  LocalId job = 0;
  int attempt = 1;  ///< 1 … ; starts again at 1 after a resolved incident.
  std::shared_ptr<const Definition> definition;
  const Element* element = nullptr;  ///< Of `definition`: id, task type, effect, headers.
  Values variables;
  Duration deadline{};  ///< Clock::monotonic; after it the attempt counts as failed and its late
                        ///< answer is dropped.
};

struct JobDone {
  Values variables;
};
struct JobBpmnError {
  std::string code;
  Values variables;
};
/// Try again later (back-off with jitter); when the task's retries are used up it becomes an
/// incident.
struct JobRetry {
  std::string code;
  std::string detail;
};
/// Trying again cannot help: an operator must look.
struct JobIncident {
  std::string code;
  std::string detail;
};
struct JobResult {
  std::variant<JobDone, JobBpmnError, JobRetry, JobIncident> outcome;
  storage::Decision
      decision;  ///< The service's own rows and events, committed together with the step.
};

/// Does the work. At least once per job, perhaps again after it succeeded (a crash before the
/// commit): idempotent by effect id. An Error is a JobRetry with its code. It may outlive the
/// runner, so it must own what it uses. Its result is dropped, `decision` included, if the job was
/// cancelled meanwhile or the attempt's deadline passed.
using JobHandler = std::function<Task<JobResult>(JobCall)>;

/// What a step did, before it is committed. `after` is the state to be stored; Completed is among
/// `commands` at the end.
struct StepView {
  Uuid instance;
  const Definition& definition;
  const State& before;
  const State& after;
  const Event& event;
  const std::vector<Command>& commands;
};

struct RunnerOptions {
  storage::RowKind kind = 0;   ///< Of the instance rows.
  std::size_t max_jobs = 256;  ///< Attempts at the same time; the rest wait in order.
};

/// Loop-confined; no locks. Work under way keeps what it needs alive; after `stop` (or destruction)
/// nothing of it reaches the shard.
class Runner {
 public:
  using FindDefinition =
      std::function<std::shared_ptr<const Definition>(const std::string& id, std::uint64_t hash)>;
  /// Adds the service's rows and events (timeline, views) to the decision that commits the step.
  /// When the instance is over its row is erased in the same decision: what should stay of it is
  /// written here. Must not wait.
  using OnStep = std::function<void(const StepView&, storage::Decision&)>;

  Runner(runtime::Runtime& runtime, std::shared_ptr<storage::Shard> shard, RunnerOptions options);
  ~Runner();
  Runner(const Runner&) = delete;

  /// @pre before `recover` and the first `start`. A service task without a handler becomes an
  /// incident; a user task without one waits for `complete`.
  void handle(std::string job_type, JobHandler handler);
  void on_step(OnStep listener);

  /// Reads every instance row of the shard, sets the timers and starts the open jobs again. Once,
  /// before anything else. Errors: the table's; `internal` "workflow.no_definition" when a row's
  /// definition is not known.
  Task<void> recover(FindDefinition find);

  /// The rest decide at once and add the rows to `decision`, which the caller MUST enqueue before
  /// it waits for anything; the jobs they give rise to begin after that.
  ///
  /// @param instance a version 7 UUID: recovery starts its scan at the oldest open one.
  /// Errors: `conflict` "workflow.exists"; `unavailable` "workflow.clock" (an id that is more than
  /// a minute older than instances that have ended: the clock was set back); those of `step`.
  Result<void> start(Uuid instance, std::shared_ptr<const Definition> definition, Values variables,
                     storage::Decision& decision);
  /// Errors: `not_found` "workflow.no_instance"; those of `step`.
  Result<void> message(Uuid instance, MessageArrived message, storage::Decision& decision);
  Result<void> resolve_incident(Uuid instance, IncidentResolved resolved,
                                storage::Decision& decision);
  /// Answers an open job from outside its handler: a user task.
  Result<void> complete(Uuid instance, JobCompleted completed, storage::Decision& decision);

  /// Ends an instance where it stands: nothing more of it happens, and no step tells of its end. Error: `not_found`
  /// "workflow.no_instance".
  Result<void> abandon(Uuid instance, storage::Decision& decision);

  /// Null when the instance is not here (finished or never was). Valid until the next step; not yet
  /// durable perhaps.
  const State* find(const Uuid& instance) const;
  std::shared_ptr<const Definition> definition_of(const Uuid& instance) const;
  std::vector<Uuid> instances() const;

  struct Stats {
    std::uint64_t steps = 0, attempts = 0, retries = 0, incidents = 0;
    std::size_t open = 0, running_jobs = 0;
  };
  Stats stats() const;
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace pps::workflow
