#include "services/catalogue/debian_packages.hpp"

#include <gmock/gmock.h>

#include "services/catalogue/tests/fixture.hpp"

namespace pps::catalogue {
namespace {

const std::string kGame =
    "Package: 0ad\nVersion: 0.0.26-3\nInstalled-Size: 28591\nMaintainer: \"Debian Games Team\" <games@example.org>\n"
    "Description: Real-time strategy game\n of ancient warfare\n .\n More.\nHomepage: https://play0ad.com/\n"
    "Tag: game::strategy, interface::graphical, interface::x11, role::program,\n uitoolkit::sdl, use::game-playing\nSection: games\n";

TEST(Stanzas, are_the_same_however_they_are_cut) {
  const std::string text = kGame + "\nPackage: g++\nSection: devel\n\n\nPackage: last";
  for (std::size_t size = 1; size < 40; ++size) {
    StanzaReader reader;
    std::vector<StanzaReader::Item> items;
    for (std::size_t at = 0; at < text.size(); at += size)
      for (auto& item : reader.take(text.substr(at, size), at + size >= text.size())) items.push_back(std::move(item));
    ASSERT_EQ(items.size(), 3U) << size;
    EXPECT_EQ(items[0].line, 1);
    EXPECT_EQ(items[0].stanza.at("Description"), "Real-time strategy game\nof ancient warfare\n.\nMore.");
    EXPECT_EQ(items[1].stanza.at("Package"), "g++");
    EXPECT_EQ(items[1].line, 14);
    EXPECT_EQ(items[2].stanza.at("Package"), "last");
  }
}

TEST(Stanzas, that_are_none_are_refused_with_their_line_and_the_next_is_read) {
  StanzaReader reader;
  const std::string text = "Package: a\nnonsense\nSection: x\n\n goes on with nothing\n\nPackage: b\n\nDescription: " + std::string(300'000, 'x') + "\n\nPackage: c\n";
  const auto items = reader.take(text, true);
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].refused->code, "package.syntax");
  EXPECT_THAT(items[0].refused->detail, testing::HasSubstr("line 2"));
  EXPECT_EQ(items[1].refused->code, "package.syntax");
  EXPECT_FALSE(items[2].refused);
  EXPECT_EQ(items[3].refused->code, "line.too_long");
  EXPECT_EQ(items[4].stanza.at("Package"), "c");
  EXPECT_EQ(package_product({{"Section", "games"}}).error().code, "package.incomplete");
}

TEST(DebianPackages, are_products) {
  StanzaReader reader;
  const auto product = package_product(reader.take(kGame, true).at(0).stanza);
  ASSERT_TRUE(product);
  EXPECT_EQ(product->slug, "0ad");
  EXPECT_EQ(product->summary, "Real-time strategy game");
  EXPECT_EQ(product->brand, "Debian Games Team");
  EXPECT_THAT(product->categories, testing::ElementsAre("debian-games"));
  EXPECT_THAT(product->tags, testing::ElementsAre("game playing", "strategy"));
  EXPECT_THAT(product->attributes, testing::IsSupersetOf({std::pair<const std::string, std::string>("interface", "graphical"),
                                                         std::pair<const std::string, std::string>("role", "program"),
                                                         std::pair<const std::string, std::string>("version", "0.0.26-3")}));
  EXPECT_EQ(product->variants.at(0).prices.at("EUR") % 100, 90);
}

TEST(DebianPackages, have_addresses_of_their_own) {
  EXPECT_EQ(package_slug("g++"), "g-plus-plus");
  EXPECT_EQ(package_slug("python3.11"), "python3-11");
  EXPECT_EQ(package_slug("node-fn.name"), "node-fn-dot-name");
  EXPECT_EQ(package_slug("librust-phf-macros+unicase--dev"), "librust-phf-macros-plus-unicase-dash-dev");
  EXPECT_EQ(package_slug("librust-phf-macros+unicase-dev"), "librust-phf-macros-plus-unicase-dev");
  EXPECT_EQ(package_slug("+"), "plus");
  EXPECT_TRUE(is_slug(package_slug(std::string(150, 'a'))));
  EXPECT_EQ(package_slug(""), "");
}

TEST_F(CatalogueTest, a_catalogue_of_packages_is_brought_once_however_often) {
  const std::string text = kGame + "\nPackage: g++\nSection: devel\n\nnonsense\n\nPackage: a1.2\n\nPackage: a1-2\n";
  const std::string first = import(text, "dumpavail", 50);
  EXPECT_THAT(first, testing::HasSubstr(R"("rows":5,"created":3,"updated":0,"unchanged":0,"refused":2)")) << first;
  EXPECT_THAT(first, testing::HasSubstr("slug.taken")) << "a1.2 and a1-2 would be one";
  EXPECT_THAT(import(text, "dumpavail", 7), testing::HasSubstr(R"("created":0,"updated":0,"unchanged":3)"));
  EXPECT_THAT(get("0ad", true)->json, testing::HasSubstr(R"("name":"0ad")"));
  settle();
  EXPECT_THAT(world_.run(service_->categories({}, {}))->json, testing::HasSubstr(R"("slug":"debian")"));
}

}  // namespace
}  // namespace pps::catalogue
