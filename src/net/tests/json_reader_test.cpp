#include "net/json_reader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pps::net {
namespace {

struct SyntaxCase {
  std::string text;
  const char* detail;
};
class JsonSyntax : public testing::TestWithParam<SyntaxCase> {};

TEST_P(JsonSyntax, is_refused_with_its_place) {
  const auto reader = ObjectReader::parse(GetParam().text);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, ErrorKind::malformed);
  EXPECT_EQ(reader.error().code, "request.malformed");
  EXPECT_THAT(reader.error().detail, testing::HasSubstr(GetParam().detail));
}

std::string nested(int depth) {
  return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Cases, JsonSyntax,
    testing::Values(
        SyntaxCase{"", "line 1, column 1"}, SyntaxCase{"{", "not JSON"},
        SyntaxCase{"{\n \"a\": tru\n}", "line 2"}, SyntaxCase{R"({"a":1}})", "column 8"},
        SyntaxCase{R"({"a":1,})", "not JSON"}, SyntaxCase{R"({'a':1})", "not JSON"},
        SyntaxCase{R"({"a":01})", "not JSON"}, SyntaxCase{R"({"a":NaN})", "not JSON"},
        SyntaxCase{"{\"a\":\"\x01\"}", "not JSON"}, SyntaxCase{"{\"a\":\"\xff\"}", "not JSON"},
        SyntaxCase{"{\"a\":\"\\ud800\"}", "not JSON"}, SyntaxCase{R"({"a":1} /* c */)", ""},
        SyntaxCase{"[]", "must be a JSON object"}, SyntaxCase{"null", "must be a JSON object"},
        SyntaxCase{R"({"a":1,"b":2,"a":3})", "\"a\" stands twice"},
        SyntaxCase{R"({"":1,"":3})", "\"\" stands twice"},
        SyntaxCase{R"({"a":1,"\u0061":3})", "\"a\" stands twice"},
        SyntaxCase{R"({"x":[{"y":{"k":1,"k":1}}]})", "\"k\" stands twice"},
        SyntaxCase{R"({"a":[1.0,-1e400]})", "beyond 1.8e308"},
        SyntaxCase{nested(32), "deeper than 32"}, SyntaxCase{nested(100'000), "deeper than 32"}));

TEST(JsonReader, the_same_key_in_two_objects_is_fine_and_depth_has_room) {
  EXPECT_TRUE(ObjectReader::parse(R"({"a":{"k":1},"b":{"k":1},"c":[{"k":1},{"k":2}]})"));
  EXPECT_TRUE(ObjectReader::parse(nested(31)));
}

TEST(JsonReader, reads_every_kind_of_field) {
  auto reader = *ObjectReader::parse(
      R"({"t":"käse","n":-5,"yes":true,"price":{"amount":1999,"currency":"EUR"},
      "id":"018bcfe5-6800-7007-8000-00000000002a","sku":"A-1","kind":"licence","o":{"x":"y"},"list":[{"q":1},{"q":2}],
      "tags":["a","b"],"free":{"b":[1,{"z":1,"a":2}],"a":null},"gone":null})");
  EXPECT_EQ(reader.text("t"), "käse");
  EXPECT_EQ(reader.integer("n", -5, 5), -5);
  EXPECT_EQ(reader.optional_boolean("yes"), true);
  EXPECT_EQ(reader.money("price"), (Money{1999, *Currency::parse("EUR")}));
  EXPECT_EQ(reader.uuid("id").shard(), 7);
  EXPECT_EQ(reader.sku("sku").value, "A-1");
  EXPECT_EQ(reader.one_of("kind", {"physical", "licence"}), "licence");
  EXPECT_EQ(reader.object("o")->text("x"), "y");
  auto list = reader.objects("list", 1, 50);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].integer("q", 1, 999), 2);
  list[0].integer("q", 1, 999);
  EXPECT_EQ(reader.texts("tags", 5), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reader.canonical("free"), R"({"a":null,"b":[1,{"a":2,"z":1}]})");
  EXPECT_FALSE(reader.has("gone"));
  EXPECT_FALSE(reader.optional_text("absent"));
  const auto done = reader.finish();
  EXPECT_TRUE(done) << done.error().detail;
}

TEST(JsonReader, reads_numbers_to_the_nearest_double) {
  for (const char* text : {"-33333333300000066792140173563217", "9007199254740993.0", "1.7976931348623157e308", "4.9e-324", "1e23",
                           "2.2250738585072011e-308", "123456789012345678901234567890", "0.1", "-0.0", "1e-400", "5e-324", "1E22",
                           "8.41e21", "9.5e-3", "18446744073709551616", "-9223372036854775809"}) {
    auto reader = ObjectReader::parse(fmt::format("{{\"a\":{}}}", text));
    ASSERT_TRUE(reader) << text;
    const std::string once = *reader->canonical("a");
    EXPECT_EQ(std::strtod(once.c_str(), nullptr), std::strtod(text, nullptr)) << text << " became " << once;
    auto again = ObjectReader::parse(fmt::format("{{\"a\":{}}}", once));
    ASSERT_TRUE(again) << once;
    EXPECT_EQ(again->canonical("a"), once);
  }
}

TEST(JsonReader, refuses_numbers_beyond_the_greatest_double) {
  for (const char* text : {"1.8e308", "-1e309", "1e999999999999", "123e400"})
    EXPECT_FALSE(ObjectReader::parse(fmt::format("{{\"a\":{}}}", text))) << text;
}

TEST(JsonReader, names_every_wrong_field_at_once) {
  auto reader = *ObjectReader::parse(
      R"({"name":7,"long":"abcdef","n":1000,"f":1.0,"p":{"amount":-1,"currency":"EURO"},"id":"x","sku":"a b",
      "kind":"gift","lines":[{"quantity":0,"odd":1},5],"tags":["a",1],"extra":{"a/b~c":1},"big":18446744073709551615,"zero":"a\u0000b"})");
  reader.text("name");
  reader.text("missing");
  reader.text("long", {1, 5});
  reader.integer("n", 1, 999);
  reader.integer("f", 1, 999);
  reader.money("p");
  reader.uuid("id");
  reader.sku("sku");
  reader.one_of("kind", {"physical"});
  for (auto& line : reader.objects("lines", 1, 50)) line.integer("quantity", 1, 999);
  reader.texts("tags", 5);
  reader.object("extra");
  reader.integer("big", 0, 10);
  reader.text("zero");
  reader.refuse("n", "lines.odd", "a rule of the caller's");
  const auto done = reader.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::invalid);
  EXPECT_EQ(done.error().code, "fields.invalid");
  std::vector<std::string> got;
  for (const auto& field : done.error().fields) got.push_back(field.pointer + " " + field.code);
  EXPECT_THAT(
      got, testing::UnorderedElementsAre(
               "/name field.type", "/missing field.required", "/long field.length",
               "/n field.range", "/f field.type", "/p/amount field.range",
               "/p/currency field.length", "/id field.format", "/sku field.format",
               "/kind field.format", "/lines/0/quantity field.range", "/lines/0/odd field.unknown",
               "/lines/1 field.type", "/tags/1 field.type", "/extra/a~1b~0c field.unknown",
               "/big field.range", "/zero field.format", "/n lines.odd"));
}

