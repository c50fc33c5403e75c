#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/simulated.hpp"
#include "search/index.hpp"

/// What every engine of the index port must do. An engine instantiates it with how it is opened; opening again must
/// show what was applied before (unless it says that it keeps nothing).
namespace pps::search::contract {

struct Engine {
  std::string name;
  bool durable = true;
  bool corrects_spelling = true;
  /// @param folder of its own for each test.
  std::function<Task<std::shared_ptr<Index>>(runtime::Runtime&, std::string folder)> open;
};

inline Uuid id_of(int number) { return Uuid::v7(1'767'225'600'000u, 0, static_cast<std::uint64_t>(number)); }

class IndexContract : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override;
  void TearDown() override;
  void open();

  static Document document(int number, std::string title, std::string summary, std::vector<std::string> categories,
                           std::string brand, std::int64_t price, std::int64_t created = 0);
  void put(std::vector<Document> documents, std::uint64_t position = 1);
  /// Five programs: gimp 1, inkscape 2, krita 3, nethack 4, chess 5.
  void put_programs();
  QueryReply ask(Query query);
  /// What has all words.
  std::vector<int> found(Query query);
  static std::vector<int> numbers_of(const std::vector<Uuid>& ids);

  runtime::SimulatedWorld world_{7};
  std::string folder_;
  std::shared_ptr<Index> index_;
};

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

inline void IndexContract::SetUp() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = test->name();
  std::replace(name.begin(), name.end(), '/', '-');
  folder_ = testing::TempDir() + "pps-index-" + std::to_string(::getpid()) + "-" + name;
  std::filesystem::remove_all(folder_);
  open();
}

inline void IndexContract::TearDown() {
  index_.reset();
  std::filesystem::remove_all(folder_);
}

inline void IndexContract::open() {
  index_.reset();
  auto opened = world_.run(GetParam().open(world_.runtime(), folder_));
  ASSERT_TRUE(opened) << opened.error().detail;
  index_ = *opened;
}

