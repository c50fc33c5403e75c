#include <fmt/format.h>
#include <gmock/gmock.h>

#include "services/catalogue/tests/fixture.hpp"

namespace pps::catalogue {
namespace {

using testing::HasSubstr;

/// Items as lines, the same however the file is cut.
std::string read(const std::string& file, char separator = 0) {
  std::string first;
  for (const std::size_t piece : {file.size() + 1, std::size_t(1), std::size_t(7)}) {
    CsvProducts csv(separator);
    std::string out;
    const auto add = [&](Result<std::vector<CsvProducts::Item>> items) {
      if (!items) out += items.error().code + " " + items.error().detail + "\n";
      if (!items) return false;
      for (const CsvProducts::Item& item : *items) {
        out += std::to_string(item.line) + " " + item.json;
        if (item.refused) out += item.refused->code;
        if (item.refused)
          for (const FieldError& field : item.refused->fields) out += " " + field.pointer + " " + field.code;
        out += "\n";
      }
      return true;
    };
    bool good = true;
    for (std::size_t at = 0; good && at < file.size(); at += piece) good = add(csv.take(file.substr(at, piece), false));
    if (good) add(csv.take("", true));
    if (first.empty()) first = out;
    EXPECT_EQ(out, first) << "in pieces of " << piece;
  }
  return first;
}

TEST(Csv, rows_of_one_slug_are_one_product) {
  EXPECT_EQ(read("slug,name,kind,categories,attr.colour,text.de.name,sku,variant,price.EUR,price.JPY,stock_tracked,variant_attr.size\n"
                 "lamp,Lamp,physical,home|light,red,Lampe,lamp-s,Small,29.90,300,true,s\n"
                 "lamp,,,,,,lamp-l,Large,\"39,9\",,false,l\r\n"
                 ",,,,,,lamp-x,,5,,,\n"
                 "chair,Chair,physical,,,,chair,,0.05,,,"),
            R"(2 {"slug":"lamp","name":"Lamp","kind":"physical","categories":["home","light"],"attributes":{"colour":"red"},)"
            R"("texts":{"de":{"name":"Lampe"}},"variants":[)"
            R"({"sku":"lamp-s","name":"Small","prices":{"EUR":2990,"JPY":300},"stock_tracked":true,"attributes":{"size":"s"}},)"
            R"({"sku":"lamp-l","name":"Large","prices":{"EUR":3990},"stock_tracked":false,"attributes":{"size":"l"}},)"
            R"({"sku":"lamp-x","prices":{"EUR":500},"name":"Lamp"}]})"
            "\n"
            R"(5 {"slug":"chair","name":"Chair","kind":"physical","variants":[{"sku":"chair","prices":{"EUR":5},"name":"Chair"}]})"
            "\n");
}

TEST(Csv, speaks_its_dialects) {
  const std::string one = R"(2 {"slug":"a","name":"A; \"b\",\nc","variants":[{"sku":"s","name":"A; \"b\",\nc"}]})"
                          "\n";
  EXPECT_EQ(read("slug,name,sku\na,\"A; \"\"b\"\",\nc\",s\n"), one);
  EXPECT_EQ(read("slug;name;sku\r\na;\"A; \"\"b\"\",\nc\";s\r\n"), one);
  EXPECT_EQ(read("\xEF\xBB\xBFslug\tname\tsku\na\t\"A; \"\"b\"\",\nc\"\ts"), one);
  EXPECT_EQ(read("slug;name,x;sku\n", ';'), "csv.header \"name,x\" is no column; there are slug, name, summary, description, brand, kind, status, categories, tags, attr.NAME, text.LANGUAGE.FIELD, sku, variant, variant_kind, stock_tracked, price.CURRENCY, variant_attr.NAME\n");
}

TEST(Csv, refuses_a_header_that_says_too_little) {
  EXPECT_THAT(read("slug,name\na,b\n"), HasSubstr("csv.header the first line must name"));
  EXPECT_THAT(read("slug,sku,sku\n"), HasSubstr("csv.header the column sku stands twice"));
  EXPECT_THAT(read("a file of another kind\n"), HasSubstr("csv.header"));
  EXPECT_EQ(read(""), "");
}

