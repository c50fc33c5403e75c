#include "storage/shard_host.hpp"

#include <gtest/gtest.h>

#include "runtime/simulated.hpp"
#include "storage/memory/memory.hpp"

namespace pps::storage {
namespace {

constexpr Family kFamily{"test_live", FamilyUse::conditional};

struct Memory {
  std::shared_ptr<Shard> shard;
  std::uint64_t rows = 0;
};

class ShardHostTest : public testing::Test {
 protected:
  ShardHostTest()
      : host_(world_.runtime(), *table_, address(),
              [this](std::shared_ptr<Shard> shard) { return load(table_, std::move(shard), loads_); }) {}
  static ShardAddress address() { return {&kFamily, "svc", 1}; }

  static Task<std::shared_ptr<Memory>> load(std::shared_ptr<Table> table, std::shared_ptr<Shard> shard, int& loads) {
    ++loads;
    ScanQuery query;
    query.family = &kFamily;
    query.partition = shard->address().partition();
    query.kind = 1;
    Result<ScanPage> page = co_await table->scan(std::move(query));
    if (!page) co_return fail(std::move(page).error());
    co_return std::make_shared<Memory>(Memory{shard, page->rows.size()});
  }
  static Decision put(std::string key) { return {{Put{{{1, std::move(key)}, 1, ""}}}, {}}; }

  runtime::SimulatedWorld world_{23};
  std::shared_ptr<memory::Disk> disk_ = std::make_shared<memory::Disk>();
  std::shared_ptr<Table> table_ = memory::open_table(world_.runtime(), disk_);
  int loads_ = 0;
  ShardHost<Memory> host_;
};

TEST_F(ShardHostTest, many_first_callers_open_it_once) {
  auto many = [](ShardHost<Memory>& host) -> Task<std::vector<Result<std::shared_ptr<Memory>>>> {
    std::vector<Task<std::shared_ptr<Memory>>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(host.use());
    co_return co_await runtime::all_of(std::move(tasks));
  };
  EXPECT_EQ(host_.now(), nullptr);
  const auto all = *world_.run(many(host_));
  for (const auto& memory : all) EXPECT_TRUE(memory);
  EXPECT_EQ(loads_, 1);
  EXPECT_NE(host_.now(), nullptr);
}

TEST_F(ShardHostTest, a_broken_shard_is_opened_again_and_read_from_the_disk) {
  auto memory = *world_.run(host_.use());
  ASSERT_TRUE(world_.run(memory->shard->commit(put("a"))));
  disk_->set_full(true);
  ASSERT_FALSE(world_.run(memory->shard->commit(put("lost"))));
  EXPECT_EQ(host_.now(), nullptr) << "its memory is ahead of the disk";
  const auto refused = world_.run(host_.use());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "storage.no_space");
  EXPECT_EQ(world_.run(host_.use()).error().code, "shard.recovering") << "it pauses between tries";
  disk_->set_full(false);
  world_.run_for(std::chrono::seconds(1));
  memory = *world_.run(host_.use());
  EXPECT_EQ(memory->rows, 1u);
  EXPECT_TRUE(world_.run(memory->shard->commit(put("b"))));
}

}  // namespace
}  // namespace pps::storage
