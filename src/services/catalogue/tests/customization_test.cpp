#include "services/catalogue/customization.hpp"

#include <gmock/gmock.h>

#include "services/catalogue/tests/fixture.hpp"

namespace pps::catalogue {
namespace {

const std::string kEngraving =
    R"({"type":"object","required":["text"],"properties":{)"
    R"("text":{"type":"string","title":"Engraving","minLength":1,"maxLength":20,"x-order":1,"x-titles":{"de":"Gravur"}},)"
    R"("font":{"type":"string","enum":["serif","sans"],"default":"serif"},)"
    R"("size":{"type":"integer","minimum":4,"maximum":12,"multipleOf":2},)"
    R"("gift":{"type":"boolean"}}})";

/// The pointer and code of the first refusal.
std::string refused(const std::string& schema) {
  auto in = net::ObjectReader::parse(schema);
  if (!in) return in.error().code;
  check_customization_schema(*in);
  const auto done = in->finish();
  return done ? "taken" : done.error().fields.at(0).pointer + " " + done.error().fields.at(0).code;
}

std::string with(const std::string& property) { return R"({"type":"object","properties":{"a":)" + property + "}}"; }

std::vector<std::string> wrong(const std::string& customization, const std::string& schema = kEngraving) {
  std::vector<std::string> pointers;
  for (const Violation& one : violations_of(schema, customization)) {
    EXPECT_FALSE(one.detail.empty());
    pointers.push_back(one.pointer);
  }
  return pointers;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Customization, is_held_against_its_schema) {
  EXPECT_EQ(refused(kEngraving), "taken");
  EXPECT_THAT(wrong(R"({"text":"Für Ada"})"), IsEmpty());
  EXPECT_THAT(wrong(R"({"text":"Ada","font":"sans","size":8,"gift":true})"), IsEmpty());
  EXPECT_THAT(wrong(R"({"text":"ÄÖÜäöüßÄÖÜäöüßÄÖÜäöüß"})"), ElementsAre("/text")) << "21 characters";
  EXPECT_THAT(wrong(R"({"text":"ÄÖÜäöüßÄÖÜäöüßÄÖÜäöü"})"), IsEmpty()) << "20 characters of 40 bytes";
  EXPECT_THAT(wrong(R"({"text":""})"), ElementsAre("/text"));
  EXPECT_THAT(wrong(R"({"text":5})"), ElementsAre("/text"));
  EXPECT_THAT(wrong(R"({"text":"Ada","font":"comic"})"), ElementsAre("/font"));
  EXPECT_THAT(wrong(R"({"text":"Ada","size":5})"), ElementsAre("/size"));
  EXPECT_THAT(wrong(R"({"text":"Ada","size":4.5})"), ElementsAre("/size"));
  EXPECT_THAT(wrong(R"({"text":"Ada","size":14})"), ElementsAre("/size"));
  EXPECT_THAT(wrong(R"({"text":"Ada","gift":"yes"})"), ElementsAre("/gift")) << "a text is no boolean";
  EXPECT_THAT(wrong(R"({"text":"Ada","colour":"red"})"), testing::SizeIs(1)) << "what is not named cannot be asked for";
  EXPECT_THAT(wrong(""), ElementsAre("")) << "text is required";
  EXPECT_THAT(wrong("{}"), ElementsAre(""));
  EXPECT_THAT(wrong(R"(["Ada"])"), ElementsAre(""));
  EXPECT_THAT(wrong("", with(R"({"type":"string"})")), IsEmpty()) << "nothing is required";
  EXPECT_THAT(wrong("{\"a\":\"" + std::string(5'000, 'x') + "\"}", with(R"({"type":"string"})")), ElementsAre(""));
  EXPECT_THAT(wrong("", ""), IsEmpty());
  EXPECT_THAT(wrong("{}", ""), ElementsAre("")) << "the product takes none";
}

TEST(Customization, schemas_of_which_no_form_can_be_made_are_refused) {
  EXPECT_EQ(refused(R"({"type":"array"})"), "/type field.format");
  EXPECT_EQ(refused(R"({"type":"object","properties":{}})"), "/properties field.length");
  EXPECT_EQ(refused(R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"a":{"type":"string"}}})"), "/$schema field.format");
  EXPECT_EQ(refused(R"({"type":"object","additionalProperties":true,"properties":{"a":{"type":"string"}}})"), "/additionalProperties field.format");
  EXPECT_EQ(refused(with(R"({"type":"object"})")), "/properties/a/type field.format");
  EXPECT_EQ(refused(with(R"({"type":"string","pattern":"(a+)+$"})")), "/properties/a/pattern field.unknown");
  EXPECT_EQ(refused(with(R"({"$ref":"#"})")), "/properties/a/type field.required");
  EXPECT_EQ(refused(with(R"({"type":"boolean","minLength":1})")), "/properties/a/minLength field.unknown");
  EXPECT_EQ(refused(R"({"type":"object","properties":{"A b":{"type":"string"}}})"), "/properties/A b field.format");
}

TEST(Customization, schemas_that_nothing_can_satisfy_are_refused) {
  EXPECT_EQ(refused(with(R"({"type":"string","minLength":5,"maxLength":4})")), "/properties/a/maxLength schema.never");
  EXPECT_EQ(refused(with(R"({"type":"integer","minimum":5,"maximum":4})")), "/properties/a/maximum schema.never");
  EXPECT_EQ(refused(with(R"({"type":"string","enum":["a",5]})")), "/properties/a/enum schema.never");
  EXPECT_EQ(refused(with(R"({"type":"string","enum":[]})")), "/properties/a/enum field.length");
  EXPECT_EQ(refused(with(R"({"type":"string","enum":["a"],"default":"b"})")), "/properties/a/default schema.never");
  EXPECT_EQ(refused(R"({"type":"object","required":["b"],"properties":{"a":{"type":"string"}}})"), "/required/0 schema.never");
}

TEST_F(CatalogueTest, a_customization_is_checked_where_the_product_is_priced) {
  std::string ring = product("ring", R"("customization_schema":)" + kEngraving + ",");
  const auto created = create(ring);
  ASSERT_TRUE(created) << created.error().fields.at(0).pointer << created.error().fields.at(0).detail;
  EXPECT_THAT(get("ring", true)->json, testing::HasSubstr(R"("customization_schema":{"properties":)"));
  ASSERT_TRUE(create(product("lamp")));
  const auto quote_of = [&](const std::string& sku, const std::string& customization) {
    return world_.run(service_->quote({}, QuoteRequest{{Sku{sku}}, "", {customization}}))->quotes.at(0).violations;
  };
  EXPECT_THAT(quote_of("ring-key", R"({"text":"Ada"})"), IsEmpty());
  ASSERT_THAT(quote_of("ring-key", R"({"text":""})"), testing::SizeIs(1));
  EXPECT_EQ(quote_of("ring-key", R"({"text":""})")[0].pointer, "/text");
  EXPECT_THAT(quote_of("ring-key", ""), testing::SizeIs(1));
  EXPECT_THAT(quote_of("lamp-key", ""), IsEmpty());
  EXPECT_THAT(quote_of("lamp-key", R"({"text":"Ada"})"), testing::SizeIs(1));
  EXPECT_THAT(quote("ring-key").violations, IsEmpty()) << "where only the price is asked";
  EXPECT_EQ(create(product("bad", R"("customization_schema":{"type":"object","properties":{"a":{"type":"string","pattern":"x"}}},)"))
                .error().fields.at(0).pointer,
            "/customization_schema/properties/a/pattern");
}

}  // namespace
}  // namespace pps::catalogue
