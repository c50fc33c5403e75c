#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "search/tests/index_contract.hpp"
#include "search/xapian/xapian_index.hpp"

namespace pps::search::contract {
namespace {

const Engine kOnDisk{.name = "on_disk", .open = [](runtime::Runtime& runtime, std::string folder) {
                       return open_xapian(runtime, {.path = folder});
                     }};
const Engine kInMemory{.name = "in_memory",
                       .durable = false,
                       .corrects_spelling = false,
                       .open = [](runtime::Runtime& runtime, std::string) { return open_xapian(runtime, {.path = ""}); }};

INSTANTIATE_TEST_SUITE_P(Xapian, IndexContract, testing::Values(kOnDisk, kInMemory),
                         [](const auto& engine) { return engine.param.name; });

struct XapianFolder : testing::Test {
  runtime::SimulatedWorld world{1};
  std::string folder = testing::TempDir() + "pps-xapian-" + std::to_string(::getpid());
  void SetUp() override { std::filesystem::remove_all(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
};

TEST_F(XapianFolder, ABrokenIndexBecomesAnEmptyOne) {
  {
    auto index = world.run(open_xapian(world.runtime(), {.path = folder}));
    ASSERT_TRUE(index);
    ASSERT_TRUE(world.run((*index)->apply({{id_of(1), Document{.id = id_of(1), .title = "x"}}}, 5)));
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
    if (file.path().extension() == ".glass" || file.path().filename() == "iamglass")
      std::ofstream(file.path(), std::ios::trunc) << "garbage";
  auto index = world.run(open_xapian(world.runtime(), {.path = folder}));
  ASSERT_TRUE(index) << index.error().detail;
  EXPECT_EQ((*index)->position(), 0u);
  EXPECT_EQ((*index)->documents(), 0u);
}

TEST_F(XapianFolder, AnIndexThatLiesWhereThePlacesAreIsOfAnOlderFormat) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/iamglass") << "older";
  auto index = world.run(open_xapian(world.runtime(), {.path = folder}));
  ASSERT_TRUE(index) << index.error().detail;
  EXPECT_EQ((*index)->documents(), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder + "/iamglass"));
}

TEST_F(XapianFolder, ALockedIndexIsRefused) {
  auto first = world.run(open_xapian(world.runtime(), {.path = folder}));
  ASSERT_TRUE(first);
  auto second = world.run(open_xapian(world.runtime(), {.path = folder}));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "search.engine");
}

}  // namespace
}  // namespace pps::search::contract
