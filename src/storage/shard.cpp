#include "storage/shard.hpp"

#include <algorithm>
#include <deque>

#include "base/mutant.hpp"
#include "runtime/log.hpp"
#include "runtime/sync.hpp"
#include "storage/keys.hpp"
#include "storage/shard_commit.hpp"

namespace pps::storage {

namespace {
/// Events kept in memory for the relay, so that it need not read them back.
constexpr std::size_t kMaxRecentEvents = 4096;
/// Published outbox rows go in ranges of this many: an engine pays for each range, in reads too, until it compacts.
constexpr std::uint64_t kEraseStep = 256;
/// Tries to learn the outcome of a commit, 5 ms to 1 s apart: about 8 s in all. Then the owner starts over.
constexpr int kMaxTries = 16;
/// How long a decision that nobody waits for may wait for company.
constexpr Duration kLaziness = std::chrono::milliseconds(5);

const RowKey kStaticRow{0, ""};

Error lost() { return {ErrorKind::unavailable, "shard.lost", "another process has taken the shard over", {}, 1}; }

Duration backoff(int tries) {
  return std::min<Duration>(std::chrono::milliseconds(5) * (1 << std::min(tries, 10)), std::chrono::seconds(1));
}

Row static_row(const ShardStatic& state) { return {kStaticRow, state.commit_seq, encode_row(state)}; }

Task<std::optional<ShardStatic>> read_static(Table& table, const Family& family, std::string partition) {
  Result<std::optional<Row>> row = co_await table.find(family, std::move(partition), kStaticRow);
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::nullopt;
  Result<ShardStatic> state = decode_row<ShardStatic>((*row)->body);
  if (!state) co_return fail(std::move(state).error());
  co_return std::optional(std::move(*state));
}

class OpenShard final : public Shard, public std::enable_shared_from_this<OpenShard> {
 public:
  OpenShard(runtime::Runtime& runtime, Table& table, ShardAddress address, ShardStatic state)
      : runtime_(runtime),
        table_(table),
        address_(std::move(address)),
        partition_(address_.partition()),
        durable_(std::move(state)),
        outbox_low_(durable_.outbox_low),
        marks_(durable_.marks) {}

  void enqueue(Decision decision) override {
    if (broken_) return;
    queue_.push_back(std::move(decision));
    ++enqueued_;
    hurry();
  }
  void enqueue_lazily(Decision decision) override {
    if (broken_) return;
    queue_.push_back(std::move(decision));
    ++enqueued_;
    if (timer_armed_) return;
    timer_armed_ = true;
    timer_ = runtime_.timers.call_at(runtime_.clock.monotonic() + kLaziness, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->timer_armed_ = false;
      self->hurry();
    });
  }

  Task<void> flush() override {
    hurry();
    return wait(shared_from_this());
  }
  Task<void> durable() override { return wait(shared_from_this()); }
  Task<void> confirm() override { return still_ours(shared_from_this()); }
  bool broken() const override { return broken_.has_value(); }
  const ShardAddress& address() const override { return address_; }
  Table& table() override { return table_; }

  std::uint64_t mark(const std::string& name) const override {
    const auto found = marks_.find(name);
    return found == marks_.end() ? 0 : found->second;
  }
  void set_mark(const std::string& name, std::uint64_t value) override {
    PPS_INVARIANT(value >= mark(name));
    marks_[name] = value;
  }

  Task<std::vector<OutboxEntry>> outbox(std::uint64_t after, std::size_t limit) override {
    return read_outbox(shared_from_this(), after, limit);
  }
  void published(std::uint64_t up_to) override {
    outbox_low_ = std::max(outbox_low_, std::min(up_to + 1, durable_.outbox_next));
    while (!recent_.empty() && recent_.front().seq < outbox_low_) recent_.pop_front();
  }
  void on_events(std::function<void()> listener) override { listener_ = std::move(listener); }
  const Stats& stats() const override { return stats_; }

 private:
  struct Waiter {
    std::uint64_t decision;  ///< Fulfilled once everything up to it is durable.
    std::shared_ptr<runtime::Promise<void>> answer;
  };
  struct Attempt {
    std::shared_ptr<const Batch> batch;
    ShardStatic state;
    std::vector<OutboxEntry> events;
    std::size_t decisions = 0;
  };

  /// Everything enqueued so far goes out as soon as it can.
  void hurry() {
    urgent_ = enqueued_;
    if (broken_ || running_ || written_ == urgent_) return;
    running_ = true;
    runtime::spawn(runtime_.executor, run(shared_from_this()));
  }

  static Task<void> wait(std::shared_ptr<OpenShard> self) {
    if (self->broken_) co_return fail(*self->broken_);
    if (self->written_ == self->enqueued_) co_return Result<void>{};
    if (PPS_MUTANT("shown_before_sync")) co_return Result<void>{};
    auto& waiters = self->waiters_;
    if (waiters.empty() || waiters.back().decision != self->enqueued_)
      waiters.push_back({self->enqueued_, std::make_shared<runtime::Promise<void>>()});
    const auto answer = waiters.back().answer;
    co_return co_await answer->get();
  }

