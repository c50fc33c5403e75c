#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/sync.hpp"
#include "storage/table.hpp"

/// What every implementation of the table port must do. An engine gives a Harness type with `Table& table()` and
/// `Result<T> run(call)` (starts the task that `call` makes, on the loop, and waits), `void reopen()` (the process ends and another opens the same data), and instantiates
/// with INSTANTIATE_TYPED_TEST_SUITE_P.
namespace pps::storage::contract {

inline constexpr Family kLive{"contract_live", FamilyUse::conditional};
inline constexpr Family kPlain{"contract_plain", FamilyUse::plain};
inline constexpr RowKind kKind = 7;

inline Row row(std::string key, std::uint64_t version, std::string body = "body") {
  return {{kKind, std::move(key)}, version, std::move(body)};
}
inline Condition absent(std::string key) { return {Condition::Kind::absent, {kKind, std::move(key)}, 0}; }
inline Condition version_is(std::string key, std::uint64_t version) {
  return {Condition::Kind::version_is, {kKind, std::move(key)}, version};
}
inline Batch insert(std::string partition, std::string key, std::uint64_t version = 1, std::string body = "body") {
  return {&kLive, std::move(partition), {absent(key)}, {Put{row(key, version, std::move(body))}}};
}
inline Batch plain(std::string partition, std::vector<Mutation> mutations) {
  return {&kPlain, std::move(partition), {}, std::move(mutations)};
}
inline ViewWrite view(std::string key, std::uint64_t version, std::string body = "view", bool erase = false) {
  return {&kPlain, "p", row(std::move(key), version, std::move(body)), erase};
}

template <class Harness>
class TableContract : public testing::Test {
 protected:
  Result<void> commit(Batch batch) { return harness_.run([&] { return harness_.table().commit(std::move(batch)); }); }
  std::optional<Row> find(const Family& family, std::string partition, std::string key) {
    auto found = harness_.run([&] { return harness_.table().find(family, std::move(partition), {kKind, std::move(key)}); });
    EXPECT_TRUE(found) << found.error().code;
    return found ? *found : std::nullopt;
  }
  std::string code_of(Batch batch) {
    const auto result = commit(std::move(batch));
    return result ? "" : result.error().code;
  }
  Result<void> views(std::vector<ViewWrite> writes) { return harness_.run([&] { return harness_.table().write_views(std::move(writes)); }); }
  ScanPage scan(ScanQuery query) {
    auto page = harness_.run([&] { return harness_.table().scan(std::move(query)); });
    EXPECT_TRUE(page) << page.error().code;
    return page ? *page : ScanPage{};
  }
  static std::string keys(const ScanPage& page) {
    std::string all;
    for (const auto& one : page.rows) all += one.at.key;
    return all;
  }
  /// Starts all commits before any of them can end, so that they meet in one group; answers in order.
  std::vector<Result<void>> together(std::vector<Batch> batches) {
    auto gather = [](std::vector<Task<void>> all) -> Task<std::vector<Result<void>>> {
      co_return co_await runtime::all_of(std::move(all));
    };
    return *harness_.run([&] {
      std::vector<Task<void>> tasks;
      for (auto& batch : batches) tasks.push_back(harness_.table().commit(std::move(batch)));
      return gather(std::move(tasks));
    });
  }
  Harness harness_;
};
TYPED_TEST_SUITE_P(TableContract);

TYPED_TEST_P(TableContract, what_is_committed_is_found_also_after_reopening) {
  ASSERT_TRUE(this->commit(insert("p", "a", 3, std::string("b\0dy", 4))));
  ASSERT_TRUE(this->commit(plain("p", {Put{row("a", 9, "")}})));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(this->find(kLive, "p", "a"), row("a", 3, std::string("b\0dy", 4)));
    EXPECT_EQ(this->find(kPlain, "p", "a"), row("a", 9, ""));
    EXPECT_FALSE(this->find(kLive, "p", "b"));
    EXPECT_FALSE(this->find(kLive, "q", "a"));
    this->harness_.reopen();
  }
}

