#include <gmock/gmock.h>

#include "services/catalogue/offers.hpp"
#include "services/catalogue/tests/fixture.hpp"

/// What of a product changes with the time, and what it was before.
namespace pps::catalogue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

class OffersTest : public CatalogueTest {
 protected:
  Timestamp now() { return world_.runtime().clock.now(); }
  std::string in(Duration later) { return to_rfc3339(std::chrono::floor<std::chrono::milliseconds>(now()) + later); }
  void wait(Duration duration) { world_.run_for(duration); }
  /// `more`: further members of the variant.
  std::string on_sale(const std::string& sales, const std::string& more = "") {
    return R"({"slug":"gimp","name":"GIMP","kind":"licence","status":"active",)" + more +
           R"("variants":[{"sku":"gimp-key","name":"Licence","prices":{"EUR":2900,"USD":3100},"stock_tracked":false,"sales":)" +
           sales + "}]}";
  }
  std::string refused(const std::string& json) {
    const auto reply = create(json);
    if (reply) return "taken";
    return reply.error().fields.empty() ? reply.error().code : reply.error().fields[0].pointer + " " + reply.error().fields[0].code;
  }
  Result<JsonReply> replace(const std::string& id, const std::string& json) {
    return world_.run(service_->replace({}, ChangeRequest{id, "*", json, "merchant"}));
  }
  std::string list_up_to(std::int64_t price_max) {
    ListRequest asked;
    asked.price_max = price_max;
    return list_text(asked);
  }
};

