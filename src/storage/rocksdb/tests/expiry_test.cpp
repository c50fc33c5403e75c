#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <map>

#include "storage/layout.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/tests/folder.hpp"

namespace pps::storage::rocksdb {
namespace {

TEST(Expiry, compactions_drop_what_expired_an_hour_ago_and_nothing_else) {
  const Folder folder;
  const auto now_s = std::make_shared<std::atomic<std::int64_t>>(1'000'000);
  ::rocksdb::Options options;
  options.create_if_missing = true;
  options.compaction_filter_factory = leave_out_expired(now_s);
  ::rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(::rocksdb::DB::Open(options, folder.path(), &raw).ok());
  const std::unique_ptr<::rocksdb::DB> db(raw);
  const std::map<std::string, std::string> values{
      {"expired", layout::pack({false, 1, "x", 1'000'000 - 3'601})},
      {"just now", layout::pack({false, 1, "x", 1'000'000 - 3'599})},
      {"later", layout::pack({false, 1, "x", 1'000'001})},
      {"never", layout::pack({false, 1, "x", 0})},
      {"tombstone", layout::pack({true, 1, {}, 1})},
      {"unreadable", std::string("\x7f")},
  };
  for (const auto& [key, value] : values) ASSERT_TRUE(db->Put({}, key, value).ok());
  ::rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = ::rocksdb::BottommostLevelCompaction::kForce;
  const auto left = [&] {
    EXPECT_TRUE(db->CompactRange(all, nullptr, nullptr).ok());
    std::string keys;
    const std::unique_ptr<::rocksdb::Iterator> at(db->NewIterator({}));
    for (at->SeekToFirst(); at->Valid(); at->Next()) keys += at->key().ToString() + ";";
    return keys;
  };
  EXPECT_EQ(left(), "just now;later;never;unreadable;");
  *now_s = 2'000'000;
  EXPECT_EQ(left(), "never;unreadable;") << "a later compaction asks the time anew";
}

}  // namespace
}  // namespace pps::storage::rocksdb
