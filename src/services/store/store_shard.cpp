#include "services/store/store_shard.hpp"

#include "runtime/log.hpp"
#include "storage/keys.hpp"

namespace pps::store {

namespace {
constexpr auto kSettleDelay = std::chrono::milliseconds(200);
constexpr std::size_t kSettleBatch = 500;

template <class Row, class Into>
Result<void> decode_into(const std::vector<storage::Row>& rows, Into into) {
  for (const auto& row : rows) {
    Result<Row> decoded = storage::decode_row<Row>(row.body);
    if (!decoded) return fail(std::move(decoded).error());
    into(std::move(*decoded));
  }
  return {};
}
}  // namespace

Task<std::shared_ptr<StoreShard>> StoreShard::load(runtime::Runtime& runtime,
                                                   std::shared_ptr<bus::Bus> bus,
                                                   std::shared_ptr<storage::Shard> shard) {
  std::shared_ptr<StoreShard> memory(new StoreShard(runtime, shard));
  Result<void> read = co_await memory->read_rows();
  if (!read) co_return fail(std::move(read).error());
  memory->relay_ = std::make_unique<bus::Relay>(runtime, shard, std::move(bus));
  memory->arm_expiry();
  memory->arm_settling();
  co_return memory;
}

Task<void> StoreShard::read_rows() {
  const std::uint64_t holds_mark = shard_->mark("holds");
  const std::uint64_t instances_mark = shard_->mark("instances");
  stock_.set_next_hold(std::max<std::uint64_t>(1, holds_mark));
  instances_.set_next(std::max<std::uint64_t>(1, instances_mark));

  Result<std::vector<storage::Row>> stocks = co_await read_all(*shard_, StockRow::kKind, {});
  if (!stocks) co_return fail(std::move(stocks).error());
  Result<void> ok =
      decode_into<StockRow>(*stocks, [this](StockRow row) { stock_.load(std::move(row)); });
  if (!ok) co_return ok;
  std::string from = storage::KeyWriter().u64(holds_mark).take();
  Result<std::vector<storage::Row>> holds =
      co_await read_all(*shard_, HoldRow::kKind, std::move(from));
  if (!holds) co_return fail(std::move(holds).error());
  ok = decode_into<HoldRow>(*holds, [this](HoldRow row) { stock_.load(std::move(row)); });
  if (!ok) co_return ok;
  from = storage::KeyWriter().u64(instances_mark).take();
  Result<std::vector<storage::Row>> instances =
      co_await read_all(*shard_, InstanceRow::kKind, std::move(from));
  if (!instances) co_return fail(std::move(instances).error());
  co_return decode_into<InstanceRow>(*instances,
                                     [this](InstanceRow row) { instances_.load(std::move(row)); });
}

Task<void> StoreShard::make_durable(storage::Decision decision) {
  if (decision.mutations.empty()) co_return co_await shard_->confirm();
  shard_->enqueue(std::move(decision));
  arm_expiry();
  arm_settling();
  co_return co_await shard_->flush();
}

Task<std::optional<SettledRow>> StoreShard::settled_if_gone(EffectId effect,
                                                            std::function<bool()> is_here) {
  for (;;) {
    if (is_here()) co_return std::optional<SettledRow>{};
    const std::uint64_t left_before = left_;
    Result<std::optional<SettledRow>> found = co_await find_settled(shard_->table(), effect);
    if (!found || *found || left_before == left_) co_return found;
  }
}

void StoreShard::arm_expiry() {
  const auto due = stock_.next_expiry();
  if (!due) {
    expiry_timer_.reset();
    return;
  }
  const auto wait = Duration(std::max<std::int64_t>(0, *due - now_us()));
  expiry_timer_ =
      runtime_.timers.call_at(runtime_.clock.monotonic() + wait, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->shard_->broken()) return;
        storage::Decision decision;
        self->stock_.expire_due(self->now_us(), decision);
        if (!decision.mutations.empty()) self->shard_->enqueue(std::move(decision));
        self->arm_expiry();
        self->arm_settling();
      });
}

void StoreShard::arm_settling() {
  if (settling_ || (stock_.ended_count() == 0 && instances_.ended_count() == 0)) return;
  settling_ = true;
  settle_timer_ =
      runtime_.timers.call_at(runtime_.clock.monotonic() + kSettleDelay, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        auto run = [](std::shared_ptr<StoreShard> memory) -> boost::asio::awaitable<void> {
          const Result<void> settled = co_await memory->settle();
          memory->settling_ = false;
          if (!settled) log::warn("store.settling_failed", {{"error", settled.error().detail}});
          if (!memory->shard_->broken()) memory->arm_settling();
        };
        runtime::spawn(self->runtime_.executor, run(self));
      });
}

Task<void> StoreShard::settle() {
  const std::vector<HoldRow> holds = stock_.ended(kSettleBatch);
  const std::vector<InstanceRow> instances = instances_.ended(kSettleBatch);
  // Durable first: the views must never tell what a crash could take back.
  Result<void> durable = co_await shard_->flush();
  if (!durable) co_return durable;
  std::vector<storage::ViewWrite> writes;
  for (const auto& row : holds) writes.push_back(settled_write(row.hold, {.hold = row.state}, now_us()));
  for (const auto& row : instances) {
    writes.push_back(settled_write(row.effect, {.instance = row.state, .tracking = row.tracking}, now_us()));
    if (row.state != InstanceState::active) continue;
    writes.push_back({&kOwned,
                      storage::KeyWriter().uuid(row.owner.value).take(),
                      {owned_key(row.id), 1, storage::encode_row(row)}});
  }
  Result<void> written = co_await shard_->table().write_views(std::move(writes));
  if (!written) co_return written;
  storage::Decision decision;
  const std::uint64_t holds_mark = stock_.forget(holds, decision);
  const std::uint64_t instances_mark = instances_.forget(instances, decision);
  ++left_;
  shard_->set_mark("holds", holds_mark);
  shard_->set_mark("instances", instances_mark);
  shard_->enqueue(std::move(decision));
  co_return co_await shard_->flush();
}

}  // namespace pps::store
