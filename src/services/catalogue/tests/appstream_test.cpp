#include "services/catalogue/appstream.hpp"

#include <gmock/gmock.h>

#include "services/catalogue/imports.hpp"

namespace pps::catalogue {
namespace {

constexpr const char* kYaml = R"(---
File: DEP-11
Version: '0.16'
---
Type: desktop-application
ID: org.gimp.GIMP
Package: gimp
Name:
  de: Bildprogramm
  C: GNU Image Manipulation Program
Summary:
  C: Create images and edit photographs
Description:
  C: >-
    <p>One &amp; two.</p>

    <ul>
      <li>first</li>
      <li>second</li>
    </ul>
    <p>End</p>
DeveloperName:
  C: The GIMP team
ProjectLicense: GPL-3.0+
Categories:
- Graphics
- RasterGraphics
- 2DGraphics
Keywords:
  C:
  - paint
  - paint
  de:
  - malen
Icon:
  cached:
  - name: gimp.png
    width: 64
    height: 64
  stock: gimp
---
Type: font
ID: some.font
Package: fonts-some
Name:
  C: 'Some: font'
---
Type: addon
ID: other.font
Package: fonts-some
Name:
  C: 2048
---
Type: generic
ID: nameless
)";

TEST(Appstream, reads_what_is_used_in_english_and_the_languages_of_the_page) {
  const auto entries = read_appstream(kYaml);
  ASSERT_TRUE(entries) << entries.error().detail;
  ASSERT_EQ(entries->size(), 3u);
  const AppstreamEntry& gimp = entries->front();
  EXPECT_EQ(gimp.name, "GNU Image Manipulation Program");
  EXPECT_EQ(gimp.keywords.size(), 2u);
  EXPECT_EQ(gimp.icons.at(0).name, "gimp.png");
  EXPECT_EQ((*entries)[2].name, "2048");
  EXPECT_THAT(slugs_of(*entries), testing::ElementsAre("gimp", "fonts-some-font", "fonts-some-font-2"));
  const AppstreamTexts& german = entries->front().other.at("de");
  EXPECT_EQ(german.name, "Bildprogramm");
  EXPECT_EQ(german.keywords, std::vector<std::string>{"malen"});
  EXPECT_TRUE(german.summary.empty());
  const ProductInput product = appstream_product(entries->front(), "gimp");
  EXPECT_EQ(product.texts.at("de").name, "Bildprogramm");
  EXPECT_FALSE(product.texts.at("de").summary) << "the English one stands in";
}

TEST(Appstream, refuses_what_is_not_dep_11) {
  EXPECT_EQ(read_appstream("").error().code, "appstream.format");
  EXPECT_EQ(read_appstream("File: other\n").error().code, "appstream.format");
  EXPECT_EQ(read_appstream("File: DEP-11\n---\nType: [\n").error().code, "appstream.syntax");
}

TEST(Appstream, descriptions_become_plain_text) {
  EXPECT_EQ(plain_text("<p>One &amp; two.</p>\n<ul><li>first</li>\n <li>second</li></ul><p>End <em>now</em></p>"),
            "One & two.\n\n- first\n- second\n\nEnd now");
  EXPECT_EQ(plain_text("no tags"), "no tags");
  EXPECT_EQ(plain_text("<script>x</script &lt;b&gt;"), "x");
}

TEST(Appstream, an_entry_becomes_a_valid_product) {
  const auto entries = *read_appstream(kYaml);
  const IconSource icons = [](const std::string& size, const std::string&) -> std::optional<std::string> {
    if (size != "64x64") return std::nullopt;
    return std::string("\x89PNG\r\n\x1a\n and so on");
  };
  const auto row = read_import_row("bundle", appstream_bundle(entries[0], "gimp", icons));
  ASSERT_TRUE(row) << row.error().detail << (row.error().fields.empty() ? "" : row.error().fields[0].pointer);
  EXPECT_THAT(row->product.categories, testing::ElementsAre("graphics-painting"));
  EXPECT_EQ(row->product.variants.at(0).sku, "gimp-licence");
  EXPECT_EQ(row->product.variants.at(1).sku, "gimp-box");
  EXPECT_EQ(row->product.description, "One & two.\n\n- first\n- second\n\nEnd");
  ASSERT_EQ(row->images->size(), 1u);
  EXPECT_EQ(row->images->at(0).name, "icon-64.png");
  EXPECT_EQ(row->images->at(0).blob.size(), 64u);
}

TEST(Appstream, prices_are_within_their_range_and_stay) {
  EXPECT_EQ(licence_price({"games"}, "0ad"), licence_price({"games-strategy"}, "0ad"));
  for (int i = 0; i < 200; ++i)
    for (const CategoryInput& category : appstream_categories()) {
      const std::int64_t price = licence_price({category.slug}, "app" + std::to_string(i));
      ASSERT_GE(price, 490);
      ASSERT_LE(price + 1'000, 14'900);
      ASSERT_EQ(price % 100, 90);
    }
}

TEST(Bundle, pictures_that_are_none_are_refused) {
  const std::string product =
      R"("product":{"slug":"a","name":"A","kind":"licence","variants":[{"sku":"a","name":"x","prices":{"EUR":1}}]})";
  const auto read = [&](const std::string& image) -> std::string {
    const auto row = read_import_row("bundle", "{" + product + ",\"images\":[" + image + "]}");
    if (row) return "ok";
    return row.error().fields.empty() ? row.error().code : row.error().fields[0].pointer;
  };
  EXPECT_EQ(read(R"({"name":"x.png","media_type":"image/png","base64":"PGh0bWw+"})"), "/images/0/base64");
  EXPECT_EQ(read(R"({"name":"x.png","media_type":"text/html","base64":"PGh0bWw+"})"), "/images/0/media_type");
  EXPECT_EQ(read(R"({"name":"../x","media_type":"image/png","base64":"iVBORw0KGgo="})"), "/images/0/name");
  EXPECT_EQ(read(R"({"name":"x.png","media_type":"image/png","base64":"iVBORw0KGgo="})"), "ok");
}

}  // namespace
}  // namespace pps::catalogue