TEST(JsonReader, unknown_fields_may_be_let_through_and_errors_are_bounded) {
  EXPECT_TRUE(ObjectReader::parse(R"({"new":1})", Unknown::ignore)->finish());
  std::string many = "{";
  for (int i = 0; i < 500; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  many.back() = '}';
  EXPECT_EQ(ObjectReader::parse(many)->finish().error().fields.size(), 100u);
}

TEST(JsonReader, maps_and_items_are_named_where_they_stand) {
  auto reader = *ObjectReader::parse(R"({"prices":{"EUR":5,"a/b":7},"tags":["x","y"]})");
  auto prices = reader.object("prices");
  ASSERT_TRUE(prices);
  EXPECT_THAT(prices->keys(), testing::ElementsAre("EUR", "a/b"));
  EXPECT_EQ(prices->integer("EUR", 0, 9), 5);
  prices->integer("a/b", 0, 5);
  EXPECT_THAT(reader.texts("tags", 5), testing::ElementsAre("x", "y"));
  reader.refuse_item("tags", 1, "field.format", "no");
  const auto done = reader.finish();
  ASSERT_FALSE(done);
  ASSERT_EQ(done.error().fields.size(), 2u);
  EXPECT_EQ(done.error().fields[0].pointer, "/prices/a~1b");
  EXPECT_EQ(done.error().fields[1].pointer, "/tags/1");
}

TEST(Fingerprint, depends_on_meaning_only) {
  const auto base = fingerprint_of(R"({"a":1,"b":{"x":[1,2],"y":"é"}})");
  EXPECT_EQ(base->size(), 32u);
  EXPECT_EQ(*base, *fingerprint_of("{ \"b\": {\"y\":\"\\u00e9\", \"x\":[1 ,2]},\n\"a\":1 }"));
  for (const char* other :
       {R"({"a":1,"b":{"x":[2,1],"y":"é"}})", R"({"a":"1","b":{"x":[1,2],"y":"é"}})", R"({"a":1})",
        R"({"a":1,"b":{"x":[1,2],"y":"é"},"c":null})"})
    EXPECT_NE(*base, *fingerprint_of(other)) << other;
  EXPECT_FALSE(fingerprint_of("{"));
}

// Whatever bytes come, parsing answers; cut and bent forms of a good text are the likeliest to
// break it.
TEST(JsonReader, survives_any_damage_to_a_good_text) {
  const std::string good =
      R"({"lines":[{"sku":"A-1","quantity":2}],"price":{"amount":1e3,"currency":"EUR"},"t":"\u00e9\ud83d\ude00"})";
  std::uint64_t seed = 1;
  const auto next = [&seed] {
    return seed = seed * 6364136223846793005ull + 1442695040888963407ull, seed >> 33;
  };
  int parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good.substr(0, next() % 4 == 0 ? next() % good.size() : good.size());
    for (auto changes = next() % 4; changes-- > 0 && !text.empty();)
      text[next() % text.size()] = static_cast<char>(next());
    auto reader = ObjectReader::parse(text);
    if (!reader) continue;
    ++parsed;
    for (auto& line : reader->objects("lines", 1, 5)) line.sku("sku");
    reader->money("price");
    reader->text("t");
    const auto done = reader->finish();
    ASSERT_TRUE(done || !done.error().fields.empty());
  }
  EXPECT_GT(parsed, 1000);
}

}  // namespace
}  // namespace pps::net
