#include <gmock/gmock.h>

#include <algorithm>

#include "services/catalogue/product_input.hpp"
#include "services/catalogue/tests/fixture.hpp"

namespace pps::catalogue {
namespace {

using testing::HasSubstr;

struct BadInput {
  std::string json, pointer, code;
};

TEST(ProductInputTest, bad_fields_are_named) {
  const auto with = [](const std::string& field) {
    return R"({"slug":"a","name":"A","kind":"licence","variants":[{"sku":"a","name":"x","prices":{"EUR":1}}],)" + field +
           "}";
  };
  const auto variants = [](const std::string& text) {
    return R"({"slug":"a","name":"A","kind":"licence","variants":[)" + text + "]}";
  };
  const BadInput cases[] = {
      {with(R"("colour":"red")"), "/colour", "field.unknown"},
      {with(R"("summary":")" + std::string(501, 'x') + "\""), "/summary", "field.length"},
      {with(R"("status":"sold")"), "/status", "field.format"},
      {with(R"("categories":["a","Big"])"), "/categories/1", "field.format"},
      {with(R"("categories":["a","a"])"), "/categories/1", "field.duplicate"},
      {with(R"("attributes":{"Bad":"x"})"), "/attributes/Bad", "field.format"},
      {with(R"("attributes":{"ok":""})"), "/attributes/ok", "field.length"},
      {variants(R"({"sku":"a","name":"x","prices":{"EUR":19.99}})"), "/variants/0/prices/EUR", "field.type"},
      {variants(R"({"sku":"a","name":"x","prices":{"EUR":-1}})"), "/variants/0/prices/EUR", "field.range"},
      {variants(R"({"sku":"a","name":"x","prices":{}})"), "/variants/0/prices", "field.length"},
      {variants(R"({"sku":"a","name":"x","prices":{"euro":1}})"), "/variants/0/prices/euro", "field.format"},
      {variants(R"({"sku":"-a","name":"x","prices":{"EUR":1}})"), "/variants/0/sku", "field.format"},
      {variants(R"({"sku":"a","name":"x","prices":{"EUR":1}},{"sku":"a","name":"y","prices":{"EUR":1}})"),
       "/variants/1/sku", "field.duplicate"},
      {variants(""), "/variants", "field.length"},
  };
  for (const BadInput& one : cases) {
    const auto read = read_product_input(one.json);
    ASSERT_FALSE(read) << one.json;
    EXPECT_EQ(read.error().code, "fields.invalid");
    ASSERT_FALSE(read.error().fields.empty()) << one.json;
    EXPECT_EQ(read.error().fields[0].pointer, one.pointer);
    EXPECT_EQ(read.error().fields[0].code, one.code) << one.json;
  }
  EXPECT_EQ(read_product_input("{\"slug\":\"\xff\"}").error().code, "request.malformed");
  std::string accents;
  for (int i = 0; i < 500; ++i) accents += "\xc3\xa9";
  EXPECT_TRUE(read_product_input(with("\"summary\":\"" + accents + "\""))) << "limits count characters";
}

TEST_F(CatalogueTest, an_export_is_what_import_takes_byte_by_byte) {
  std::string lines;
  for (int i = 0; i < 10; ++i)
    lines += product("p" + std::to_string(i),
                     R"("summary":"S \u00e9 \"q\"","tags":["x"],"attributes":{"b":"2","a":"1"},)") + "\n";
  EXPECT_THAT(import(lines), HasSubstr(R"("status":"completed","dry_run":false,"rows":10,"created":10,"updated":0,"unchanged":0,"refused":0)"));
  const std::string first = export_all();
  EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 10);
  EXPECT_THAT(import(first), HasSubstr(R"("created":0,"updated":0,"unchanged":10,"refused":0)"));
  EXPECT_EQ(export_all(), first);
  EXPECT_EQ(get("p3", true)->etag, "\"1\"") << "what changes nothing makes no version";
}

