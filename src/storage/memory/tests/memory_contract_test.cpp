#include "runtime/simulated.hpp"
#include "storage/memory/memory.hpp"
#include "storage/tests/storage_contract.hpp"

namespace pps::storage::contract {

class MemoryHarness {
 public:
  Table& table() { return *table_; }
  template <class Call>
  auto run(Call call) {
    return world_.run(call());
  }
  void reopen() { table_ = memory::open_table(world_.runtime(), disk_); }

 private:
  runtime::SimulatedWorld world_{1};
  std::shared_ptr<memory::Disk> disk_ = std::make_shared<memory::Disk>();
  std::shared_ptr<Table> table_ = memory::open_table(world_.runtime(), disk_);
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, TableContract, MemoryHarness);

}  // namespace pps::storage::contract
