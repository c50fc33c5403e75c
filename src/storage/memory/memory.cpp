#include "storage/memory/memory.hpp"

#include "runtime/sync.hpp"

namespace pps::storage::memory {

namespace {
class MemoryEngine final : public Engine {
 public:
  MemoryEngine(runtime::Runtime& runtime, std::shared_ptr<Disk> disk) : runtime_(runtime), disk_(std::move(disk)) {}

  Result<Found> get_newest(FamilyUse use, const std::string& key) override { return disk_->newest(use, key); }

  Result<std::uint64_t> write(std::vector<KeyWrite> group) override { return disk_->write(std::move(group)); }

  Task<void> settled(std::uint64_t ticket) override {
    const Duration latency = disk_->sync_latency(runtime_.random);
    co_await runtime::sleep_for(runtime_, latency);
    co_return disk_->sync(ticket);
  }

  // A read lets others run before and after it, as one that goes to a pool does.
  Task<Found> get(FamilyUse use, std::string key) override {
    co_await runtime::yield();
    Result<Found> found = disk_->durable(use, key);
    co_await runtime::yield();
    co_return found;
  }

  Task<KeyPage> range(KeyRange range) override {
    co_await runtime::yield();
    Result<KeyPage> found = disk_->durable(range);
    co_await runtime::yield();
    co_return found;
  }

 private:
  runtime::Runtime& runtime_;
  std::shared_ptr<Disk> disk_;
};
}  // namespace

std::shared_ptr<Table> open_table(runtime::Runtime& runtime, std::shared_ptr<Disk> disk) {
  disk->replay();
  return make_table(runtime, std::make_shared<MemoryEngine>(runtime, std::move(disk)));
}

}  // namespace pps::storage::memory
