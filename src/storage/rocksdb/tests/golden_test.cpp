#include <gtest/gtest.h>

#include <fstream>

#include "storage/rocksdb/tests/folder.hpp"
#include "storage/shard.hpp"

namespace pps::storage::rocksdb {
namespace {

// Data folders as each version of the format wrote them; what was readable once stays so. A new version adds a folder
// (written by `--gtest_also_run_disabled_tests --gtest_filter=*write_golden`), and never changes an old one.
const std::string kGolden = PPS_SOURCE_DIR "/src/storage/tests/golden/";
const std::string kNewest = kGolden + "format-2";

constexpr Family kLive{"golden_live", FamilyUse::conditional};
constexpr Family kPlain{"golden_plain", FamilyUse::plain};

constexpr std::int64_t kEnd = 4'000'000'000;  // 2096

struct Body {
  std::string text;
  std::vector<std::int64_t> numbers;
  static constexpr auto columns() { return std::tuple(column<1>(&Body::text), column<2>(&Body::numbers)); }
};

Decision decision(std::string key) {
  Decision decision;
  decision.mutations.push_back(Put{{{1, key}, 1, encode_row(Body{key, {1, -2}})}});
  decision.events.push_back({"topic", "type", key, "body", 5});
  return decision;
}
ViewWrite view(std::string key, std::uint64_t version, bool erase) {
  return {&kPlain, std::string("p\0q", 3), {{1, std::move(key)}, version, encode_row(Body{"view", {}})}, erase};
}

Task<void> write(runtime::Runtime& runtime, Table& table, std::string key) {
  ShardAddress address{&kLive, "svc", 3};
  auto shard = co_await Shard::open(runtime, table, address);
  if (!shard) co_return fail(shard.error());
  (*shard)->set_mark("m", 9);
  Decision first = decision(key);
  Result<void> done = co_await (*shard)->commit(std::move(first));
  if (!done) co_return done;
  std::vector<ViewWrite> views = {view("kept", 4, false), view("gone", 7, true), view("expiring", 1, false)};
  views.back().row.expires_s = kEnd;
  co_return co_await table.write_views(std::move(views));
}

TEST(WriteGolden, DISABLED_write_golden) {
  RunningLoop loop;
  for (const char* key : {"in a table file", "in the log"}) {  // opening again writes the log into a table file
    auto table = *rocksdb::open(loop.runtime(), {kNewest});
    ASSERT_TRUE(loop.run([&] { return write(loop.runtime(), *table, key); }));
    loop.on_loop([&] { table.reset(); });
  }
  for (const auto& entry : std::filesystem::directory_iterator(kNewest)) {  // not needed to open it
    const std::string name = entry.path().filename();
    if (name.starts_with("LO") || name.starts_with("OPTIONS")) std::filesystem::remove(entry.path());
  }
}

class Golden : public testing::TestWithParam<int> {};

TEST_P(Golden, is_read) {
  Folder folder;
  std::filesystem::copy(kGolden + "format-" + std::to_string(GetParam()), folder.path(), std::filesystem::copy_options::recursive);
  RunningLoop loop;
  auto opened = rocksdb::open(loop.runtime(), {folder.path()});
  ASSERT_TRUE(opened) << opened.error().detail;
  auto table = *opened;
  ShardAddress address{&kLive, "svc", 3};
  auto shard = *loop.run([&] { return Shard::open(loop.runtime(), *table, address); });
  EXPECT_EQ(shard->mark("m"), 9u);
  for (const std::string key : {"in a table file", "in the log"}) {
    const auto row = *loop.run([&] { return table->find(kLive, address.partition(), {1, key}); });
    ASSERT_TRUE(row) << key;
    EXPECT_EQ(row->version, 1u);
    const auto body = decode_row<Body>(row->body);
    ASSERT_TRUE(body);
    EXPECT_EQ(body->text, key);
    EXPECT_EQ(body->numbers, (std::vector<std::int64_t>{1, -2}));
  }
  const auto events = *loop.run([&] { return shard->outbox(0, 10); });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].seq, 2u);
  EXPECT_EQ(events[1].event.key, "in the log");
  EXPECT_EQ(events[1].event.at_us, 5);
  ASSERT_TRUE(loop.run([&] { return table->write_views({view("gone", 6, false), view("kept", 3, true)}); }));
  const std::string partition("p\0q", 3);
  EXPECT_TRUE(*loop.run([&] { return table->find(kPlain, partition, {1, "kept"}); }));
  EXPECT_FALSE(*loop.run([&] { return table->find(kPlain, partition, {1, "gone"}); })) << "the tombstone's version";
  const auto expiring = *loop.run([&] { return table->find(kPlain, partition, {1, "expiring"}); });
  EXPECT_EQ(expiring.has_value(), GetParam() >= 2);
  if (expiring) {
    EXPECT_EQ(expiring->expires_s, kEnd);
  }
  std::ifstream format(folder.path() + "/FORMAT");
  std::string first;
  std::getline(format, first);
  EXPECT_EQ(first, "pps-storage 2") << "raised when it was opened";
  loop.on_loop([&] {
    shard.reset();
    table.reset();
    opened->reset();
  });
}

INSTANTIATE_TEST_SUITE_P(Format, Golden, testing::Values(1, 2), testing::PrintToStringParamName());

}  // namespace
}  // namespace pps::storage::rocksdb
