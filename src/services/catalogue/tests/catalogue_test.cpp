#include <gmock/gmock.h>

#include <algorithm>

#include "services/catalogue/tests/fixture.hpp"

namespace pps::catalogue {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(CatalogueTest, what_is_created_is_read_by_id_and_by_slug_at_once) {
  const auto created = create(product("gimp"));
  ASSERT_TRUE(created) << created.error().code << created.error().detail;
  EXPECT_EQ(created->etag, "\"1\"");
  const auto by_id = get(id_in(created->json));
  ASSERT_TRUE(by_id);
  EXPECT_EQ(by_id->etag, "\"1\"");
  EXPECT_THAT(by_id->json, HasSubstr(R"("price":{"amount":2900,"currency":"EUR"})"));
  EXPECT_EQ(get("gimp", true)->json, by_id->json);
  EXPECT_THAT(get("gimp", true, "USD")->json, Not(HasSubstr("gimp-box")));
  EXPECT_EQ(get("none", true).error().code, "product.not_found");
}

TEST_F(CatalogueTest, a_change_needs_the_etag_and_is_seen_at_once) {
  const std::string id = id_in(create(product("gimp"))->json);
  ASSERT_TRUE(get(id));  // now cached
  EXPECT_EQ(quote("gimp-key").price.minor_units, 2'900);
  std::string dearer = product("gimp");
  dearer.replace(dearer.find("2900"), 4, "3300");
  const auto change = [&](const std::string& if_match) {
    return world_.run(service_->replace({}, ChangeRequest{id, if_match, dearer, "tester"}));
  };
  EXPECT_EQ(change("").error().kind, ErrorKind::precondition_required);
  EXPECT_EQ(change("").error().code, "etag.required");
  EXPECT_EQ(change("\"9\"").error().kind, ErrorKind::stale);
  EXPECT_EQ(change("\"1\"")->etag, "\"2\"");
  EXPECT_THAT(get(id)->json, HasSubstr("3300"));
  EXPECT_EQ(quote("gimp-key").price.minor_units, 3'300);
  EXPECT_EQ(change("\"1\"").error().code, "etag.mismatch");
  EXPECT_EQ(change("\"2\"")->etag, "\"2\"") << "nothing changed";
}

TEST_F(CatalogueTest, a_merchant_says_what_words_mean) {
  ASSERT_TRUE(create(product("gimp", R"("summary":"Edit photographs",)")));
  settle();
  const auto total = [&](const std::string& q) {
    ListRequest asked;
    asked.q = q;
    const std::string json = list_text(asked);
    return json.substr(json.find("\"total\":") + 8, 1);
  };
  EXPECT_EQ(total("snapshots"), "0");
  const auto set = [&](const std::string& json, const std::string& if_match) {
    return world_.run(service_->set_synonyms({}, ChangeRequest{"", if_match, json, "tester"}));
  };
  const std::string synonyms = R"({"items":[{"word":"Snapshots","means":["edit photographs"]}]})";
  EXPECT_EQ(set(synonyms, "").error().kind, ErrorKind::precondition_required);
  const auto none = world_.run(service_->synonyms({}, {}));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->json, R"({"items":[]})");
  const auto first = set(synonyms, none->etag);
  ASSERT_TRUE(first) << first.error().code;
  EXPECT_EQ(first->json, R"({"items":[{"word":"snapshots","means":["edit photographs"]}]})");
  EXPECT_EQ(total("snapshots"), "1") << "at once, whatever was cached";
  EXPECT_EQ(set(synonyms, none->etag).error().code, "etag.mismatch");
  start();
  EXPECT_EQ(world_.run(service_->synonyms({}, {}))->json, first->json);
  settle();
  EXPECT_EQ(total("snapshots"), "1") << "kept over a restart";
  const auto refused = [&](const std::string& json) {
    const auto reply = set(json, "*");
    return reply ? std::string("taken") : reply.error().fields.at(0).pointer + " " + reply.error().fields.at(0).code;
  };
  EXPECT_EQ(refused(R"({"items":[{"word":"two words","means":["x"]}]})"), "/items/0/word field.format");
  EXPECT_EQ(refused(R"({"items":[{"word":"a","means":[]}]})"), "/items/0/means field.length");
  EXPECT_EQ(refused(R"({"items":[{"word":"a","means":["x"]},{"word":"A","means":["y"]}]})"), "/items/1/word field.duplicate");
}

TEST_F(CatalogueTest, texts_are_shown_in_the_language_asked_and_fall_back_one_by_one) {
  const std::string texts = R"("texts":{"de":{"name":"Bildprogramm","summary":"Bilder malen","keywords":["zeichnen"]},)"
                            R"("pt-BR":{"name":"Programa"}},"summary":"Paint",)";
  const Result<JsonReply> created = create(product("gimp", texts));
  ASSERT_TRUE(created) << created.error().code;
  const std::string id = id_in(created->json);
  EXPECT_THAT(created->json, HasSubstr(R"("texts":{"de":{"name":"Bildprogramm")")) << "as it was written";
  const auto in = [&](const std::string& language) {
    return world_.run(service_->get_product({}, ProductRequest{"gimp", true, "", language}))->json;
  };
  EXPECT_THAT(in(""), HasSubstr(R"("name":"Name gimp","summary":"Paint")"));
  EXPECT_THAT(in("de"), HasSubstr(R"("name":"Bildprogramm","summary":"Bilder malen")"));
  EXPECT_EQ(in("de-AT"), in("de")) << "a region without texts of its own";
  EXPECT_THAT(in("pt-BR"), HasSubstr(R"("name":"Programa","summary":"Paint")")) << "what is absent is the shop's own";
  EXPECT_EQ(in("pt"), in("")) << "texts of a region are not those of the language";
  EXPECT_EQ(in("fr"), in(""));
  settle();
  ListRequest found;
  found.q = "zeichnen";
  found.language = "de";
  EXPECT_THAT(list_text(found), HasSubstr(R"("name":"Bildprogramm")"));
  const auto typed = world_.run(service_->suggest({}, SuggestRequest{"bild", 5, "de"}));
  ASSERT_TRUE(typed);
  EXPECT_THAT(typed->json, HasSubstr(R"("name":"Bildprogramm")"));

  std::string changed = product("gimp", texts);
  changed.replace(changed.find("Bildprogramm"), 12, "Malprogramm");
  ASSERT_TRUE(world_.run(service_->replace({}, ChangeRequest{id, "\"1\"", changed, "tester"})));
  EXPECT_THAT(in("de"), HasSubstr("Malprogramm")) << "what was cached in a language is dropped too";
  EXPECT_THAT(export_all(), HasSubstr(R"("pt-BR":{"name":"Programa"})"));
}

TEST_F(CatalogueTest, texts_and_languages_of_the_wrong_form_are_refused) {
  const auto refused = [&](const std::string& texts) {
    const Result<JsonReply> reply = create(product("gimp", R"("texts":)" + texts + ","));
    if (reply) return std::string("taken");
    return reply.error().fields.empty() ? reply.error().code : reply.error().fields[0].pointer + " " + reply.error().fields[0].code;
  };
  EXPECT_EQ(refused(R"({"german":{"name":"x"}})"), "/texts/german field.format");
  EXPECT_EQ(refused(R"({"de":{"name":""}})"), "/texts/de/name field.length");
  EXPECT_EQ(refused(R"({"de":{"title":"x"}})"), "/texts/de/title field.unknown");
  EXPECT_EQ(refused(R"({"de":{"keywords":["a","a"]}})"), "/texts/de/keywords/1 field.duplicate");
  EXPECT_EQ(refused(R"({"de":"x"})"), "/texts/de field.type");
  const auto asked = world_.run(service_->get_product({}, ProductRequest{"gimp", true, "", "german"}));
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().fields.at(0).pointer, "?lang");
}

TEST_F(CatalogueTest, an_archived_product_stays_readable_and_is_not_sold_or_listed) {
  const std::string id = id_in(create(product("gimp"))->json);
  settle();
  EXPECT_THAT(list_text(), HasSubstr("\"total\":1"));
  ASSERT_TRUE(world_.run(service_->archive({}, ChangeRequest{id, "\"1\"", "", "tester"})));
  settle();
  EXPECT_THAT(get(id)->json, HasSubstr(R"("status":"archived")"));
  EXPECT_FALSE(quote("gimp-key").found);
  EXPECT_THAT(list_text(), HasSubstr("\"total\":0"));
}

TEST_F(CatalogueTest, a_draft_is_not_shown) {
  std::string draft = product("gimp");
  draft.replace(draft.find("active"), 6, "draft");
  const std::string id = id_in(create(draft)->json);
  settle();
  EXPECT_EQ(get(id).error().code, "product.not_found");
  EXPECT_FALSE(quote("gimp-key").found);
  EXPECT_THAT(list_text(), HasSubstr("\"total\":0"));
}

TEST_F(CatalogueTest, slugs_and_skus_belong_to_one_product) {
  ASSERT_TRUE(create(product("gimp")));
  const auto same = create(product("gimp"));
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().kind, ErrorKind::conflict);
  EXPECT_EQ(same.error().fields.size(), 3u);
  std::string other = product("other");
  other.replace(other.find("other-box"), 9, "gimp-box");
  const auto sku = create(other);
  ASSERT_FALSE(sku);
  EXPECT_EQ(sku.error().code, "sku.taken");
  EXPECT_EQ(sku.error().fields.at(0).pointer, "/variants/1/sku");
  EXPECT_TRUE(create(product("other"))) << "what was claimed in vain is given back";
}