  static Task<void> still_ours(std::shared_ptr<OpenShard> self) {
    self->hurry();
    Result<void> durable = co_await wait(self);
    if (!durable) co_return durable;
    Result<std::optional<ShardStatic>> now = co_await read_static(self->table_, *self->address_.family, self->partition_);
    if (!now) co_return fail(std::move(now).error());
    if (self->broken_) co_return fail(*self->broken_);
    if (PPS_MUTANT("fence_ignored")) co_return Result<void>{};
    if (*now && (*now)->range_id == self->durable_.range_id) co_return Result<void>{};
    // With a commit under way its own answer breaks the shard.
    if (!self->running_) self->give_up(lost(), 0);
    co_return fail(lost());
  }

  static boost::asio::awaitable<void> run(std::shared_ptr<OpenShard> self) {
    while (self->written_ < self->urgent_) {
      Attempt attempt = self->next_attempt();
      Result<void> done = co_await write_until_known(self, attempt.batch, attempt.state);
      if (!done) {
        self->give_up(std::move(done).error(), attempt.decisions);
        break;
      }
      self->committed(std::move(attempt));
      co_await runtime::yield();  // whoever was just answered and decides again shares the next commit
    }
    self->running_ = false;
  }

  Attempt next_attempt() {
    Attempt attempt;
    attempt.state = durable_;
    ++attempt.state.commit_seq;
    attempt.state.outbox_low = outbox_low_;
    attempt.state.marks = marks_;
    ShardCommit commit;
    while (!queue_.empty() && commit.add(queue_.front(), attempt.state.outbox_next)) queue_.pop_front();
    attempt.decisions = commit.decisions();
    Batch batch;
    batch.family = address_.family;
    batch.partition = partition_;
    batch.conditions = {{Condition::Kind::version_is, kStaticRow, durable_.commit_seq}};
    batch.mutations = commit.take_mutations();
    attempt.events = std::move(commit.events());
    if (outbox_low_ >= durable_.outbox_erased + kEraseStep) {
      EraseRange done{kOutboxKind, outbox_key(durable_.outbox_erased).key, outbox_key(outbox_low_).key};
      batch.mutations.push_back(std::move(done));
      attempt.state.outbox_erased = outbox_low_;
    }
    batch.mutations.push_back(Put{static_row(attempt.state)});
    attempt.batch = std::make_shared<const Batch>(std::move(batch));
    return attempt;
  }

  /// Each try is the same commit with the same condition, so it is done at most once; a conflict after an unknown
  /// outcome means that it was done, if the static row says so.
  static Task<void> write_until_known(std::shared_ptr<OpenShard> self, std::shared_ptr<const Batch> batch, ShardStatic state) {
    bool uncertain = false;
    for (int tries = 0;; ++tries) {
      Result<void> done = co_await self->table_.commit(batch);
      if (done) co_return done;
      if (done.error().kind == ErrorKind::conflict) {
        if (PPS_MUTANT("fence_ignored")) {
          Result<std::optional<ShardStatic>> other = co_await read_static(self->table_, *self->address_.family, self->partition_);
          if (!other || !*other || tries == 3) co_return fail(lost());
          Batch over = *batch;
          over.conditions.front().version = (*other)->commit_seq;
          state.commit_seq = (*other)->commit_seq + 1;
          over.mutations.back() = Put{static_row(state)};
          batch = std::make_shared<const Batch>(std::move(over));
          continue;
        }
        if (!uncertain) co_return fail(lost());
        Result<std::optional<ShardStatic>> now = co_await read_static(self->table_, *self->address_.family, self->partition_);
        if (now) {
          const bool ours = *now && (*now)->commit_seq == state.commit_seq && (*now)->range_id == state.range_id;
          if (ours) co_return Result<void>{};
          if (*now && (*now)->range_id == state.range_id) co_return fail(lost());
          // Taken over meanwhile, with this commit before or without it: whoever asked must read again.
          co_return fail(ErrorKind::unknown_outcome, "shard.lost", "another process has taken the shard over");
        }
      } else if (done.error().kind == ErrorKind::unknown_outcome) {
        uncertain = true;
      } else if (!uncertain) {
        co_return done;
      }
      if (tries == kMaxTries) co_return fail(ErrorKind::unknown_outcome, "shard.unknown", "the last commit's outcome is unknown");
      co_await runtime::sleep_for(self->runtime_, backoff(tries));
    }
  }

  void committed(Attempt attempt) {
    written_ += attempt.decisions;
    durable_ = std::move(attempt.state);
    ++stats_.commits;
    stats_.decisions += attempt.decisions;
    stats_.keys += attempt.batch->mutations.size();
    stats_.bytes += rules::size_of(*attempt.batch);
    const bool told = !attempt.events.empty();
    for (auto& entry : attempt.events) recent_.push_back(std::move(entry));
    while (recent_.size() > kMaxRecentEvents) recent_.pop_front();
    while (!waiters_.empty() && waiters_.front().decision <= written_) {
      waiters_.front().answer->fulfil({});
      waiters_.pop_front();
    }
    if (told && listener_) listener_();
  }

