#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/sync.hpp"
#include "storage/shard.hpp"

namespace pps::storage {

/// Keeps one shard open: opens it, builds the service's memory from it, and does both again when the shard breaks
/// (with a back-off from 10 ms to 1 s). `Memory` is constructed by `load` and holds the shard; it dies with it.
///
///     ShardHost<StockMemory> host(runtime, table, address, [](std::shared_ptr<Shard> s) { return load_stock(s); });
///     auto memory = co_await host.use(context);   // shared_ptr<StockMemory>, or `unavailable` while it recovers
template <class Memory>
class ShardHost {
 public:
  using Load = std::function<Task<std::shared_ptr<Memory>>(std::shared_ptr<Shard>)>;
  ShardHost(runtime::Runtime& runtime, Table& table, ShardAddress address, Load load)
      : state_(std::make_shared<State>(State{runtime, table, std::move(address), std::move(load)})) {}
  ~ShardHost() { state_->stopped = true; }
  ShardHost(const ShardHost&) = delete;

  /// Opens it the first time; afterwards it stays open or recovers by itself.
  Task<std::shared_ptr<Memory>> use() {
    if (state_->memory && !state_->shard->broken()) co_return state_->memory;
    Result<void> opened = co_await reopen(state_);
    if (!opened) co_return fail(std::move(opened).error());
    co_return state_->memory;
  }
  /// The memory now, without waiting; null while it recovers.
  std::shared_ptr<Memory> now() const { return state_->shard && !state_->shard->broken() ? state_->memory : nullptr; }

 private:
  struct State {
    runtime::Runtime& runtime;
    Table& table;
    ShardAddress address;
    Load load;
    std::shared_ptr<Shard> shard{};
    std::shared_ptr<Memory> memory{};
    runtime::Semaphore opening{1};
    Duration not_before{};
    Duration backoff = std::chrono::milliseconds(10);
    bool stopped = false;
  };

  static Task<void> reopen(std::shared_ptr<State> state) {
    co_await state->opening.acquire();
    Result<void> result = co_await reopen_alone(state);
    state->opening.release();
    co_return result;
  }

  static Task<void> reopen_alone(std::shared_ptr<State> state) {
    if (state->stopped) co_return fail(ErrorKind::unavailable, "shard.closed", "the service is stopping");
    if (state->memory && !state->shard->broken()) co_return Result<void>{};
    const Duration now = state->runtime.clock.monotonic();
    if (now < state->not_before) {
      Error error{ErrorKind::unavailable, "shard.recovering", "the data is being recovered; try again", {}, 1};
      co_return fail(std::move(error));
    }
    state->memory.reset();
    state->shard.reset();
    Result<std::shared_ptr<Shard>> shard = co_await Shard::open(state->runtime, state->table, state->address);
    if (!shard) co_return failed(*state, std::move(shard).error());
    Result<std::shared_ptr<Memory>> memory = co_await state->load(*shard);
    if (!memory) co_return failed(*state, std::move(memory).error());
    state->shard = *shard;
    state->memory = *memory;
    state->backoff = std::chrono::milliseconds(10);
    co_return Result<void>{};
  }

  static Result<void> failed(State& state, Error error) {
    state.not_before = state.runtime.clock.monotonic() + state.backoff;
    state.backoff = std::min<Duration>(state.backoff * 2, std::chrono::seconds(1));
    return std::unexpected(std::move(error));
  }

  std::shared_ptr<State> state_;
};

}  // namespace pps::storage
