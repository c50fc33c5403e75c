#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/simulated.hpp"
#include "services/shoppers/service.hpp"
#include "storage/memory/memory.hpp"

namespace pps::shoppers::testing {

inline constexpr storage::Family kRingFamily{"shoppers_keys", storage::FamilyUse::conditional};

/// The service on a simulated world, which can be started again on the same disk.
struct House : ::testing::Test {
  House() { start(); }
  ~House() override { process->kill(); }
  void start() {
    if (process) process->kill();
    service.reset();
    table.reset();
    process = &world.process("shoppers-" + std::to_string(++starts));
    table = storage::memory::open_table(process->runtime(), disk);
    storage::SecretKey key;
    key.bytes.fill(7);
    const auto ring = *world.run(storage::Keyring::open(process->runtime(), *table, kRingFamily, key));
    ShoppersService::Dependencies needs{process->runtime(), table, ring, 4};
    service = std::make_shared<ShoppersService>(std::move(needs));
  }

  static CustomerId account(std::uint64_t n) { return {Uuid::v7(1, 0, n)}; }

  runtime::SimulatedWorld world{17};
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  runtime::SimulatedProcess* process = nullptr;
  int starts = 0;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<ShoppersService> service;
  const CustomerId ada = account(1), grace = account(2);
};

/// "ok", or the code of the first refused field, or the error's code.
template <class T>
std::string code(const Result<T>& result) {
  if (result) return "ok";
  return result.error().fields.empty() ? result.error().code : result.error().fields[0].code;
}

}  // namespace pps::shoppers::testing