TEST_F(CatalogueTest, of_two_writers_of_one_slug_one_wins) {
  int won = 0, lost = 0;
  auto race = [](std::shared_ptr<CatalogueService> service, std::string json, int* wins,
                 int* losses) -> boost::asio::awaitable<void> {
    ChangeRequest request{"", "", std::move(json), "tester"};
    Result<JsonReply> reply = co_await service->create({}, std::move(request));
    ++*(reply ? wins : losses);
  };
  for (int i = 0; i < 2; ++i) {
    std::string json = product("gimp");
    json.replace(json.find("gimp-key"), 8, "key" + std::to_string(i));
    json.replace(json.find("gimp-box"), 8, "box" + std::to_string(i));
    runtime::spawn(world_.runtime().executor, race(service_, json, &won, &lost));
  }
  settle();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 1);
}

TEST_F(CatalogueTest, lists_search_filter_count_and_page) {
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(create(product("tool" + std::to_string(i), i < 2 ? R"("brand":"GNU",)" : R"("brand":"KDE",)")));
  settle();
  ListRequest request;
  request.facets = {"brand", "kind"};
  request.brands = {"GNU"};
  const std::string reply = list_text(request);
  EXPECT_THAT(reply, HasSubstr("\"total\":2"));
  EXPECT_THAT(reply, HasSubstr(R"("brand":[{"value":"KDE","count":3},{"value":"GNU","count":2}])"));
  EXPECT_THAT(reply, HasSubstr(R"("kind":[{"value":"licence","count":2},{"value":"physical","count":2}])"));
  ListRequest page;
  page.limit = 2;
  EXPECT_THAT(list_text(page), HasSubstr("next_cursor"));
  page.q = "name tool3";
  EXPECT_THAT(list_text(page), HasSubstr("\"total\":1"));
  ListRequest dollars;
  dollars.currency = "USD";
  dollars.price_min = 3'200;
  EXPECT_THAT(list_text(dollars), HasSubstr("\"total\":0"));
  EXPECT_THAT(world_.run(service_->suggest({}, SuggestRequest{"tool4", 8}))->json, HasSubstr("tool4"));
  EXPECT_THAT(world_.run(service_->categories({}, {}))->json,
              HasSubstr(R"({"slug":"tools","name":"Tools","product_count":5,"children":[]})"));
}

