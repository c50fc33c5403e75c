#include "workflow/runner.hpp"

#include "base/mutant.hpp"
#include "runtime/log.hpp"
#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"

namespace pps::workflow {
namespace {

using storage::Decision;

/// How far below the newest ended instance an id may lie: clocks of one process step back by less,
/// and instances that are begun in the same moment come in any order.
constexpr std::uint64_t kMarkSlackMs = 60'000;

storage::RowKey row_key(storage::RowKind kind, const Uuid& instance) {
  return {kind, std::string(instance.view())};
}

std::string mark_name(storage::RowKind kind) {
  return "workflow." + std::to_string(kind) + ".low_ms";
}

/// The smallest key of an instance made at that moment or later.
std::string first_key(std::uint64_t unix_ms) {
  std::string key;
  for (int shift = 40; shift >= 0; shift -= 8) key.push_back(static_cast<char>(unix_ms >> shift));
  return key;
}

/// Exponential, full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog 2015).
Duration backoff(runtime::Random& random, const TaskSpec& task, int failures) {
  Duration most = task.backoff;
  for (int i = 1; i < failures && most < task.backoff_max; ++i) most *= 2;
  most = std::min(most, task.backoff_max);
  return Duration(
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

}  // namespace

struct Runner::Impl : std::enable_shared_from_this<Runner::Impl> {
  struct Instance {
    std::shared_ptr<const Definition> definition;
    State state;
    std::map<LocalId, runtime::TimerHandle> timers;
  };

  Impl(runtime::Runtime& r, std::shared_ptr<storage::Shard> s, RunnerOptions o)
      : runtime(r), shard(std::move(s)), options(o), slots(o.max_jobs) {}

  Result<void> begin(Uuid id, std::shared_ptr<const Definition> definition, Values variables,
                     Decision& decision);
  Result<void> advance(const Uuid& id, Event event, Decision& decision);
  void act(const Uuid& id, const std::vector<Command>& commands);
  void set_timer(const Uuid& id, LocalId timer, Timestamp due);
  void fire(const Uuid& id, LocalId timer);
  void finish(const Uuid& id);

  const Job* open_job(const Uuid& id, LocalId job) const;
  bool is_stopped_by_incident(const State& state, LocalId job) const;
  void start_job(const Uuid& id, LocalId job);
  static boost::asio::awaitable<void> run_job(std::shared_ptr<Impl> self, Uuid id, LocalId job);
  static boost::asio::awaitable<bool> attempt(std::shared_ptr<Impl> self, Uuid id, LocalId job);
  void settle(const Uuid& id, const Job& job, const TaskSpec& task, Result<JobResult> result);
  void apply(const Uuid& id, Event event, Decision decision);
  void enqueue(Decision decision);

  static Task<void> recover(std::shared_ptr<Impl> self, FindDefinition find);
  Result<void> load(const storage::Row& row, const FindDefinition& find);
  void resume(const Uuid& id);
  void stop();

  runtime::Runtime& runtime;
  std::shared_ptr<storage::Shard> shard;
  const RunnerOptions options;
  runtime::Semaphore slots;
  std::map<std::string, JobHandler> handlers;
  OnStep listener;
  std::map<Uuid, Instance> instances;  ///< Ordered: the first is the oldest.
  Stats stats;
  bool stopped = false;

  metrics::Counter& steps_total =
      metrics::counter("pps_workflow_steps_total", "Events taken by process instances");
  metrics::Counter& attempts_total =
      metrics::counter("pps_workflow_job_attempts_total", "Attempts of jobs");
  metrics::Counter& retries_total =
      metrics::counter("pps_workflow_job_retries_total", "Attempts that are made again");
  metrics::Counter& incidents_total =
      metrics::counter("pps_workflow_incidents_total", "Incidents raised");
};

Result<void> Runner::Impl::begin(Uuid id, std::shared_ptr<const Definition> definition,
                                 Values variables, Decision& decision) {
  if (stopped) return fail(ErrorKind::unavailable, "workflow.stopped", "the runner has stopped");
  if (id.unix_ms() < shard->mark(mark_name(options.kind)))
    return fail(ErrorKind::unavailable, "workflow.clock",
                "the instance's id is older than instances that have ended");
  State state = fresh(*definition);
  const auto [at, is_new] =
      instances.try_emplace(id, Instance{std::move(definition), std::move(state), {}});
  if (!is_new) return fail(ErrorKind::conflict, "workflow.exists", "the instance runs already");
  Result<void> taken =
      advance(id, Event{runtime.clock.now(), Started{std::move(variables)}}, decision);
  if (!taken) instances.erase(at);
  return taken;
}

/// Everything that happens to an instance comes through here.
Result<void> Runner::Impl::advance(const Uuid& id, Event event, Decision& decision) {
  const auto found = instances.find(id);
  if (found == instances.end())
    return fail(ErrorKind::not_found, "workflow.no_instance", "there is no such instance here");
  Instance& instance = found->second;
  Result<Step> next = step(*instance.definition, instance.state, event);
  if (!next) return fail(std::move(next).error());
  ++stats.steps;
  steps_total.add();
  if (listener)
    listener({id, *instance.definition, instance.state, next->state, event, next->commands},
             decision);
  const bool over = next->state.phase == Phase::completed;
  if (over) {
    decision.mutations.push_back(storage::Erase{row_key(options.kind, id)});
  } else {
    decision.mutations.push_back(
        storage::Put{{row_key(options.kind, id), next->state.steps, encode_state(next->state)}});
  }
  instance.state = std::move(next->state);
  act(id, next->commands);
  if (over) finish(id);
  return {};
}

void Runner::Impl::act(const Uuid& id, const std::vector<Command>& commands) {
  Instance& instance = instances.at(id);
  for (const Command& command : commands) {
    if (const auto* start = std::get_if<StartJob>(&command)) {
      start_job(id, start->job);
    } else if (const auto* timer = std::get_if<SetTimer>(&command)) {
      set_timer(id, timer->timer, timer->due);
    } else if (const auto* cancelled = std::get_if<CancelTimer>(&command)) {
      instance.timers.erase(cancelled->timer);
    } else if (const auto* incident = std::get_if<RaiseIncident>(&command)) {
      ++stats.incidents;
      incidents_total.add();
      log::warn("workflow.incident",
                {{"instance", id.to_string()},
                 {"element", instance.definition->element(incident->element).id},
                 {"code", incident->code},
                 {"detail", incident->detail}});
    }
  }
}

void Runner::Impl::set_timer(const Uuid& id, LocalId timer, Timestamp due) {
  const Duration in = std::max<Duration>(due - runtime.clock.now(), Duration::zero());
  auto fires = [weak = weak_from_this(), id, timer] {
    if (const auto self = weak.lock()) self->fire(id, timer);
  };
  instances.at(id).timers[timer] =
      runtime.timers.call_at(runtime.clock.monotonic() + in, std::move(fires));
}

void Runner::Impl::fire(const Uuid& id, LocalId timer) {
  if (stopped) return;
  const Timestamp now = runtime.clock.now();
  Decision decision;
  const Result<void> taken = advance(id, Event{now, TimerFired{timer}}, decision);
  if (taken) {
    enqueue(std::move(decision));
  } else if (taken.error().kind != ErrorKind::conflict && taken.error().kind != ErrorKind::not_found) {
    // It would fail again however often it fired; and an instance that waits for nothing is seen by nobody.
    apply(id, Event{now, TimerFailed{timer, taken.error().code, taken.error().detail}}, {});
  }
  if (const auto found = instances.find(id); found != instances.end())
    found->second.timers.erase(timer);
}

/// The instance is over. What is older than every open one needs no scan any more.
void Runner::Impl::finish(const Uuid& id) {
  const bool was_oldest = instances.begin()->first == id;
  instances.erase(id);
  if (!was_oldest) return;
  const std::uint64_t oldest =
      instances.empty() ? id.unix_ms() : instances.begin()->first.unix_ms();
  const std::uint64_t mark = oldest > kMarkSlackMs ? oldest - kMarkSlackMs : 0;
  if (mark > shard->mark(mark_name(options.kind))) shard->set_mark(mark_name(options.kind), mark);
}

/// A decision of the runner's own: it is committed by itself; whoever wants to know that it is
/// durable flushes.
void Runner::Impl::apply(const Uuid& id, Event event, Decision decision) {
  const Result<void> taken = advance(id, std::move(event), decision);
  if (taken) return enqueue(std::move(decision));
  if (taken.error().kind == ErrorKind::internal)
    log::error("workflow.step_failed",
               {{"instance", id.to_string()}, {"code", taken.error().code}});
}

/// Before a job that counts on what is on disk somebody flushes; a step between such jobs can wait for their commit. One
/// that has something to tell does not.
void Runner::Impl::enqueue(Decision decision) {
  if (decision.events.empty()) shard->enqueue_lazily(std::move(decision));
  else shard->enqueue(std::move(decision));
}

const Job* Runner::Impl::open_job(const Uuid& id, LocalId job) const {
  const auto found = instances.find(id);
  // A broken shard will keep nothing of what is done from here on; its next owner goes on from the
  // rows.
  if (stopped || shard->broken() || found == instances.end()) return nullptr;
  const State& state = found->second.state;
  const auto open = std::find_if(state.jobs.begin(), state.jobs.end(),
                                 [&](const Job& each) { return each.id == job; });
  return open == state.jobs.end() || is_stopped_by_incident(state, job) ? nullptr : &*open;
}

bool Runner::Impl::is_stopped_by_incident(const State& state, LocalId job) const {
  return std::any_of(state.incidents.begin(), state.incidents.end(),
                     [&](const Incident& each) { return each.job == job; });
}

void Runner::Impl::start_job(const Uuid& id, LocalId job) {
  const Job* open = open_job(id, job);
  if (!open) return;
  const Element& element = instances.at(id).definition->element(open->element);
  if (element.kind == ElementKind::user_task && !handlers.contains(element.task->type)) return;
  runtime::spawn(runtime.executor, run_job(shared_from_this(), id, job));
}

boost::asio::awaitable<void> Runner::Impl::run_job(std::shared_ptr<Impl> self, Uuid id,
                                                   LocalId job) {
  co_await runtime::yield();  // Whoever made the step enqueues it first.
  while (self->open_job(id, job)) {
    co_await self->slots.acquire();
    const bool again = co_await attempt(self, id, job);
    self->slots.release();
    const Job* open = again ? self->open_job(id, job) : nullptr;
    if (!open) break;
    if (PPS_MUTANT("timer_lost") && open->failures > 2) break;
    const TaskSpec& task = *self->instances.at(id).definition->element(open->element).task;
    co_await runtime::sleep_for(self->runtime, backoff(self->runtime.random, task, open->failures));
  }
}

/// One attempt, in a slot. True if another one may be due.
boost::asio::awaitable<bool> Runner::Impl::attempt(std::shared_ptr<Impl> self, Uuid id,
                                                   LocalId job) {
  const Job* open = self->open_job(id, job);
  if (!open) co_return false;
  const auto definition = self->instances.at(id).definition;
  const Element& element = definition->element(open->element);
  if (element.task->commit_before) {
    const Result<void> durable = co_await self->shard->flush();
    open = self->open_job(id, job);
    if (!durable || !open)
      co_return false;  // A broken shard is recovered by its next owner, this job too.
  }
  const auto handler = self->handlers.find(element.task->type);
  if (handler == self->handlers.end()) {
    self->apply(id,
                Event{self->runtime.clock.now(),
                      JobFailed{job, 0, "workflow.no_handler", element.task->type}},
                {});
    co_return false;
  }
  JobCall call{.instance = id,
               .job = job,
               .attempt = open->failures + 1,
               .definition = definition,
               .element = &element};
  call.variables = job_variables(*definition, self->instances.at(id).state, *open);
  call.deadline = self->runtime.clock.monotonic() + element.task->deadline;
  ++self->stats.attempts;
  ++self->stats.running_jobs;
  self->attempts_total.add();
  const Duration deadline = call.deadline;
  Task<JobResult> work = handler->second(std::move(call));
  Result<JobResult> result = co_await runtime::with_deadline(
      self->runtime, deadline, ErrorKind::unknown_outcome, std::move(work));
  --self->stats.running_jobs;
  open = self->open_job(id, job);
  if (!open) co_return false;
  const Job settled = *open;
  self->settle(id, settled, *element.task, std::move(result));
  co_return true;
}

void Runner::Impl::settle(const Uuid& id, const Job& job, const TaskSpec& task,
                          Result<JobResult> result) {
  if (!result) result = JobResult{JobRetry{result.error().code, result.error().detail}, {}};
  Event event{runtime.clock.now(), {}};
  if (auto* done = std::get_if<JobDone>(&result->outcome)) {
    event.what = JobCompleted{job.id, std::move(done->variables)};
  } else if (auto* error = std::get_if<JobBpmnError>(&result->outcome)) {
    event.what = ErrorThrown{job.id, std::move(error->code), std::move(error->variables)};
  } else if (auto* stuck = std::get_if<JobIncident>(&result->outcome)) {
    event.what = JobFailed{job.id, 0, std::move(stuck->code), std::move(stuck->detail)};
  } else {
    auto& retry = std::get<JobRetry>(result->outcome);
    const int left = std::max(task.retries - (job.failures + 1), 0);
    if (left > 0) ++stats.retries, retries_total.add();
    event.what = JobFailed{job.id, left, std::move(retry.code), std::move(retry.detail)};
  }
  const Result<void> taken = advance(id, std::move(event), result->decision);
  if (taken) return enqueue(std::move(result->decision));
  // The answer cannot be taken as it is (too large, a runaway loop): asking again would not help.
  apply(id,
        Event{runtime.clock.now(), JobFailed{job.id, 0, taken.error().code, taken.error().detail}},
        {});
}

Result<void> Runner::Impl::load(const storage::Row& row, const FindDefinition& find) {
  const auto id = Uuid::from_view(row.at.key);
  if (!id) return fail(ErrorKind::internal, "storage.corrupt", "an instance's key is no UUID");
  Result<State> state = decode_state(row.body);
  if (!state) return fail(std::move(state).error());
  auto definition = find(state->definition, state->hash);
  if (!definition) return fail(ErrorKind::internal, "workflow.no_definition", state->definition);
  instances.emplace(*id, Instance{std::move(definition), std::move(*state), {}});
  return {};
}

Task<void> Runner::Impl::recover(std::shared_ptr<Impl> self, FindDefinition find) {
  const storage::ShardAddress& address = self->shard->address();
  storage::ScanQuery query;
  query.family = address.family;
  query.partition = address.partition();
  query.kind = self->options.kind;
  query.from = first_key(self->shard->mark(mark_name(self->options.kind)));
  query.limit = 1000;
  for (bool more = true; more;) {
    storage::ScanQuery copy = query;
    Result<storage::ScanPage> page = co_await self->shard->table().scan(std::move(copy));
    if (!page) co_return fail(std::move(page).error());
    for (const storage::Row& row : page->rows) {
      Result<void> loaded = self->load(row, find);
      if (!loaded) co_return loaded;
    }
    more = page->more && !page->rows.empty();
    if (more) query.from = page->rows.back().at.key + '\0';
  }
  for (const auto& [id, instance] : self->instances) self->resume(id);
  co_return Result<void>{};
}

void Runner::Impl::resume(const Uuid& id) {
  const State& state = instances.at(id).state;
  for (const Timer& timer : state.timers) set_timer(id, timer.id, timer.due);
  for (const Job& job : state.jobs) start_job(id, job.id);
}

void Runner::Impl::stop() {
  stopped = true;
  instances.clear();
  listener = nullptr;
}

Runner::Runner(runtime::Runtime& runtime, std::shared_ptr<storage::Shard> shard,
               RunnerOptions options)
    : impl_(std::make_shared<Impl>(runtime, std::move(shard), options)) {}

Runner::~Runner() { impl_->stop(); }

void Runner::handle(std::string job_type, JobHandler handler) {
  impl_->handlers.insert_or_assign(std::move(job_type), std::move(handler));
}

void Runner::on_step(OnStep listener) { impl_->listener = std::move(listener); }

Task<void> Runner::recover(FindDefinition find) { return Impl::recover(impl_, std::move(find)); }

Result<void> Runner::start(Uuid instance, std::shared_ptr<const Definition> definition,
                           Values variables, Decision& decision) {
  return impl_->begin(instance, std::move(definition), std::move(variables), decision);
}

Result<void> Runner::message(Uuid instance, MessageArrived message, Decision& decision) {
  return impl_->advance(instance, Event{impl_->runtime.clock.now(), std::move(message)}, decision);
}

Result<void> Runner::resolve_incident(Uuid instance, IncidentResolved resolved,
                                      Decision& decision) {
  return impl_->advance(instance, Event{impl_->runtime.clock.now(), std::move(resolved)}, decision);
}

Result<void> Runner::complete(Uuid instance, JobCompleted completed, Decision& decision) {
  return impl_->advance(instance, Event{impl_->runtime.clock.now(), std::move(completed)},
                        decision);
}

Result<void> Runner::abandon(Uuid instance, Decision& decision) {
  if (!impl_->instances.contains(instance))
    return fail(ErrorKind::not_found, "workflow.no_instance", "there is no such instance here");
  decision.mutations.push_back(storage::Erase{row_key(impl_->options.kind, instance)});
  impl_->finish(instance);
  return {};
}

const State* Runner::find(const Uuid& instance) const {
  const auto found = impl_->instances.find(instance);
  return found == impl_->instances.end() ? nullptr : &found->second.state;
}

std::shared_ptr<const Definition> Runner::definition_of(const Uuid& instance) const {
  const auto found = impl_->instances.find(instance);
  return found == impl_->instances.end() ? nullptr : found->second.definition;
}

std::vector<Uuid> Runner::instances() const {
  std::vector<Uuid> ids;
  for (const auto& [id, instance] : impl_->instances) ids.push_back(id);
  return ids;
}

Runner::Stats Runner::stats() const {
  Stats stats = impl_->stats;
  stats.open = impl_->instances.size();
  return stats;
}

void Runner::stop() { impl_->stop(); }

}  // namespace pps::workflow
