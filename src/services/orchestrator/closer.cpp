#include "services/orchestrator/closer.hpp"

#include <algorithm>

#include "services/orchestrator/job_handlers.hpp"
#include "services/orchestrator/timeline.hpp"

namespace pps::orchestrator {

namespace {
using ledger::Command;

constexpr Duration kAttempt = std::chrono::seconds(30);
constexpr Duration kLongestPause = std::chrono::seconds(30);

bool may_stand(const PurchaseRow& row, Effect effect) {
  return std::any_of(row.effects.begin(), row.effects.end(), [&](const EffectRow& entry) {
    return entry.effect == effect && (entry.standing == Standing::asked || entry.standing == Standing::done);
  });
}

/// What the ledger wants next; nothing once it is settled but for lost lines.
std::optional<Command> next_command(const PurchaseRow& row) {
  const Standing capture = ledger::standing(row, Effect::capture, -1);
  if (capture == Standing::asked) return Command{Effect::capture, false};
  if (capture == Standing::done) {
    const bool released = std::none_of(row.lines.begin(), row.lines.end(), [&](const LineRow& line) {
      const Standing now = ledger::standing(row, Effect::release, &line - row.lines.data());
      return now == Standing::none || now == Standing::asked;
    });
    return released ? std::nullopt : std::optional(Command{Effect::release, false});
  }
  for (const Effect effect : {Effect::prepare, Effect::authorize, Effect::reserve})
    if (may_stand(row, effect)) return Command{effect, true};
  return std::nullopt;
}
}  // namespace

void Closer::start(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<LivePurchase> purchase) {
  auto& runtime = shard->setting().runtime;
  runtime::spawn(runtime.executor, run(std::move(shard), std::move(purchase)));
}

void Closer::commit(PurchaseShard& shard, LivePurchase& purchase) {
  storage::Decision decision;
  shard.put(purchase, decision);
  shard.shard().enqueue(std::move(decision));
}

Task<bool> Closer::work(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<LivePurchase> purchase) {
  PurchaseRow& row = purchase->row;
  auto& runtime = shard->setting().runtime;
  const std::optional<Command> command = next_command(row);
  if (command && ledger::violation(row, *command) && *command != Command{Effect::capture, false})
    co_return fail(ErrorKind::internal, "effect.precondition", *ledger::violation(row, *command));
  if (command && command->effect != Effect::capture) {
    ledger::begin(row, *command);
    timeline::command_begun(row, runtime.clock.now(), *command);
    commit(*shard, *purchase);
  }
  Result<void> durable = co_await shard->flush();
  if (!durable) co_return fail(std::move(durable).error());
  const Duration deadline = runtime.clock.monotonic() + kAttempt;
  auto snapshot = std::make_shared<const PurchaseRow>(row);
  std::vector<Lesson> lessons;
  if (command) lessons = co_await carry_out_all(shard, snapshot, *command, deadline);
  else lessons = co_await give_lost_lines_back(shard, snapshot, deadline);
  bool known = true;
  for (const auto& lesson : lessons) {
    known = known && lesson.outcome.is == Outcome::Is::ended;
    shard->apply(*purchase, lesson);
  }
  if (command) shard->note_progress(*purchase, *command);
  commit(*shard, *purchase);
  co_return known;
}

boost::asio::awaitable<void> Closer::run(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<LivePurchase> purchase) {
  Duration pause = std::chrono::milliseconds(100);
  while (!shard->shard().broken()) {
    if (shard->try_end(*purchase)) {
      commit(*shard, *purchase);
      shard->archive_later(purchase);
      co_return;
    }
    Result<bool> known = co_await work(shard, purchase);
    if (!known && known.error().kind == ErrorKind::internal) {
      shard->raise(*purchase, known.error().code, known.error().detail);
      commit(*shard, *purchase);
      co_return;
    }
    if (known && *known) continue;
    co_await runtime::sleep_for(shard->setting().runtime, pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace pps::orchestrator