  /// The commit's own decisions have its outcome; those behind it are surely not done.
  void give_up(Error error, std::size_t decisions) {
    log::warn("shard.broken", {{"service", address_.service}, {"shard", address_.number}, {"code", error.code}});
    const std::uint64_t last = written_ + decisions;
    broken_ = error;
    if (error.kind == ErrorKind::unknown_outcome) broken_ = Error{ErrorKind::unavailable, error.code, error.detail, {}, 1};
    queue_.clear();
    for (auto& waiter : std::exchange(waiters_, {}))
      waiter.answer->fulfil(std::unexpected(waiter.decision <= last ? error : *broken_));
  }

  static Task<std::vector<OutboxEntry>> read_outbox(std::shared_ptr<OpenShard> self, std::uint64_t after, std::size_t limit) {
    const std::uint64_t from = std::max(after + 1, self->outbox_low_);
    std::vector<OutboxEntry> entries;
    if (from >= self->durable_.outbox_next) co_return entries;
    auto& recent = self->recent_;
    if (!recent.empty() && from >= recent.front().seq) {
      for (auto at = from - recent.front().seq; at < recent.size() && entries.size() < limit; ++at)
        entries.push_back(recent[at]);
      co_return entries;
    }
    ScanQuery query;
    query.family = self->address_.family;
    query.partition = self->partition_;
    query.kind = kOutboxKind;
    query.from = outbox_key(from).key;
    query.limit = std::clamp<std::size_t>(limit, 1, 10'000);
    Result<ScanPage> page = co_await self->table_.scan(std::move(query));
    if (!page) co_return fail(std::move(page).error());
    for (const auto& row : page->rows) {
      OutboxEntry entry;
      Result<Event> event = decode_row<Event>(row.body);
      if (!event) co_return fail(std::move(event).error());
      if (!KeyReader(row.at.key).u64(entry.seq)) co_return fail(detail::corrupt_row());
      entry.event = std::move(*event);
      entries.push_back(std::move(entry));
    }
    co_return entries;
  }

  runtime::Runtime& runtime_;
  Table& table_;
  const ShardAddress address_;
  const std::string partition_;
  ShardStatic durable_;
  std::uint64_t outbox_low_;
  std::map<std::string, std::uint64_t> marks_;
  std::deque<Decision> queue_;
  std::deque<Waiter> waiters_;
  std::uint64_t enqueued_ = 0, written_ = 0;
  std::uint64_t urgent_ = 0;  ///< Up to here somebody waits.
  runtime::TimerHandle timer_;  ///< For those that nobody waits for.
  bool timer_armed_ = false;
  bool running_ = false;
  std::optional<Error> broken_;
  std::deque<OutboxEntry> recent_;  ///< The last durable events, without a gap.
  std::function<void()> listener_;
  Stats stats_;
};

/// Raises range_id over whatever is there. `conflict`: somebody else did so first.
Task<ShardStatic> take_over(Table& table, const Family& family, std::string partition) {
  Result<std::optional<ShardStatic>> before = co_await read_static(table, family, partition);
  if (!before) co_return fail(std::move(before).error());
  ShardStatic state = before->value_or(ShardStatic{});
  Batch batch;
  batch.family = &family;
  batch.partition = std::move(partition);
  if (*before)
    batch.conditions = {{Condition::Kind::version_is, kStaticRow, state.commit_seq}};
  else
    batch.conditions = {{Condition::Kind::absent, kStaticRow, 0}};
  ++state.range_id;
  ++state.commit_seq;
  batch.mutations.push_back(Put{static_row(state)});
  Result<void> done = co_await table.commit(std::move(batch));
  if (!done) co_return fail(std::move(done).error());
  co_return state;
}
}  // namespace

std::string ShardAddress::partition() const { return KeyWriter().text(service).u64(number).take(); }

Task<std::shared_ptr<Shard>> Shard::open(runtime::Runtime& runtime, Table& table, ShardAddress address) {
  for (int tries = 0;; ++tries) {
    Result<ShardStatic> state = co_await take_over(table, *address.family, address.partition());
    if (state) co_return std::make_shared<OpenShard>(runtime, table, std::move(address), std::move(*state));
    // After an unknown outcome too: another take-over is as good, and surely ours.
    const auto kind = state.error().kind;
    const bool again = kind == ErrorKind::conflict || kind == ErrorKind::unknown_outcome;
    if (!again) co_return fail(std::move(state).error());
    if (tries == kMaxTries) co_return fail(ErrorKind::unavailable, "shard.contended", "the shard could not be taken over");
    co_await runtime::sleep_for(runtime, backoff(tries));
  }
}

Task<void> Shard::commit(Decision decision) {
  enqueue(std::move(decision));
  return flush();
}

}  // namespace pps::storage