TEST(Csv, refuses_what_is_wrong_where_it_stands_and_goes_on) {
  const std::string head = "slug,name,sku,price.EUR,stock_tracked\n";
  const std::string good = "z,Z,z,1,\n";
  const auto refused = [&](const std::string& rows) {
    const std::string said = read(head + rows + good);
    EXPECT_THAT(said, HasSubstr(R"("slug":"z")")) << rows;
    return said.substr(0, said.find('\n'));
  };
  EXPECT_EQ(refused("a,A,a,29.999,\n"), "2 fields.invalid /variants/0/prices/EUR field.format");
  EXPECT_EQ(refused("a,A,a,-1,\n"), "2 fields.invalid /variants/0/prices/EUR field.format");
  EXPECT_EQ(refused("a,A,a,1.000.0,\n"), "2 fields.invalid /variants/0/prices/EUR field.format");
  EXPECT_EQ(refused("a,A,a,,yes\n"), "2 fields.invalid /variants/0/stock_tracked field.format");
  EXPECT_EQ(refused("a,A,a,1\n"), "2 csv.fields");
  EXPECT_EQ(refused("a,A,a,1,,\n"), "2 csv.fields");
  EXPECT_EQ(refused("a,A \"quoted\",a,1,\n"), "2 csv.quote");
  EXPECT_EQ(refused("a,A\xff,a,1,\n"), "2 csv.encoding");
  EXPECT_EQ(refused("a,A,a,1,\na,B,b,1,\n"), "2 fields.invalid /name csv.conflict");
  EXPECT_EQ(refused("\n\na,A,a,1\n"), "4 csv.fields");
  EXPECT_EQ(refused("a," + std::string(300'000, 'x') + ",a,1,\n"), "2 line.too_long");
  EXPECT_EQ(read(head + "a,\"A,a,1,\n"), "2 csv.quote\n");
}

TEST(Csv, a_product_one_of_whose_rows_is_refused_is_refused_whole) {
  EXPECT_EQ(read("slug,name,sku\na,A,a1\na,,a2,more\nb,B,b1\n"),
            "3 csv.fields\n2 fields.invalid /variants csv.row_refused\n4 {\"slug\":\"b\",\"name\":\"B\",\"variants\":[{\"sku\":\"b1\",\"name\":\"B\"}]}\n");
}

constexpr const char* kFile =
    "slug,name,kind,status,sku,price.EUR,stock_tracked\n"
    "lamp,Lamp,physical,active,lamp-s,29.90,\n"
    "lamp,,,,lamp-l,39.90,\n"
    "chair,Chair,physical,active,chair,5,\n"
    "chair2,Chair,physical,active,chair,5,\n"
    "stool,Stool,wooden,active,stool,5,\n";

TEST_F(CatalogueTest, a_csv_file_is_imported_and_its_wrong_rows_are_named) {
  const std::string report = import(kFile, "csv", 10);
  EXPECT_THAT(report, HasSubstr(R"("status":"completed","dry_run":false,"rows":6,"created":2,"updated":0,"unchanged":0,"refused":2)"));
  EXPECT_THAT(report, HasSubstr(R"({"row":5,"pointer":"/variants/0/sku","code":"sku.taken")"));
  EXPECT_THAT(report, HasSubstr(R"({"row":6,"pointer":"/kind","code":"field.format")"));
  EXPECT_EQ(quote("lamp-l").price.minor_units, 3990);
  EXPECT_THAT(import(kFile, "csv"), HasSubstr(R"("created":0,"updated":0,"unchanged":2,"refused":2)"));
  EXPECT_THAT(import("slug,colour,sku\n", "csv"), HasSubstr(R"("status":"failed")"));
}

TEST_F(CatalogueTest, a_csv_file_can_be_tried_first) {
  const auto tried = import(kFile, "csv", 10, true);
  EXPECT_THAT(tried, HasSubstr(R"("dry_run":true,"rows":6,"created":2,"updated":0,"unchanged":0,"refused":2)"));
  EXPECT_THAT(tried, HasSubstr(R"({"row":5,"pointer":"/variants/0/sku","code":"sku.taken")"));
  EXPECT_EQ(export_all(), "");
}

}  // namespace
}  // namespace pps::catalogue