inline Document IndexContract::document(int number, std::string title, std::string summary,
                                 std::vector<std::string> categories, std::string brand, std::int64_t price,
                                 std::int64_t created) {
  Document doc;
  doc.id = id_of(number);
  doc.title = title;
  doc.texts = {{title, 10, true}, {summary, 4, false}, {brand, 3, false}};
  doc.facets = {{"category", std::move(categories)}, {"brand", {brand}}, {"availability", {"out"}}};
  doc.numbers = {{"price", {price, price + 2'000}}, {"created", {created}}};
  return doc;
}

inline void IndexContract::put(std::vector<Document> documents, std::uint64_t position) {
  std::vector<Change> changes;
  for (Document& doc : documents) {
    const Uuid id = doc.id;
    changes.push_back({id, std::move(doc)});
  }
  const Result<void> applied = world_.run(index_->apply(std::move(changes), position));
  ASSERT_TRUE(applied) << applied.error().detail;
}

inline void IndexContract::put_programs() {
  put({document(1, "GIMP", "Create images and edit photographs", {"graphics", "photo"}, "GIMP team", 2'900, 10),
       document(2, "Inkscape", "Create vector images", {"graphics"}, "Inkscape team", 1'900, 20),
       document(3, "Krita", "Digital painting for images", {"graphics"}, "KDE", 2'900, 30),
       document(4, "NetHack", "Dungeon crawl game", {"games"}, "DevTeam", 490, 40),
       document(5, "Photo Chess", "Play chess on photographs", {"games"}, "KDE", 990, 50)});
}

inline QueryReply IndexContract::ask(Query query) {
  Result<QueryReply> reply = world_.run(index_->query(std::move(query)));
  EXPECT_TRUE(reply) << reply.error().detail;
  return reply ? *reply : QueryReply{};
}

inline std::vector<int> IndexContract::numbers_of(const std::vector<Uuid>& ids) {
  std::vector<int> numbers;
  for (const Uuid& id : ids)
    for (int number = 0; number < 1'000; ++number)
      if (id == id_of(number)) numbers.push_back(number);
  return numbers;
}

inline std::vector<int> IndexContract::found(Query query) {
  const QueryReply reply = ask(std::move(query));
  return reply.partial ? std::vector<int>() : numbers_of(reply.ids);
}

TEST_P(IndexContract, FindsByAllWordsInAnyForm) {
  put_programs();
  struct Case {
    std::string text;
    std::vector<int> found;
  };
  const Case cases[] = {{"images", {1, 2, 3}},     {"image", {1, 2, 3}},    {"IMAGE create", {1, 2}},
                        {"photograph", {1, 5}},    {"gimp", {1}},           {"image chess", {}},
                        {"kde", {3, 5}},           {"creat imag", {1, 2}},  {"ink", {2}},
                        {"  gimp  ", {1}},         {"AND gimp", {1}},       {"gimp* -image", {1}},
                        {"\"edit photographs", {1}}, {"!!!", {}},           {"(", {}}};
  for (const Case& one : cases) {
    Query query{.text = one.text, .sort = {.by = Sort::By::title}};
    std::vector<int> ids = found(query);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids, one.found) << one.text;
  }
}

TEST_P(IndexContract, TheLastWordMayBeAPrefixTheOthersNot) {
  put_programs();
  EXPECT_THAT(found({.text = "vector im"}), ElementsAre(2));
  EXPECT_THAT(found({.text = "inks images"}), IsEmpty());
}

TEST_P(IndexContract, ATitleCountsMoreThanASummary) {
  put_programs();
  EXPECT_THAT(found({.text = "photo", .sort = {.by = Sort::By::relevance}}), ElementsAre(5, 1));
}

TEST_P(IndexContract, FindsInOtherLanguages) {
  Document gimp = document(1, "GIMP", "Create images", {"graphics"}, "GIMP team", 2'900);
  gimp.texts.push_back({"Bilder erstellen und Fotos bearbeiten", 4, false, "de"});
  Document bilder = document(2, "Bilder", "A town in the Eifel", {"games"}, "KDE", 2'900);
  Document other = document(3, "Esperantilo", "Write texts", {"office"}, "KDE", 2'900);
  other.texts.push_back({"Redakti tekstojn", 4, false, "eo"});  // no stemmer knows it
  put({gimp, bilder, other});
  EXPECT_THAT(found({.text = "fotos bearbeiten"}), ElementsAre(1));
  EXPECT_THAT(found({.text = "Bildern"}), ElementsAre(1)) << "German knows its forms";
  EXPECT_THAT(found({.text = "create fotos"}), ElementsAre(1)) << "each word in its own language";
  EXPECT_THAT(found({.text = "bilder", .sort = {.by = Sort::By::relevance}}), ElementsAre(2, 1)) << "the shop's own comes first";
}

TEST_P(IndexContract, LeavesOutWordsThatSayNothingBesideOthers) {
  put_programs();
  EXPECT_THAT(found({.text = "a painting for the images"}), ElementsAre(3));
  EXPECT_THAT(found({.text = "bilder f\xc3\xbcr die krita"}), IsEmpty());
  EXPECT_THAT(found({.text = "i want to play"}), ElementsAre(5));
  EXPECT_THAT(found({.text = "images -"}), UnorderedElementsAre(1, 2, 3)) << "no word at all";
}

TEST_P(IndexContract, FindsWhatAWordMayMean) {
  put_programs();
  EXPECT_THAT(found({.text = "snapshots"}), IsEmpty());
  const std::uint64_t generation = index_->generation();
  index_->set_synonyms({{"snapshots", {"edit photographs"}}, {"pictures", {"images", "no such thing"}}, {"vector", {"digital"}}});
  EXPECT_NE(index_->generation(), generation) << "lists made before may be wrong";
  EXPECT_THAT(found({.text = "snapshots"}), ElementsAre(1)) << "all words of one meaning";
  EXPECT_THAT(found({.text = "Pictures create"}), ElementsAre(1, 2));
  EXPECT_THAT(found({.text = "vector", .sort = {.by = Sort::By::relevance}}), ElementsAre(2, 3)) << "the word itself counts more";
  index_->set_synonyms({});
  EXPECT_THAT(found({.text = "snapshots"}), IsEmpty());
}

TEST_P(IndexContract, FindsAllWordsButOneWhenNothingHasAll) {
  put_programs();
  const QueryReply reply = ask({.text = "vector images dungeon"});
  EXPECT_TRUE(reply.partial);
  EXPECT_THAT(numbers_of(reply.ids), ElementsAre(2));
  EXPECT_EQ(reply.total, 1u);
  EXPECT_FALSE(ask({.text = "vector images"}).partial);
  EXPECT_FALSE(ask({.text = "dungeons"}).partial);
  const QueryReply none = ask({.text = "qqqq zzzz"});
  EXPECT_FALSE(none.partial);
  EXPECT_THAT(none.ids, IsEmpty());
}

TEST_P(IndexContract, CorrectsAMisspeltWordWhenNothingMatches) {
  if (!GetParam().corrects_spelling) GTEST_SKIP() << "this engine does not";
  put_programs();
  const QueryReply reply = ask({.text = "vectro images"});
  EXPECT_EQ(reply.corrected_query, "vector images");
  EXPECT_THAT(numbers_of(reply.ids), ElementsAre(2));
  EXPECT_EQ(ask({.text = "vector images"}).corrected_query, "");
  EXPECT_EQ(ask({.text = "zzzzqqqq"}).corrected_query, "");
}

TEST_P(IndexContract, FiltersNarrowAndTheirValuesWiden) {
  put_programs();
  EXPECT_THAT(found({.filters = {{"category", {"games"}}}}), ElementsAre(4, 5));
  EXPECT_THAT(found({.filters = {{"category", {"games", "photo"}}}}), ElementsAre(1, 4, 5));
  EXPECT_THAT(found({.filters = {{"category", {"games"}}, {"brand", {"KDE"}}}}), ElementsAre(5));
  EXPECT_THAT(found({.filters = {{"category", {"none"}}}}), IsEmpty());
  EXPECT_THAT(found({.filters = {{"no_such_facet", {"x"}}}}), IsEmpty());
}

TEST_P(IndexContract, RangesMatchIfOneNumberIsInThem) {
  put_programs();
  EXPECT_THAT(found({.ranges = {{"price", 2'900, 2'990}}}), ElementsAre(1, 3, 5));  // chess: 990 and 2990
  EXPECT_THAT(found({.ranges = {{"price", std::nullopt, 490}}}), ElementsAre(4));
  EXPECT_THAT(found({.ranges = {{"price", 4'901, std::nullopt}}}), IsEmpty());
  EXPECT_THAT(found({.ranges = {{"no_such_column", std::nullopt, std::nullopt}}}), IsEmpty());
}

TEST_P(IndexContract, CountsLeaveOutTheFacetsOwnFilter) {
  put_programs();
  const QueryReply reply = ask({.filters = {{"category", {"games"}}}, .facets = {"category", "brand", "nothing"}});
  EXPECT_EQ(reply.total, 2u);
  const auto pairs = [&](const std::string& facet) {
    std::vector<std::pair<std::string, int>> out;
    for (const auto& one : reply.facets.at(facet)) out.emplace_back(one.value, static_cast<int>(one.count));
    return out;
  };
  EXPECT_THAT(pairs("category"), ElementsAre(std::pair("graphics", 3), std::pair("games", 2), std::pair("photo", 1)));
  EXPECT_THAT(pairs("brand"), ElementsAre(std::pair("DevTeam", 1), std::pair("KDE", 1)));
  EXPECT_THAT(pairs("nothing"), IsEmpty());
}

TEST_P(IndexContract, Sorts) {
  put_programs();
  const auto by = [&](Sort sort) { return found({.sort = std::move(sort)}); };
  EXPECT_THAT(by({.by = Sort::By::title}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(by({.by = Sort::By::title, .descending = true}), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(by({.by = Sort::By::number, .column = "price"}), ElementsAre(4, 5, 2, 1, 3));
  EXPECT_THAT(by({.by = Sort::By::number, .column = "price", .descending = true}), ElementsAre(1, 3, 2, 5, 4));
  EXPECT_THAT(by({.by = Sort::By::number, .column = "created", .descending = true}), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(by({.by = Sort::By::relevance}), ElementsAre(1, 2, 3, 4, 5));  // without words: by title
}

TEST_P(IndexContract, PagesGoOnWhereTheLastOneEnded) {
  std::vector<Document> many;
  for (int i = 0; i < 60; ++i)
    many.push_back(document(i, "Same title", "words " + std::to_string(i % 7), {"all"}, "b", 100 + i % 3));
  put(std::move(many));
  const Sort sorts[] = {{.by = Sort::By::title},
                        {.by = Sort::By::title, .descending = true},
                        {.by = Sort::By::number, .column = "price"},
                        {.by = Sort::By::number, .column = "price", .descending = true},
                        {.by = Sort::By::relevance}};
  for (const Sort& sort : sorts) {
    Query query{.text = sort.by == Sort::By::relevance ? "same" : "", .sort = sort, .limit = 7};
    std::vector<int> all;
    int pages = 0;
    do {
      const QueryReply reply = ask(query);
      for (const int number : numbers_of(reply.ids)) all.push_back(number);
      EXPECT_EQ(reply.total, 60u);
      query.cursor = reply.next_cursor;
      ++pages;
    } while (!query.cursor.empty() && pages < 20);
    EXPECT_EQ(pages, 9);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    EXPECT_EQ(all.size(), 60u);
  }
}

TEST_P(IndexContract, APageIsNotMovedByWhatComesAndGoesBeforeIt) {
  put_programs();
  const QueryReply first = ask({.limit = 2});
  EXPECT_THAT(numbers_of(first.ids), ElementsAre(1, 2));
  put({document(6, "Abiword", "Write", {"office"}, "x", 1)}, 2);
  ASSERT_TRUE(world_.run(index_->apply({{id_of(2), std::nullopt}}, 3)));
  EXPECT_THAT(found({.cursor = first.next_cursor, .limit = 2}), ElementsAre(3, 4));
}

TEST_P(IndexContract, RefusesACursorOfAnotherQuery) {
  put_programs();
  const std::string cursor = ask({.limit = 2}).next_cursor;
  ASSERT_NE(cursor, "");
  EXPECT_LE(cursor.size(), 1'000u);
  const Query others[] = {{.text = "image", .cursor = cursor},
                          {.filters = {{"category", {"games"}}}, .cursor = cursor},
                          {.ranges = {{"price", 1, std::nullopt}}, .cursor = cursor},
                          {.sort = {.by = Sort::By::title, .descending = true}, .cursor = cursor},
                          {.cursor = cursor + "A"},
                          {.cursor = "not a cursor"},
                          {.cursor = "AAAA"}};
  for (const Query& other : others) {
    Result<QueryReply> reply = world_.run(index_->query(other));
    if (other.cursor == cursor + "A") continue;  // a longer title may be the same place; it must only not crash
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::malformed);
    EXPECT_EQ(reply.error().code, "cursor.invalid");
  }
}

TEST_P(IndexContract, ReplacesAndRemoves) {
  put_programs();
  put({document(1, "Glimpse", "Retouch", {"photo"}, "Glimpse team", 100)}, 2);
  EXPECT_THAT(found({.text = "gimp"}), IsEmpty());
  EXPECT_THAT(found({.text = "glimpse"}), ElementsAre(1));
  ASSERT_TRUE(world_.run(index_->apply({{id_of(1), std::nullopt}, {id_of(99), std::nullopt}}, 3)));
  EXPECT_THAT(found({.text = "glimpse"}), IsEmpty());
  EXPECT_EQ(index_->documents(), 4u);
  EXPECT_EQ(*world_.run(index_->count("category")), (Counts{{"games", 2}, {"graphics", 2}}));
}

TEST_P(IndexContract, LiveFacetsChangeWithoutACommit) {
  put_programs();
  const std::uint64_t before = index_->generation();
  index_->set_live(id_of(2), "availability", {"in_stock"});
  index_->set_live(id_of(77), "availability", {"in_stock"});
  EXPECT_NE(index_->generation(), before);
  EXPECT_EQ(index_->position(), 1u);
  EXPECT_THAT(found({.filters = {{"availability", {"in_stock", "low"}}}}), ElementsAre(2));
  EXPECT_EQ(*world_.run(index_->count("availability")), (Counts{{"in_stock", 1}, {"out", 4}}));
}

TEST_P(IndexContract, WhatIsPinnedStandsFirst) {
  put_programs();
  Query query{.text = "images", .sort = {.by = Sort::By::relevance}, .pinned = {id_of(4), id_of(77), id_of(3)}};
  std::vector<int> all = found(query);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0], 4);  // its words do not match
  EXPECT_EQ(all[1], 3);
  query.limit = 1;
  const QueryReply first = ask(query);
  EXPECT_EQ(first.total, 4u);
  query.cursor = first.next_cursor;
  EXPECT_THAT(found(query), ElementsAre(3));
  query = {.text = "images", .filters = {{"category", {"graphics"}}}, .sort = {.by = Sort::By::relevance}, .pinned = {id_of(4)}};
  EXPECT_THAT(found(query), UnorderedElementsAre(1, 2, 3));
  query.filters.clear();
  query.sort = {.by = Sort::By::title};
  EXPECT_THAT(found(query), ElementsAre(1, 2, 3));
  EXPECT_THAT(found({.text = "nothing has this", .sort = {.by = Sort::By::relevance}, .pinned = {id_of(5)}}), ElementsAre(5));
}

TEST_P(IndexContract, ACountRaisesAWeight) {
  std::vector<Document> alike;
  for (int i = 1; i <= 4; ++i) alike.push_back(document(i, "Same title", "same words", {"all"}, "b", 100));
  alike[2].numbers["sold"] = {3};
  put(std::move(alike));
  const Query query{.text = "same", .sort = {.by = Sort::By::relevance, .boost = "sold"}};
  EXPECT_THAT(found(query), ElementsAre(3, 1, 2, 4));
  index_->set_live_number(id_of(4), "sold", 40);
  index_->set_live_number(id_of(2), "sold", -5);
  index_->set_live_number(id_of(77), "sold", 40);
  EXPECT_THAT(found(query), ElementsAre(4, 3, 1, 2));
  EXPECT_THAT(found({.text = "same", .sort = {.by = Sort::By::relevance, .boost = "nothing"}}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(found({.sort = {.by = Sort::By::number, .column = "sold", .descending = true}}), ElementsAre(4, 3, 2, 1));
  put({document(4, "Same title", "same words", {"all"}, "b", 100)}, 2);
  EXPECT_THAT(found(query), ElementsAre(3, 1, 2, 4));
}

TEST_P(IndexContract, SuggestsWhatBeginsAsTyped) {
  put_programs();
  const auto suggest = [&](std::string typed, std::size_t limit = 8) {
    auto ids = world_.run(index_->suggest(std::move(typed), limit));
    return ids ? numbers_of(*ids) : std::vector<int>{-1};
  };
  EXPECT_THAT(suggest("gi"), ElementsAre(1));
  EXPECT_THAT(suggest("CHE"), ElementsAre(5));
  EXPECT_THAT(suggest("photo ch"), ElementsAre(5));
  EXPECT_THAT(suggest("edit"), IsEmpty());
  EXPECT_THAT(suggest("***"), IsEmpty());
}

TEST_P(IndexContract, KeepsWhatWasAppliedWithItsPosition) {
  if (!GetParam().durable) GTEST_SKIP() << "this engine keeps nothing";
  EXPECT_EQ(index_->position(), 0u);
  put_programs();
  put({}, 42);
  open();
  EXPECT_EQ(index_->position(), 42u);
  EXPECT_EQ(index_->documents(), 5u);
  EXPECT_THAT(found({.text = "images", .filters = {{"brand", {"KDE"}}}}), ElementsAre(3));
  EXPECT_THAT(found({.sort = {.by = Sort::By::number, .column = "price"}}), ElementsAre(4, 5, 2, 1, 3));
}

TEST_P(IndexContract, IsBuiltAnewBesideTheOneThatAnswers) {
  put_programs();
  index_->set_synonyms({{"pictures", {"images"}}});
  ASSERT_TRUE(world_.run(index_->begin_rebuild()));
  ASSERT_TRUE(world_.run(index_->rebuild({{id_of(6), document(6, "digikam", "Manage images", {"graphics"}, "KDE", 6)}})));
  EXPECT_EQ(index_->documents(), 5u) << "the old one answers";
  EXPECT_THAT(found({.text = "digikam"}), testing::Not(testing::Contains(6)));
  index_->set_live(id_of(6), "availability", {"low"});
  const std::uint64_t generation = index_->generation();
  ASSERT_TRUE(world_.run(index_->finish_rebuild(43)));
  EXPECT_GT(index_->generation(), generation);
  EXPECT_EQ(index_->position(), 43u);
  EXPECT_EQ(index_->documents(), 1u);
  EXPECT_THAT(found({.text = "pictures"}), ElementsAre(6)) << "synonyms go with it";
  EXPECT_THAT(found({.filters = {{"availability", {"low"}}}}), ElementsAre(6)) << "and so does what was set live meanwhile";
  EXPECT_THAT(found({.text = "krita"}), IsEmpty());
  put({document(7, "kdenlive", "Edit films", {"video"}, "KDE", 7)}, 44);
  EXPECT_THAT(found({.text = "kdenlive"}), ElementsAre(7));
  if (!GetParam().durable) return;
  open();
  EXPECT_EQ(index_->position(), 44u);
  EXPECT_EQ(index_->documents(), 2u);
}

TEST_P(IndexContract, ARebuildThatBreaksOffLeavesTheOldOne) {
  put_programs();
  ASSERT_TRUE(world_.run(index_->begin_rebuild()));
  ASSERT_TRUE(world_.run(index_->rebuild({{id_of(6), document(6, "digikam", "Manage images", {}, "KDE", 6)}})));
  if (GetParam().durable) open();
  EXPECT_EQ(index_->documents(), 5u);
  ASSERT_TRUE(world_.run(index_->begin_rebuild()));
  ASSERT_TRUE(world_.run(index_->finish_rebuild(9)));
  EXPECT_EQ(index_->documents(), 0u) << "what the first one had is gone";
  EXPECT_EQ(index_->position(), 9u);
}

TEST_P(IndexContract, TakesAnyText) {
  put({document(1, std::string(10'000, 'x'), "caf\xc3\xa9 \xe5\x9b\xbe\xe5\x83\x8f", {}, "", 1),
       document(2, "\xff\xfe broken", std::string("nul\0inside", 10), {"c"}, "b", 2)});
  EXPECT_EQ(index_->documents(), 2u);
  EXPECT_THAT(found({.text = "caf\xc3\xa9"}), ElementsAre(1));
  EXPECT_THAT(found({.text = "broken"}), ElementsAre(2));
  EXPECT_THAT(found({.text = std::string(5'000, 'y')}), IsEmpty());
}

}  // namespace pps::search::contract
