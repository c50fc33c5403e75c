#include "storage/rocksdb/tests/folder.hpp"
#include "storage/tests/storage_contract.hpp"

namespace pps::storage::contract {

/// Table calls are made on the loop's thread while the test waits, so that they are confined as in production.
class RocksHarness {
 public:
  RocksHarness() { open(); }
  ~RocksHarness() {
    loop_.on_loop([this] { table_.reset(); });
  }
  Table& table() { return *table_; }
  template <class Call>
  auto run(Call call) {
    return loop_.run(std::move(call));
  }
  void reopen() {
    loop_.on_loop([this] { table_.reset(); });
    open();
  }

 private:
  void open() { table_ = *rocksdb::open(loop_.runtime(), {folder_.path()}); }

  rocksdb::Folder folder_;
  rocksdb::RunningLoop loop_;
  std::shared_ptr<Table> table_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(RocksDB, TableContract, RocksHarness);

}  // namespace pps::storage::contract