TYPED_TEST_P(TableContract, a_condition_that_does_not_hold_refuses_the_whole_batch) {
  ASSERT_TRUE(this->commit(insert("p", "a", 3)));
  const std::vector<Condition> wrong[] = {
      {absent("a")}, {version_is("a", 2)}, {version_is("b", 1)}, {version_is("a", 3), absent("a")}};
  for (const auto& conditions : wrong) {
    const auto result = this->commit({&kLive, "p", conditions, {Put{row("a", 4)}, Put{row("new", 1)}}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::conflict);
    EXPECT_EQ(result.error().code, "storage.condition");
  }
  EXPECT_EQ(this->find(kLive, "p", "a"), row("a", 3));
  EXPECT_FALSE(this->find(kLive, "p", "new"));
  EXPECT_TRUE(this->commit({&kLive, "p", {version_is("a", 3), absent("new")}, {Put{row("a", 4)}, Put{row("new", 1)}}}));
}

TYPED_TEST_P(TableContract, the_static_row_is_a_row_of_kind_0_without_a_key) {
  const RowKey at{0, ""};
  ASSERT_TRUE(this->commit({&kLive, "p", {{Condition::Kind::absent, at, 0}}, {Put{{at, 1, "s"}}}}));
  ASSERT_TRUE(this->commit({&kLive, "p", {{Condition::Kind::version_is, at, 1}}, {Put{{at, 2, "t"}}, Put{row("a", 1)}}}));
  EXPECT_EQ(**this->harness_.run([&] { return this->harness_.table().find(kLive, "p", at); }), (Row{at, 2, "t"}));
}

TYPED_TEST_P(TableContract, what_the_port_does_not_allow_is_refused) {
  const Family unnamed{"", FamilyUse::plain};
  const Family shouting{"Live", FamilyUse::plain};
  struct Case {
    const char* code;
    Batch batch;
  };
  const Case cases[] = {
      {"storage.no_condition", {&kLive, "p", {}, {Put{row("a", 1)}}}},
      {"storage.condition_in_plain", {&kPlain, "p", {absent("a")}, {Put{row("a", 1)}}}},
      {"storage.too_large", insert("p", "a", 1, std::string(kMaxBatchBytes, 'x'))},
      {"storage.version", insert("p", "a", 0)},
      {"storage.empty", {&kLive, "p", {absent("a")}, {}}},
      {"storage.family", {nullptr, "p", {absent("a")}, {Put{row("a", 1)}}}},
      {"storage.family", {&unnamed, "p", {}, {Put{row("a", 1)}}}},
      {"storage.family", {&shouting, "p", {}, {Put{row("a", 1)}}}},
      {"storage.static_key", plain("p", {Put{{{0, "key"}, 1, ""}}})},
      {"storage.static_key", {&kLive, "p", {{Condition::Kind::absent, {0, "key"}, 0}}, {Put{row("a", 1)}}}},
      {"storage.range", plain("p", {EraseRange{kKind, "b", "b"}})},
      {"storage.range", plain("p", {EraseRange{0, "", "b"}})},
      {"storage.row_twice", plain("p", {Put{row("a", 1)}, Put{row("a", 2)}})},
      {"storage.row_twice", plain("p", {Put{row("a", 1)}, Erase{{kKind, "a"}}})},
      {"storage.row_twice", plain("p", {EraseRange{kKind, "a", "c"}, Put{row("b", 2)}})},
  };
  for (const auto& [code, batch] : cases) EXPECT_EQ(this->code_of(batch), code);
  EXPECT_FALSE(this->find(kLive, "p", "a"));
  EXPECT_FALSE(this->find(kPlain, "p", "a"));

  ViewWrite wrong = view("a", 1);
  wrong.family = &kLive;
  EXPECT_EQ(this->views({wrong}).error().code, "storage.view_in_conditional");
  EXPECT_EQ(this->views({view("a", 0)}).error().code, "storage.version");
  for (const std::size_t limit : {0, 10'001}) {
    const auto page = this->harness_.run([&] { return this->harness_.table().scan({&kPlain, "p", kKind, "", "", false, limit}); });
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, "storage.limit");
  }
}

TYPED_TEST_P(TableContract, a_commit_just_under_the_limit_is_taken) {
  EXPECT_TRUE(this->commit(insert("p", "a", 1, std::string(kMaxBatchBytes - 100, 'x'))));
  this->harness_.reopen();
  EXPECT_EQ(this->find(kLive, "p", "a")->body.size(), kMaxBatchBytes - 100);
}

TYPED_TEST_P(TableContract, scans_go_both_ways_in_pages_and_stay_in_their_kind_and_partition) {
  std::vector<Mutation> rows;
  for (const char* key : {"a", "b", "c", "d", "e"}) rows.push_back(Put{row(key, 1)});
  rows.push_back(Put{{{kKind - 1, "z"}, 1, ""}});
  rows.push_back(Put{{{kKind + 1, "0"}, 1, ""}});
  ASSERT_TRUE(this->commit(plain("p", rows)));
  ASSERT_TRUE(this->commit(plain(std::string("p\0", 2), {Put{row("x", 1)}})));
  struct Case {
    std::string from, to;
    bool backwards;
    std::size_t limit;
    std::string keys;
    bool more;
  };
  const Case cases[] = {
      {"", "", false, 100, "abcde", false},  {"", "", true, 100, "edcba", false}, {"", "", false, 2, "ab", true},
      {"", "", true, 2, "ed", true},         {"b", "d", false, 100, "bc", false}, {"b", "d", true, 100, "cb", false},
      {"b", "d", false, 2, "bc", false},     {"b", "d", true, 1, "c", true},      {"bb", "", false, 1, "c", true},
      {"f", "", false, 1, "", false},        {"c", "b", false, 9, "", false},     {"", "", false, 5, "abcde", false},
  };
  for (const auto& one : cases) {
    const auto page = this->scan({&kPlain, "p", kKind, one.from, one.to, one.backwards, one.limit});
    EXPECT_EQ(this->keys(page), one.keys) << one.from << ".." << one.to;
    EXPECT_EQ(page.more, one.more) << one.from << ".." << one.to;
  }
  std::string all;
  std::string from;
  for (ScanPage page; page.more || all.empty(); from = page.rows.back().at.key + '\0') {
    page = this->scan({&kPlain, "p", kKind, from, "", false, 2});
    all += this->keys(page);
    if (!page.more) break;
  }
  EXPECT_EQ(all, "abcde");
}

TYPED_TEST_P(TableContract, a_large_scan_comes_in_pages_that_lose_nothing) {
  for (int i = 0; i < 8; ++i)
    ASSERT_TRUE(this->commit(plain("p", {Put{row(std::to_string(i), 1, std::string(1'000'000, 'x'))}})));
  std::string all;
  std::string from;
  for (bool more = true; more;) {
    const auto page = this->scan({&kPlain, "p", kKind, from, "", false, 10'000});
    ASSERT_FALSE(page.rows.empty());
    all += this->keys(page);
    more = page.more;
    from = page.rows.back().at.key + '\0';
  }
  EXPECT_EQ(all, "01234567");
}

TYPED_TEST_P(TableContract, erased_rows_and_ranges_are_gone) {
  std::vector<Mutation> rows;
  for (const char* key : {"a", "b", "c", "d"}) rows.push_back(Put{row(key, 1)});
  ASSERT_TRUE(this->commit(plain("p", rows)));
  ASSERT_TRUE(this->commit(plain("p", {Erase{{kKind, "a"}}, EraseRange{kKind, "b", "d"}, Put{row("e", 1)}})));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(this->keys(this->scan({&kPlain, "p", kKind, "", "", false, 100})), "de");
    this->harness_.reopen();
  }
}

TYPED_TEST_P(TableContract, commits_of_one_group_see_each_other_and_a_conflict_drops_only_its_own) {
  ASSERT_TRUE(this->commit(insert("p", "old", 1)));
  ASSERT_TRUE(this->commit(insert("p", "r1", 1)));
  const auto results = this->together({
      insert("p", "a", 1),
      insert("p", "a", 2),                                                               // conflict: the one before
      {&kLive, "p", {version_is("a", 1)}, {Put{row("a", 5)}}},                            // sees the first
      {&kLive, "p", {version_is("a", 1)}, {Put{row("a", 6)}}},                            // conflict
      {&kLive, "p", {version_is("old", 1)}, {Erase{{kKind, "old"}}}},                     //
      {&kLive, "p", {absent("old")}, {Put{row("old", 8)}}},                               // sees the erase
      {&kLive, "p", {version_is("a", 5)}, {EraseRange{kKind, "r", "s"}}},                 //
      {&kLive, "p", {absent("r1")}, {Put{row("r1", 9)}}},                                 // sees the range
      {&kLive, "p", {version_is("r1", 9)}, {Put{row("r1", 10)}}},                         // and what came after it
      insert("other", "a", 1),
  });
  std::string outcome;
  for (const auto& result : results) outcome += result ? 'y' : result.error().kind == ErrorKind::conflict ? 'n' : '?';
  EXPECT_EQ(outcome, "ynynyyyyyy");
  EXPECT_EQ(this->find(kLive, "p", "a"), row("a", 5));
  EXPECT_EQ(this->find(kLive, "p", "old"), row("old", 8));
  EXPECT_EQ(this->find(kLive, "p", "r1"), row("r1", 10));
  EXPECT_TRUE(this->find(kLive, "other", "a"));
}

TYPED_TEST_P(TableContract, of_many_who_insert_one_row_one_wins) {
  std::vector<Batch> batches;
  for (std::uint64_t i = 1; i <= 200; ++i) batches.push_back(insert("p", "one", i));
  const auto results = this->together(std::move(batches));
  std::size_t wins = 0;
  for (const auto& result : results) wins += result.has_value();
  EXPECT_EQ(wins, 1u);
}

TYPED_TEST_P(TableContract, views_keep_the_greatest_version_in_any_order) {
  ASSERT_TRUE(this->views({view("a", 2, "two"), view("a", 1, "one"), view("b", 5, "five")}));
  EXPECT_EQ(this->find(kPlain, "p", "a"), row("a", 2, "two"));
  ASSERT_TRUE(this->views({view("a", 2, "again")}));
  EXPECT_EQ(this->find(kPlain, "p", "a"), row("a", 2, "two"));
  ASSERT_TRUE(this->views({view("a", 4, "", true), view("b", 4, "", true)}));
  EXPECT_FALSE(this->find(kPlain, "p", "a"));
  EXPECT_EQ(this->find(kPlain, "p", "b"), row("b", 5, "five"));
  this->harness_.reopen();
  ASSERT_TRUE(this->views({view("a", 3, "late")}));
  EXPECT_FALSE(this->find(kPlain, "p", "a")) << "the tombstone keeps its version";
  ASSERT_TRUE(this->views({view("a", 5, "new")}));
  EXPECT_EQ(this->find(kPlain, "p", "a"), row("a", 5, "new"));
}

TYPED_TEST_P(TableContract, scans_pass_over_tombstones_without_losing_their_place) {
  std::vector<ViewWrite> writes;
  for (char c = 'a'; c <= 'z'; ++c) writes.push_back(view(std::string(1, c), 1, "", c != 'a' && c != 'y' && c != 'z'));
  ASSERT_TRUE(this->views(writes));
  const auto first = this->scan({&kPlain, "p", kKind, "", "", false, 1});
  EXPECT_EQ(this->keys(first), "a");
  EXPECT_TRUE(first.more);
  EXPECT_EQ(this->keys(this->scan({&kPlain, "p", kKind, "b", "", false, 1})), "y");
  EXPECT_EQ(this->keys(this->scan({&kPlain, "p", kKind, "", "y", true, 1})), "a");
  EXPECT_EQ(this->keys(this->scan({&kPlain, "p", kKind, "", "", false, 100})), "ayz");
  const auto none = this->scan({&kPlain, "p", kKind, "b", "y", false, 3});
  EXPECT_TRUE(none.rows.empty());
  EXPECT_FALSE(none.more);
}

TYPED_TEST_P(TableContract, what_has_expired_is_as_if_never_written) {
  const std::int64_t past = 1'000'000'000, future = 4'000'000'000;  // seconds: 2001, 2096
  Row old = row("old", 3, "o"), young = row("young", 3, "y");
  old.expires_s = past;
  young.expires_s = future;
  ASSERT_TRUE(this->views({{&kPlain, "p", old}, {&kPlain, "p", young}, view("z", 1)}));
  EXPECT_FALSE(this->find(kPlain, "p", "old"));
  EXPECT_EQ(this->find(kPlain, "p", "young"), young) << "its end included";
  EXPECT_EQ(this->keys(this->scan({&kPlain, "p", kKind, "", "", false, 100})), "youngz");
  EXPECT_EQ(this->keys(this->scan({&kPlain, "p", kKind, "", "", false, 1})), "young");
  ASSERT_TRUE(this->views({view("old", 1, "again")})) << "a smaller version than that of what is gone";
  EXPECT_EQ(this->find(kPlain, "p", "old"), row("old", 1, "again"));

  Batch batch = insert("q", "a");
  std::get<Put>(batch.mutations[0]).row.expires_s = past;
  ASSERT_TRUE(this->commit(batch));
  EXPECT_FALSE(this->find(kLive, "q", "a"));
  EXPECT_EQ(this->code_of({&kLive, "q", {version_is("a", 1)}, {Put{row("a", 2)}}}), "storage.condition");
  std::get<Put>(batch.mutations[0]).row.expires_s = future;
  ASSERT_TRUE(this->commit(batch)) << "absent again";
  EXPECT_EQ(this->code_of(insert("q", "a")), "storage.condition");
  std::get<Put>(batch.mutations[0]).row.expires_s = -1;
  EXPECT_EQ(this->code_of(batch), "storage.expiry");
  this->harness_.reopen();
  EXPECT_EQ(this->find(kPlain, "p", "young"), young);
}

REGISTER_TYPED_TEST_SUITE_P(TableContract, what_is_committed_is_found_also_after_reopening,
                            a_condition_that_does_not_hold_refuses_the_whole_batch,
                            the_static_row_is_a_row_of_kind_0_without_a_key, what_the_port_does_not_allow_is_refused,
                            a_commit_just_under_the_limit_is_taken,
                            scans_go_both_ways_in_pages_and_stay_in_their_kind_and_partition,
                            a_large_scan_comes_in_pages_that_lose_nothing, erased_rows_and_ranges_are_gone,
                            commits_of_one_group_see_each_other_and_a_conflict_drops_only_its_own,
                            of_many_who_insert_one_row_one_wins, views_keep_the_greatest_version_in_any_order,
                            scans_pass_over_tombstones_without_losing_their_place,
                            what_has_expired_is_as_if_never_written);

}  // namespace pps::storage::contract
