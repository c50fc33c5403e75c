#include "simulators/common/journal.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/loop.hpp"

namespace pps::simulators {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "journalXXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::shared_ptr<Journal> open() {
    auto journal = Journal::open(loop.runtime(), folder);
    EXPECT_TRUE(journal) << journal.error().detail;
    return journal ? *journal : nullptr;
  }
  void sync(std::shared_ptr<Journal> journal) {
    auto work = [](runtime::Loop& running,
                   std::shared_ptr<Journal> written) -> boost::asio::awaitable<void> {
      co_await written->durable();
      running.stop();
    };
    runtime::spawn(loop.runtime().executor, work(loop, std::move(journal)));
    loop.run();
  }

  runtime::Loop loop;
  std::string folder;
};

TEST_F(JournalTest, RemembersWhatWasSynced) {
  auto journal = open();
  journal->put("a", "1");
  journal->put("b", std::string("\0two", 4));
  journal->put("c", "3");
  journal->erase("c");
  journal->put("a", "4");
  sync(journal);
  journal.reset();
  journal = open();
  EXPECT_EQ(journal->get("a"), "4");
  EXPECT_EQ(journal->get("b"), std::string("\0two", 4));
  EXPECT_FALSE(journal->get("c"));
  journal.reset();
  EXPECT_EQ(open()->get("a"), "4") << "written anew at the start";
}

TEST_F(JournalTest, ATornRecordIsCutOffWhole) {
  auto journal = open();
  journal->put("a", "1");
  sync(journal);
  journal.reset();
  const auto whole = std::filesystem::file_size(folder + "/journal");
  journal = open();
  journal->put("b", "2");
  journal->put("c", "3");
  sync(journal);
  journal.reset();
  const auto all = std::filesystem::file_size(folder + "/journal");
  std::string bytes(all, '\0');
  std::ifstream(folder + "/journal", std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(all));
  for (auto size = whole; size < all; ++size) {
    std::ofstream(folder + "/journal", std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(size));
    const auto torn = open();
    EXPECT_EQ(torn->get("a"), "1") << size;
    EXPECT_FALSE(torn->get("b") || torn->get("c")) << size;
  }
}

TEST_F(JournalTest, BelongsToOneProcess) {
  const auto journal = open();
  const auto second = Journal::open(loop.runtime(), folder, Duration::zero());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "journal.in_use");
}

}  // namespace
}  // namespace pps::simulators