TEST_F(CatalogueTest, refused_rows_are_listed_and_the_others_go_on) {
  const std::string text = product("a") + "\n" + "not json\n" + "\n" + product("b") + "\r\n" +
                           std::string(Import::kMostLine + 1, 'x') + "\n" + R"({"slug":"c"})" + "\n" + product("d");
  const std::string report = import(text, "ndjson", 100'000);
  EXPECT_THAT(report, HasSubstr(R"("status":"completed","dry_run":false,"rows":7,"created":3)"));
  EXPECT_THAT(report, HasSubstr(R"({"row":2,"code":"request.malformed")"));
  EXPECT_THAT(report, HasSubstr(R"({"row":5,"code":"line.too_long")"));
  EXPECT_THAT(report, HasSubstr(R"({"row":6,"pointer":"/name","code":"field.required")"));
}

TEST_F(CatalogueTest, an_import_that_broke_off_is_told_and_may_be_repeated) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += product("p" + std::to_string(i)) + "\n";
  auto job = world_.run(service_->import_begin({}, ImportBegin{"ndjson", "tester"}));
  ASSERT_TRUE(job);
  const std::string id = id_in(job->json);
  const std::string half = lines.substr(0, lines.size() / 2);
  ASSERT_TRUE(world_.run(service_->import_piece({}, ImportPiece{id, {half.begin(), half.end()}, false, ""})));
  start();
  job = world_.run(service_->import_status({}, ImportRequest{id}));
  ASSERT_TRUE(job);
  EXPECT_THAT(job->json, HasSubstr(R"("status":"failed")"));
  EXPECT_THAT(import(lines), HasSubstr(R"("created":10,"updated":0,"unchanged":10,"refused":0)"));
  const std::string all = export_all();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20);
  EXPECT_EQ(world_.run(service_->import_status({}, ImportRequest{"x"})).error().code, "import.not_found");
}

TEST_F(CatalogueTest, a_dry_run_reports_what_the_import_then_does_and_writes_nothing) {
  import(product("a") + "\n" + product("b") + "\n");
  const std::string before = export_all();
  std::string cheaper = product("b");
  cheaper.replace(cheaper.find("2900"), 4, "1900");
  std::string thief = product("thief");
  thief.replace(thief.find("thief-box"), 9, "a-box");
  const std::string lines =
      product("a") + "\n" + cheaper + "\n" + product("c") + "\nnot json\n" + thief + "\n" + R"({"slug":"d"})" + "\n";
  const std::string planned = import(lines, "ndjson", 1'000, true);
  EXPECT_THAT(planned, HasSubstr(R"("dry_run":true,"rows":6,"created":1,"updated":1,"unchanged":1,"refused":3)"));
  EXPECT_THAT(planned, HasSubstr(R"({"row":5,"pointer":"/variants/1/sku","code":"sku.taken")"));
  EXPECT_EQ(export_all(), before);
  settle();
  EXPECT_FALSE(get("c", true)) << "nothing was created";

  const auto from_rows = [](const std::string& report) {
    const std::size_t at = report.find("\"rows\"");
    return report.substr(at, report.find("\"started_at\"") - at);
  };
  EXPECT_EQ(from_rows(import(lines)), from_rows(planned)) << "the claims of the dry run are nobody's";
}

TEST_F(CatalogueTest, a_dry_run_takes_the_rows_before_for_done) {
  import(product("a") + "\n");
  std::string without_box = product("a");
  without_box.replace(without_box.find("a-box"), 5, "a-new");
  std::string heir = product("heir");
  heir.replace(heir.find("heir-box"), 8, "a-box");
  std::string late = product("late");
  late.replace(late.find("late-box"), 8, "a-box");
  const std::string report =
      import(without_box + "\n" + heir + "\n" + heir + "\n" + late + "\n" + product("a") + "\n", "ndjson", 1'000, true);
  EXPECT_THAT(report, HasSubstr(R"("created":1,"updated":1,"unchanged":1,"refused":2)"));
  EXPECT_THAT(report, HasSubstr(R"({"row":4,"pointer":"/variants/1/sku","code":"sku.taken")"));
  EXPECT_THAT(report, HasSubstr(R"({"row":5,"pointer":"/variants/1/sku","code":"sku.taken")"));
}

TEST_F(CatalogueTest, a_dry_run_compares_pictures_and_keeps_none) {
  const auto bundle = [](const std::string& alt) {
    return R"({"product":)" + product("a") + R"(,"images":[{"name":"p.png","media_type":"image/png","alt":")" + alt +
           R"(","base64":"iVBORw0KGgo="}]})" + "\n";
  };
  EXPECT_THAT(import(bundle("x"), "bundle", 1'000, true), HasSubstr(R"("created":1,)"));
  EXPECT_FALSE(get("a", true));
  import(bundle("x"), "bundle");
  EXPECT_THAT(import(bundle("x"), "bundle", 1'000, true), HasSubstr(R"("unchanged":1,"refused":0)"));
  EXPECT_THAT(import(bundle("y"), "bundle", 1'000, true), HasSubstr(R"("updated":1,"unchanged":0,"refused":0)"));
}

TEST_F(CatalogueTest, two_rows_of_one_slug_make_one_product) {
  std::string second = product("a");
  second.replace(second.find("2900"), 4, "3300");
  EXPECT_THAT(import(product("a") + "\n" + second + "\n", "ndjson", 100'000), HasSubstr("\"refused\":0"));
  const std::string all = export_all();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1);
}

}  // namespace
}  // namespace pps::catalogue