TEST_F(CatalogueTest, a_product_comes_before_what_is_added_to_it) {
  std::string extras = product("gimp-data-extras");
  extras.replace(extras.find("Name gimp-data-extras"), 21, "Extra files for GIMP");
  std::string gimp = product("gimp", R"("description":")" + std::string(400, 'x') + R"( gimp is long","tags":["GIMP"],)");
  gimp.replace(gimp.find("Name gimp"), 9, "GNU Image Manipulation Program");
  ASSERT_TRUE(create(extras));
  ASSERT_TRUE(create(gimp));
  settle();
  ListRequest request;
  request.q = "gimp";
  const std::string page = list_text(request);
  EXPECT_LT(page.find("GNU Image"), page.find("Extra files"));
  const std::string suggestions = world_.run(service_->suggest({}, SuggestRequest{"gimp", 8}))->json;
  EXPECT_LT(suggestions.find("GNU Image"), suggestions.find("Extra files"));
}

TEST_F(CatalogueTest, bad_lists_are_refused) {
  const auto code = [&](auto change) {
    ListRequest request;
    change(request);
    const auto reply = list(request);
    if (reply) return std::string("ok");
    return reply.error().fields.empty() ? reply.error().code : reply.error().fields[0].pointer;
  };
  EXPECT_EQ(code([](ListRequest& r) { r.limit = 101; }), "?limit");
  EXPECT_EQ(code([](ListRequest& r) { r.sort = "size"; }), "?sort");
  EXPECT_EQ(code([](ListRequest& r) { r.facets = {"colour"}; }), "?facets");
  EXPECT_EQ(code([](ListRequest& r) { r.cursor = "junk"; }), "cursor.invalid");
  EXPECT_EQ(code([](ListRequest& r) { r.currency = "euro"; }), "?currency");
  EXPECT_EQ(code([](ListRequest& r) { r.category = "Not A Slug"; }), "?category");
  EXPECT_EQ(code([](ListRequest& r) { r.price_min = -1; }), "?price_min");
  EXPECT_EQ(code([](ListRequest& r) { r.kinds = {"magic"}; }), "?kind");
  EXPECT_EQ(code([](ListRequest& r) { r.attributes["Bad"] = {"x"}; }), "?attr.Bad");
  EXPECT_EQ(code([](ListRequest& r) { r.q = std::string(801, 'x'); }), "?q");
}