TEST_F(OffersTest, a_sale_begins_and_ends_by_itself_everywhere) {
  const std::string sales = R"([{"prices":{"EUR":1900},"from":")" + in(hours(1)) + R"(","until":")" + in(hours(3)) + R"("}])";
  const auto created = create(on_sale(sales));
  ASSERT_TRUE(created) << created.error().fields.at(0).detail;
  EXPECT_THAT(created->json, HasSubstr(R"("sales":[{"prices":{"EUR":1900},"from":)")) << "as it was written";
  const std::string id = id_in(created->json);
  settle();
  const auto before = get(id);
  EXPECT_THAT(before->json, HasSubstr(R"("price":{"amount":2900,"currency":"EUR"},"attributes")"));
  EXPECT_EQ(quote("gimp-key").price.minor_units, 2'900);
  EXPECT_THAT(list_up_to(2'000), HasSubstr("\"total\":0"));

  wait(hours(1));
  const auto during = get(id);
  EXPECT_THAT(during->json, HasSubstr(R"("price":{"amount":1900,"currency":"EUR"},"regular_price":{"amount":2900,"currency":"EUR"},"sale_until":")"));
  EXPECT_NE(during->etag, before->etag) << "what is kept elsewhere must not be taken for what it is now";
  EXPECT_EQ(quote("gimp-key").price.minor_units, 1'900);
  EXPECT_EQ(quote("gimp-key", "USD").price.minor_units, 3'100) << "no sale in dollars";
  EXPECT_THAT(list_up_to(2'000), HasSubstr(R"("regular_price":{"amount":2900)"));

  wait(hours(2));
  EXPECT_EQ(quote("gimp-key").price.minor_units, 2'900);
  EXPECT_THAT(get(id)->json, Not(HasSubstr("regular_price")));
  EXPECT_NE(get(id)->etag, before->etag);
  EXPECT_THAT(list_up_to(2'000), HasSubstr("\"total\":0"));
}

TEST_F(OffersTest, a_moment_that_passes_while_nothing_runs_is_not_missed) {
  ASSERT_TRUE(create(on_sale(R"([{"prices":{"EUR":1900},"from":")" + in(hours(1)) + R"("}])")));
  settle();
  service_.reset();
  wait(hours(2));
  start();
  settle();
  EXPECT_EQ(quote("gimp-key").price.minor_units, 1'900);
  EXPECT_THAT(list_up_to(2'000), HasSubstr("\"total\":1"));
}

TEST_F(OffersTest, the_lowest_of_several_sales_is_asked) {
  const std::string sales = R"([{"prices":{"EUR":1900}},{"prices":{"EUR":1500},"until":")" + in(hours(1)) + R"("},{"prices":{"EUR":1700}}])";
  ASSERT_TRUE(create(on_sale(sales)));
  EXPECT_EQ(quote("gimp-key").price.minor_units, 1'500);
  wait(hours(1));
  EXPECT_EQ(quote("gimp-key").price.minor_units, 1'700);
}

TEST_F(OffersTest, a_product_is_published_and_withdrawn_at_its_time) {
  const auto created = create(product("gimp", R"("publish_at":")" + in(minutes(10)) + R"(","unpublish_at":")" + in(hours(1)) + "\","));
  ASSERT_TRUE(created) << created.error().fields.at(0).detail;
  const std::string id = id_in(created->json);
  settle();
  EXPECT_EQ(get(id).error().code, "product.not_found");
  EXPECT_FALSE(quote("gimp-key").found);
  EXPECT_THAT(list_text(), HasSubstr("\"total\":0"));
  wait(minutes(10));
  EXPECT_TRUE(get(id));
  EXPECT_TRUE(quote("gimp-key").found);
  EXPECT_THAT(list_text(), HasSubstr("\"total\":1"));
  wait(hours(1));
  EXPECT_EQ(get("gimp", true).error().code, "product.not_found");
  EXPECT_FALSE(quote("gimp-key").found);
  EXPECT_THAT(list_text(), HasSubstr("\"total\":0"));
}

TEST_F(OffersTest, sales_and_periods_of_the_wrong_form_are_refused) {
  EXPECT_EQ(refused(on_sale(R"([{"prices":{"EUR":2900}}])")), "/variants/0/sales/0/prices sale.price");
  EXPECT_EQ(refused(on_sale(R"([{"prices":{"GBP":100}}])")), "/variants/0/sales/0/prices sale.currency");
  EXPECT_EQ(refused(on_sale(R"([{"prices":{"EUR":19.5}}])")), "/variants/0/sales/0/prices/EUR field.type");
  EXPECT_EQ(refused(on_sale(R"([{"prices":{"EUR":1900},"from":"tomorrow"}])")), "/variants/0/sales/0/from field.format");
  EXPECT_EQ(refused(on_sale(R"([{"prices":{"EUR":1900},"from":"2026-01-02T00:00:00Z","until":"2026-01-02T00:00:00Z"}])")),
            "/variants/0/sales/0/until field.range");
  EXPECT_EQ(refused(on_sale("[]", R"("publish_at":"2026-01-02T00:00:00Z","unpublish_at":"2026-01-01T00:00:00Z",)")),
            "/unpublish_at field.range");
}

std::string shirt(const std::string& options, const std::string& second) {
  return R"({"slug":"shirt","name":"Shirt","kind":"physical","status":"active","options":)" + options +
         R"(,"variants":[{"sku":"s-1","name":"S red","prices":{"EUR":1900},"attributes":{"size":"S","colour":"red"}},)"
         R"({"sku":"s-2","name":"Other","prices":{"EUR":1900},"attributes":)" + second + "}]}";
}

TEST_F(OffersTest, options_choose_one_variant) {
  const auto created = create(shirt(R"(["size","colour"])", R"({"size":"M","colour":"red"})"));
  ASSERT_TRUE(created) << created.error().fields.at(0).detail;
  EXPECT_THAT(get("shirt", true)->json, HasSubstr(R"("options":["size","colour"])"));
  EXPECT_EQ(refused(shirt(R"(["size","colour"])", R"({"size":"M"})")), "/options/1 option.missing");
  EXPECT_EQ(refused(shirt(R"(["size"])", R"({"size":"S","colour":"blue"})")), "/options option.duplicate");
  EXPECT_EQ(refused(shirt(R"(["size","size"])", R"({"size":"M"})")), "/options/1 field.duplicate");
}

TEST_F(OffersTest, related_products_are_those_that_are_sold) {
  ASSERT_TRUE(create(product("inkscape")));
  ASSERT_TRUE(create(product("krita", R"("publish_at":")" + in(hours(1)) + "\",")));
  const std::string id = id_in(create(product("gimp", R"("related":["krita","never-was","inkscape"],)"))->json);
  const auto related = [&] { return world_.run(service_->related({}, ProductRequest{id}))->json; };
  EXPECT_THAT(related(), HasSubstr("Name inkscape"));
  EXPECT_THAT(related(), Not(HasSubstr("Name krita")));
  wait(hours(1));
  EXPECT_THAT(related(), HasSubstr("Name krita"));
  EXPECT_LT(related().find("Name krita"), related().find("Name inkscape")) << "in the order of the merchant";
}

TEST_F(OffersTest, a_slug_that_was_changed_leads_to_the_product_until_another_wants_it) {
  const std::string id = id_in(create(product("gimp"))->json);
  std::string renamed = product("gimp");
  renamed.replace(renamed.find("gimp"), 4, "gimp-editor");
  wait(minutes(2));
  ASSERT_TRUE(replace(id, renamed));
  const auto moved = get("gimp", true);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->moved_to, "gimp-editor");
  EXPECT_EQ(moved->json, "");
  EXPECT_EQ(get("gimp-editor", true)->moved_to, "");

  std::string another = product("other");
  another.replace(another.find("other"), 5, "gimp");
  const auto taken = create(another);
  ASSERT_TRUE(taken) << taken.error().code;
  EXPECT_EQ(get("gimp", true)->moved_to, "");
  EXPECT_EQ(id_in(get("gimp", true)->json), id_in(taken->json));
  EXPECT_EQ(replace(id, product("gimp")).error().code, "slug.taken") << "there is no way back now";
}

TEST_F(OffersTest, a_slug_that_is_wanted_back_is_not_given_away_meanwhile) {
  const std::string id = id_in(create(product("gimp"))->json);
  std::string renamed = product("gimp");
  renamed.replace(renamed.find("gimp"), 4, "gimp-editor");
  ASSERT_TRUE(replace(id, renamed));
  wait(minutes(2));
  Repository repository(world_.runtime(), table_, bus_, 4);
  const auto owner = ProductId::parse(id);
  ASSERT_TRUE(world_.run(repository.claim({"slug", "gimp"}, *owner))) << "the first half of renaming it back";
  EXPECT_EQ(world_.run(repository.claim({"slug", "gimp"}, repository.new_id())).error().code, "slug.taken");
}

TEST_F(OffersTest, what_a_process_claimed_that_died_since_is_free_at_once) {
  Repository dead(world_.runtime(), table_, bus_, 4);
  const ProductId never = dead.new_id();
  for (const Claim& claim : {Claim{"slug", "gimp"}, Claim{"sku", "gimp-key"}}) ASSERT_TRUE(world_.run(dead.claim(claim, never)));
  start();
  ASSERT_TRUE(create(product("gimp"))) << "an import that is sent again would be refused for a minute";
  Repository::Change late{{never, 1, 1, 1, {}, {}, ""}, std::nullopt, "product.created", {never, 1, {}, {}}, world_.runtime().clock.monotonic()};
  EXPECT_EQ(world_.run(dead.write(std::move(late))).error().code, "product.withdrawn") << "and can never come after all";
}

TEST_F(OffersTest, each_version_is_kept_with_who_and_when_and_can_be_restored) {
  const std::string id = id_in(create(product("gimp"))->json);
  std::string dearer = product("gimp");
  dearer.replace(dearer.find("2900"), 4, "3300");
  wait(minutes(1));
  ASSERT_TRUE(replace(id, dearer));
  const auto history = [&](std::int64_t before, std::int64_t limit) {
    return world_.run(service_->history({}, HistoryRequest{id, before, limit}))->json;
  };
  EXPECT_THAT(history(0, 20), testing::MatchesRegex(R"re(\{"items":\[\{"version":2,"changed_at":"[^"]*","changed_by":"merchant","name":"Name gimp","status":"active","current":true\},)re"
                                                    R"re(\{"version":1,"changed_at":"[^"]*","changed_by":"tester",.*"current":false\}\]\})re"));
  EXPECT_THAT(history(0, 1), HasSubstr(R"("next_before":2)"));
  EXPECT_THAT(history(2, 1), HasSubstr(R"("items":[{"version":1)"));
  const auto first = world_.run(service_->version({}, VersionRequest{id, 1}));
  ASSERT_TRUE(first);
  EXPECT_THAT(first->json, HasSubstr(R"("EUR":2900)"));
  const auto restore = [&](std::int64_t version, const std::string& if_match) {
    return world_.run(service_->restore({}, RestoreRequest{id, if_match, version, "other"}));
  };
  EXPECT_EQ(restore(1, "").error().code, "etag.required");
  EXPECT_EQ(restore(1, "\"1\"").error().code, "etag.mismatch");
  EXPECT_EQ(restore(9, "\"2\"").error().code, "version.not_found");
  const auto restored = restore(1, "\"2\"");
  ASSERT_TRUE(restored) << restored.error().code;
  EXPECT_EQ(restored->etag, "\"3\"");
  EXPECT_EQ(quote("gimp-key").price.minor_units, 2'900);
  start();
  EXPECT_THAT(history(0, 20), HasSubstr(R"("version":3)")) << "kept over a restart";
  EXPECT_THAT(history(0, 20), HasSubstr(R"("version":1)"));
}

TEST_F(OffersTest, of_many_versions_the_last_hundred_are_kept) {
  const std::string id = id_in(create(product("gimp"))->json);
  for (int i = 0; i < 105; ++i) {
    const std::string price = std::to_string(3'000 + i);
    std::string changed = product("gimp");
    changed.replace(changed.find("2900"), 4, price);
    ASSERT_TRUE(replace(id, changed));
  }
  const auto at = [&](std::int64_t version) { return world_.run(service_->version({}, VersionRequest{id, version})).has_value(); };
  EXPECT_TRUE(at(106));
  EXPECT_TRUE(at(6));
  EXPECT_FALSE(at(5));
}

}  // namespace
}  // namespace pps::catalogue
