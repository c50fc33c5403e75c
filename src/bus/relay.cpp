#include <algorithm>

#include "bus/bus.hpp"
#include "runtime/sync.hpp"

namespace pps::bus {

namespace {
constexpr std::size_t kBatch = 512;
constexpr Duration kFirstBackoff = std::chrono::milliseconds(10);
constexpr Duration kLastBackoff = std::chrono::seconds(1);
}  // namespace

struct Relay::State {
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Shard> shard;
  std::shared_ptr<Bus> bus;
  std::uint64_t carried = 0;  ///< Everything up to this outbox sequence is in the log.
  bool running = false;
  bool woken = false;
  bool stopped = false;

  static void wake(const std::shared_ptr<State>& self) {
    self->woken = true;
    if (self->running || self->stopped) return;
    self->running = true;
    runtime::spawn(self->runtime.executor, run(self));
  }

  static boost::asio::awaitable<void> run(std::shared_ptr<State> self) {
    Duration backoff = kFirstBackoff;
    while (!self->stopped && !self->shard->broken()) {
      self->woken = false;
      Result<std::size_t> carried = co_await carry(self);
      if (!carried) {
        co_await runtime::sleep_for(self->runtime, backoff);
        backoff = std::min(backoff * 2, kLastBackoff);
        continue;
      }
      backoff = kFirstBackoff;
      if (*carried == 0 && !self->woken) break;
    }
    self->running = false;
  }

  static Task<std::size_t> carry(std::shared_ptr<State> self) {
    Result<std::vector<storage::Shard::OutboxEntry>> found = co_await self->shard->outbox(self->carried, kBatch);
    if (!found) co_return fail(std::move(found).error());
    if (found->empty()) co_return 0;
    const auto& address = self->shard->address();
    std::vector<Bus::Entry> entries;
    for (auto& [seq, event] : *found)
      entries.push_back({fmt::format("{}/{}/{}", address.service, address.number, seq), std::move(event)});
    Result<void> appended = co_await self->bus->append(std::move(entries));
    if (!appended) co_return fail(std::move(appended).error());
    self->carried = found->back().seq;
    self->shard->published(self->carried);
    co_return found->size();
  }
};

Relay::Relay(runtime::Runtime& runtime, std::shared_ptr<storage::Shard> shard, std::shared_ptr<Bus> bus)
    : state_(std::make_shared<State>(State{runtime, std::move(shard), std::move(bus)})) {
  state_->shard->on_events([weak = std::weak_ptr(state_)] {
    if (const auto state = weak.lock()) State::wake(state);
  });
  State::wake(state_);  // what a process before left
}

Relay::~Relay() {
  state_->stopped = true;
  state_->shard->on_events(nullptr);
}

}  // namespace pps::bus