TEST_F(CatalogueTest, availability_follows_stock_and_changes_no_etag) {
  std::string boxed = product("gimp");
  boxed.replace(boxed.find(R"("stock_tracked":false)"), 21, R"("stock_tracked":true)");
  const std::string id = id_in(create(boxed)->json);
  settle();
  ListRequest in_stock;
  in_stock.available = true;
  EXPECT_THAT(list_text(in_stock), HasSubstr("\"total\":0"));
  EXPECT_THAT(get(id)->json, Not(HasSubstr("\"low\"")));
  const std::uint64_t position = index_->position();
  cross("gimp-box", "low");
  EXPECT_THAT(get(id)->json, HasSubstr(R"("status":"low")"));
  EXPECT_EQ(get(id)->etag, "\"1\"");
  EXPECT_THAT(list_text(in_stock), HasSubstr("\"total\":1"));
  EXPECT_EQ(index_->position(), position);
  start();
  settle();
  EXPECT_THAT(list_text(in_stock), HasSubstr("\"total\":1")) << "kept over a restart";
  cross("gimp-box", "out");
  EXPECT_THAT(list_text(in_stock), HasSubstr("\"total\":0"));
}

TEST_F(CatalogueTest, the_index_is_built_anew_when_it_is_missing) {
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(create(product("p" + std::to_string(i))));
  settle();
  start();  // the index is in memory: this one begins empty
  settle();
  EXPECT_EQ(index_->documents(), 8u);
  EXPECT_THAT(list_text(), HasSubstr("\"total\":8"));
}

TEST_F(CatalogueTest, quotes_tell_what_is_sold) {
  ASSERT_TRUE(create(product("gimp")));
  const Quote key = quote("gimp-key");
  EXPECT_TRUE(key.found && key.priced);
  EXPECT_FALSE(key.stock_tracked);
  EXPECT_EQ(key.kind, "licence");
  EXPECT_EQ(quote("gimp-box").kind, "physical");
  EXPECT_TRUE(quote("gimp-box", "USD").found);
  EXPECT_FALSE(quote("gimp-box", "USD").priced);
  EXPECT_FALSE(quote("later-key").found);
  ASSERT_TRUE(create(product("later")));
  EXPECT_TRUE(quote("later-key").found) << "that there was none must not be remembered";
}

TEST_F(CatalogueTest, categories_stand_in_a_tree) {
  const auto define = [&](std::vector<CategoryInput> categories) {
    return world_.run(service_->define_categories({}, CategoriesRequest{std::move(categories)}));
  };
  ASSERT_TRUE(create(product("gimp")));
  settle();
  ASSERT_TRUE(define({{"software", "Software", ""}, {"tools", "Good tools", "software"}}));
  EXPECT_THAT(world_.run(service_->categories({}, {}))->json,
              HasSubstr(R"("slug":"software","name":"Software","product_count":1,"children":[{"slug":"tools")"));
  ListRequest above;
  above.category = "software";
  EXPECT_THAT(list_text(above), HasSubstr("\"total\":1"));
  EXPECT_EQ(define({{"x", "X", "nowhere"}}).error().fields.at(0).code, "category.unknown");
  EXPECT_EQ(define({{"software", "Software", "tools"}}).error().fields.at(0).code, "category.circle");
}

TEST_F(CatalogueTest, the_operators_list_pages_over_all_shards) {
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(create(product("p" + std::to_string(i))));
  AdminListRequest request{"", "", 3};
  std::size_t items = 0, pages = 0;
  for (; pages < 10;) {
    const auto page = world_.run(service_->admin_list({}, request));
    ASSERT_TRUE(page) << page.error().code;
    ++pages;
    for (std::size_t at = 0; (at = page->json.find("\"version\"", at)) != std::string::npos; ++at) ++items;
    const std::size_t cursor = page->json.find(R"("next_cursor":")");
    if (cursor == std::string::npos) break;
    request.cursor = page->json.substr(cursor + 15, page->json.size() - cursor - 17);
  }
  EXPECT_EQ(items, 7u);
  EXPECT_EQ(pages, 3u);
  EXPECT_EQ(world_.run(service_->admin_list({}, {"draft", request.cursor, 3})).error().code, "cursor.invalid");
  EXPECT_EQ(world_.run(service_->admin_list({}, {"sold", "", 3})).error().fields.at(0).pointer, "?status");
}

}  // namespace
}  // namespace pps::catalogue
