#include "storage/committer.hpp"

#include "runtime/metrics.hpp"
#include "storage/group.hpp"
#include "storage/rules.hpp"

namespace pps::storage {

namespace {
/// A group's bounds: large enough that the sync's cost is spread, small enough that the first waits little for the last.
constexpr std::size_t kMaxGroupBytes = 4 << 20;
constexpr std::size_t kMaxGroupCommits = 1024;
/// Turns of the loop between two groups: an answer passes a shard and its caller before the next commit comes.
constexpr int kTurns = 3;
/// Beyond this the callers are told to come back: the disk does not keep up.
constexpr std::size_t kMaxQueuedBytes = 64 << 20;

struct Metrics {
  metrics::Counter& commits = metrics::counter("pps_storage_commits_total", "Commits and view writes asked for");
  metrics::Counter& groups = metrics::counter("pps_storage_groups_total", "Groups written, each with one sync");
  metrics::Counter& keys = metrics::counter("pps_storage_keys_total", "Keys put or erased, an erased range counting as one");
  metrics::Counter& bytes = metrics::counter("pps_storage_bytes_total", "Bytes of the keys and values handed to the engine");
  metrics::Counter& failed = metrics::counter("pps_storage_groups_failed_total", "Groups not written, or of unknown outcome");
  metrics::Histogram& seconds = metrics::histogram("pps_storage_group_seconds", "From a group's start to its sync");
};
Metrics& measured() {
  static Metrics metrics;
  return metrics;
}

std::size_t bytes_of(const Committer::Request& request) {
  if (const auto* batch = std::get_if<std::shared_ptr<const Batch>>(&request)) return rules::size_of(**batch);
  std::size_t bytes = 0;
  for (const auto& write : std::get<std::vector<ViewWrite>>(request))
    bytes += write.partition.size() + write.row.at.key.size() + write.row.body.size();
  return bytes;
}

void count(const std::vector<KeyWrite>& writes) {
  std::size_t bytes = 0;
  for (const auto& write : writes) bytes += write.key.size() + (write.value ? write.value->size() : write.range_end.size());
  measured().keys.add(writes.size());
  measured().bytes.add(bytes);
}

Result<void> add(Group& group, const std::shared_ptr<const Batch>& batch) { return group.add(*batch); }
Result<void> add(Group& group, const std::vector<ViewWrite>& writes) {
  Result<void> outcome;
  for (const auto& write : writes) {
    Result<void> one = group.add(write);
    if (!one && outcome) outcome = std::move(one);
  }
  return outcome;
}

/// Every commit of a failed group shares its fate. A conflict may have been decided against a write that is now not
/// there, so it is no longer known to be one; but it surely wrote nothing.
void spoil(std::vector<Result<void>>& results, const Error& error) {
  for (auto& result : results) {
    if (result) {
      result = fail(error);
    } else if (result.error().kind == ErrorKind::conflict) {
      result = fail(ErrorKind::unavailable, "storage.group_failed", "the commits before this one could not be written");
    }
  }
}
}  // namespace

Committer::Answer Committer::submit(Request request) {
  auto answer = std::make_shared<runtime::Promise<void>>();
  const std::size_t bytes = bytes_of(request);
  if (queued_bytes_ + bytes > kMaxQueuedBytes) {
    answer->fulfil(std::unexpected(Error{ErrorKind::unavailable, "overloaded", "too many commits wait", {}, 1}));
    return answer;
  }
  queued_bytes_ += bytes;
  queue_.push_back({std::move(request), answer, bytes});
  if (!running_) {
    running_ = true;
    runtime::spawn(runtime_.executor, run(shared_from_this()));
  }
  return answer;
}

std::vector<Committer::Queued> Committer::next_group() {
  std::vector<Queued> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < kMaxGroupCommits && (group.empty() || bytes < kMaxGroupBytes)) {
    bytes += queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
  return group;
}

Result<Committer::Written> Committer::write(Engine& engine, const std::vector<Queued>& queued, std::int64_t now_s) {
  Written written;
  Group group(engine, now_s);
  for (const auto& [request, answer, bytes] : queued)
    written.results.push_back(std::visit([&group](const auto& one) { return add(group, one); }, request));
  if (group.empty()) return written;
  std::vector<KeyWrite> writes = group.take();
  count(writes);
  Result<std::uint64_t> ticket = engine.write(std::move(writes));
  if (ticket)
    written.ticket = *ticket;
  else
    spoil(written.results, ticket.error());
  return written;
}

boost::asio::awaitable<void> Committer::run(std::shared_ptr<Committer> self) {
  while (!self->queue_.empty()) {
    auto group = std::make_shared<const std::vector<Queued>>(self->next_group());
    const Duration begin = self->runtime_.clock.monotonic();
    measured().commits.add(group->size());
    const std::int64_t now_s = to_unix_us(self->runtime_.clock.now()) / 1'000'000;
    std::function<Result<Written>()> work = [engine = self->engine_, group, now_s] { return write(*engine, *group, now_s); };
    Result<Written> written = co_await runtime::run_on<Written>(self->runtime_, self->runtime_.sync_pool, std::move(work));
    if (!written) {
      measured().failed.add();
      for (const auto& queued : *group) queued.answer->fulfil(fail(written.error()));
      continue;
    }
    if (written->ticket) {
      Result<void> settled = co_await self->engine_->settled(*written->ticket);
      if (!settled) spoil(written->results, settled.error());
      (settled ? measured().groups : measured().failed).add();
      measured().seconds.observe_us((self->runtime_.clock.monotonic() - begin).count());
    }
    for (std::size_t i = 0; i < group->size(); ++i) (*group)[i].answer->fulfil(std::move(written->results[i]));
    // Whoever was just answered and goes on writing joins this group; else two crowds would take turns, each waiting
    // for two syncs.
    for (int turn = 0; turn < kTurns; ++turn) co_await runtime::yield();
  }
  self->running_ = false;
}

}  // namespace pps::storage
