#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "bus/embedded/embedded.hpp"
#include "runtime/simulated.hpp"
#include "services/store/service.hpp"
#include "storage/memory/memory.hpp"

namespace pps::store::testing {

/// One process of the store on a disk that outlives it.
struct Shop {
  Shop(runtime::SimulatedWorld& in, std::shared_ptr<storage::memory::Disk> on, std::string name)
      : world(in),
        disk(std::move(on)),
        process(in.process(std::move(name))),
        runtime(process.runtime()) {}
  ~Shop() {
    if (process.alive()) process.kill();
  }
  Shop(const Shop&) = delete;

  void open() {
    table = storage::memory::open_table(runtime, disk);
    bus = bus::embedded::open(runtime, table);
    static constexpr storage::Family kKeys{"store_keys", storage::FamilyUse::conditional};
    auto ring = world.run(storage::Keyring::open(runtime, *table, kKeys, storage::SecretKey{}));
    ASSERT_TRUE(ring);
    service =
        std::make_shared<StoreService>(StoreService::Dependencies{runtime, table, bus, *ring, 2});
    const Result<void> started = world.run(service->start());
    ASSERT_TRUE(started) << started.error().code;
  }
  /// kill -9 (what was written stays) or power loss (what was not synced is gone).
  void kill(bool power_loss) {
    process.kill();
    if (power_loss)
      disk->crash();
    else
      disk->replay();
  }

  runtime::SimulatedWorld& world;
  std::shared_ptr<storage::memory::Disk> disk;
  runtime::SimulatedProcess& process;
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  std::shared_ptr<StoreService> service;
};

inline PurchaseId purchase(std::uint64_t number, std::int64_t at_ms = 1'767'225'600'000) {
  return {Uuid::v7(static_cast<std::uint64_t>(at_ms), 0, number)};
}
inline EffectId reserving(std::uint64_t number) {
  return effect_id(purchase(number), "reserve", 0);
}
inline EffectId preparing(std::uint64_t number) {
  return effect_id(purchase(number), "prepare", 0);
}
inline CustomerId customer(std::uint64_t number) { return {Uuid::v7(1, 0, number)}; }

/// "done", "refused stock.insufficient", or the error's code: what a table of cases compares.
inline std::string said(const EffectReply& reply) {
  static constexpr const char* kNames[] = {"unknown", "pending", "done", "undone", "refused"};
  return kNames[static_cast<int>(reply.state)] + (reply.code.empty() ? "" : " " + reply.code);
}
inline std::string said(const Result<EffectReply>& reply) {
  return reply ? said(*reply) : "error " + reply.error().code;
}
inline std::string sums(const StockLevel& level) {
  return std::to_string(level.on_hand) + " " + std::to_string(level.held) + " " +
         std::to_string(level.committed);
}

/// The store with a test's shorthand: every call ends before it returns.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }
  void restart(bool power_loss = false) {
    if (shop) shop->kill(power_loss);
    shop = std::make_unique<Shop>(world, disk, "shop" + std::to_string(++opened_));
    shop->open();
  }
  StoreService& store() { return *shop->service; }
  std::int64_t in(Duration later) const { return to_unix_us(world.now() + later); }

  std::string reserve(std::uint64_t number, std::int64_t quantity,
                      Duration life = std::chrono::minutes(15)) {
    return said(world.run(store().reserve({}, {reserving(number), sku, quantity, in(life)})));
  }
  std::string commit(std::uint64_t number) {
    return said(world.run(store().commit_hold({}, {reserving(number), sku, 0})));
  }
  std::string consume(std::uint64_t number) {
    return said(world.run(store().consume({}, {reserving(number), sku, 0})));
  }
  std::string unreserve(std::uint64_t number) {
    return said(world.run(store().unreserve({}, {reserving(number), sku, 0})));
  }
  std::string find(std::uint64_t number) {
    return said(world.run(store().find_hold({}, {reserving(number), sku, 0})));
  }
  std::string extend(std::uint64_t number, Duration life) {
    return said(world.run(store().extend_hold({}, {reserving(number), sku, in(life)})));
  }
  void stock(std::int64_t quantity) {
    const Result<StockLevel> level = world.run(
        store().receive({}, {sku, quantity, "first-" + std::to_string(++keys_), "test", ""}));
    ASSERT_TRUE(level) << level.error().code;
  }
  StockLevel level() {
    Result<LevelsReply> reply = world.run(store().levels({}, {{sku}}));
    EXPECT_TRUE(reply) << reply.error().code;
    return reply ? reply->levels.at(0) : StockLevel{};
  }
  /// Until what has ended has left the live state.
  void settle() { world.run_for(std::chrono::seconds(1)); }

  Sku sku{"book"};
  runtime::SimulatedWorld world{7};
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  std::unique_ptr<Shop> shop;

 private:
  int opened_ = 0;
  int keys_ = 0;
};

}  // namespace pps::store::testing
