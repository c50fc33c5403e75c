#include <gmock/gmock.h>

#include "services/catalogue/tests/fixture.hpp"

/// What a merchant sets of the search, and what is counted for it.
namespace pps::catalogue {
namespace {

using testing::HasSubstr;

TEST_F(CatalogueTest, a_merchant_pins_what_stands_first_for_a_query) {
  const std::string gimp = id_in(create(product("gimp", R"("summary":"Edit photographs",)"))->json);
  const std::string krita = id_in(create(product("krita"))->json);
  settle();
  const auto search = [&](const std::string& q) {
    ListRequest asked;
    asked.q = q;
    asked.limit = 1;
    const std::string reply = list_text(asked);
    return reply.substr(0, reply.find("slug") + 14);
  };
  const auto set = [&](const std::string& json, const std::string& if_match = "*") {
    return world_.run(service_->set_pins({}, ChangeRequest{"", if_match, json, "tester"}));
  };
  EXPECT_THAT(search("photographs"), HasSubstr(gimp));
  const std::string pins = R"({"items":[{"query":" Photographs ","products":[")" + krita + R"("]}]})";
  EXPECT_EQ(set(pins, "").error().kind, ErrorKind::precondition_required);
  const auto done = set(pins, world_.run(service_->pins({}, {}))->etag);
  ASSERT_TRUE(done) << done.error().code;
  EXPECT_EQ(done->json, R"({"items":[{"query":"photographs","products":[")" + krita + R"("]}]})");
  EXPECT_THAT(search("photographs"), HasSubstr(krita));
  EXPECT_THAT(search("PHOTOGRAPHS "), HasSubstr(krita));
  EXPECT_THAT(search("edit photographs"), HasSubstr(gimp));
  start();
  settle();
  EXPECT_THAT(search("photographs"), HasSubstr(krita)) << "kept over a restart";
  const auto refused = [&](const std::string& json) {
    const auto reply = set(json);
    return reply ? std::string("taken") : reply.error().fields.at(0).pointer + " " + reply.error().fields.at(0).code;
  };
  EXPECT_EQ(refused(R"({"items":[{"query":" ","products":[")" + krita + R"("]}]})"), "/items/0/query field.format");
  EXPECT_EQ(refused(R"({"items":[{"query":"a","products":[]}]})"), "/items/0/products field.length");
  EXPECT_EQ(refused(R"({"items":[{"query":"a","products":["01890a5d-ac96-774b-bcce-b302099a8057"]}]})"),
            "/items/0/products/0 product.not_found");
  EXPECT_EQ(refused(R"({"items":[{"query":"a","products":[")" + krita + R"(",")" + krita + R"("]}]})"),
            "/items/0/products/1 field.duplicate");
  EXPECT_EQ(refused(R"({"items":[{"query":"a","products":[")" + krita + R"("]},{"query":"A","products":[")" + krita + R"("]}]})"),
            "/items/1/query field.duplicate");
}

TEST_F(CatalogueTest, what_is_bought_often_is_found_first) {
  const std::string first = id_in(create(product("aa"))->json), second = id_in(create(product("bb"))->json);
  settle();
  const auto top = [&](const std::string& q, const std::string& sort) {
    ListRequest asked;
    asked.q = q;
    asked.sort = sort;
    const std::string reply = list_text(asked);
    return reply.find(second) < reply.find(first) ? second : first;
  };
  EXPECT_EQ(top("name", ""), first);
  buy(second, 3);
  buy(first, 1);
  world_.run_for(std::chrono::minutes(6));
  EXPECT_EQ(top("name", ""), second);
  EXPECT_EQ(top("", "-popularity"), second);
  EXPECT_EQ(top("", ""), first);
  start();
  settle();
  EXPECT_EQ(top("", "-popularity"), second) << "kept over a restart";
  buy(first, 40);
  world_.run_for(std::chrono::minutes(6));
  EXPECT_EQ(top("", "-popularity"), first);
}

TEST_F(CatalogueTest, a_thousand_sales_make_lists_anew_once) {
  const std::string id = id_in(create(product("aa"))->json);
  settle();
  const std::uint64_t before = index_->generation();
  for (int i = 0; i < 1'000; ++i) buy(id, 1);
  EXPECT_EQ(index_->generation(), before);
  world_.run_for(std::chrono::minutes(6));
  EXPECT_EQ(index_->generation(), before + 1);
}

TEST_F(CatalogueTest, what_is_searched_in_vain_is_counted_for_the_merchant) {
  ASSERT_TRUE(create(product("gimp")));
  settle();
  const auto search = [&](const std::string& q, const std::string& category = "") {
    ListRequest asked;
    asked.q = q;
    asked.category = category;
    ASSERT_TRUE(list(asked));
  };
  for (int i = 0; i < 3; ++i) search("  Pony  club ");  // the second is answered from the cache
  search("gimp pony");
  search("gimp");
  search("unicorn", "tools");  // the filter may be to blame
  const auto missed = [&] { return world_.run(service_->missed_queries({}, MissedRequest{10}))->json; };
  const std::string told = missed();
  EXPECT_THAT(told, testing::StartsWith(R"({"items":[{"query":"pony club","count":3,)"));
  EXPECT_THAT(told, HasSubstr(R"("query":"gimp pony","count":1,)"));
  EXPECT_THAT(told, HasSubstr(R"("partial":true)"));
  EXPECT_THAT(told, Not(HasSubstr("unicorn")));
  EXPECT_THAT(told, Not(HasSubstr(R"("query":"gimp",)")));
  world_.run_for(std::chrono::seconds(40));
  start();
  EXPECT_EQ(missed(), told) << "kept over a restart";
  EXPECT_EQ(world_.run(service_->missed_queries({}, MissedRequest{0})).error().fields.at(0).pointer, "?limit");
}

TEST(MissedQueries, keeps_those_asked_most) {
  MissedQueries missed;
  missed.count("often", false, 1);
  missed.count("often", false, 2);
  for (std::size_t i = 0; i < MissedQueries::kMost + 5; ++i) missed.count("query " + std::to_string(i), false, 10 + static_cast<std::int64_t>(i));
  const auto kept = missed.most_asked(5'000);
  EXPECT_EQ(kept.size(), MissedQueries::kMost);
  EXPECT_EQ(kept.front().query, "often");
  EXPECT_EQ(kept.back().query, "query 6") << "the oldest of those asked once went";
}

}  // namespace
}  // namespace pps::catalogue
