#include <algorithm>
#include <map>
#include <set>

#include "net/base64.hpp"
#include "services/catalogue/appstream.hpp"
#include "services/catalogue/import_text.hpp"
#include "services/catalogue/text_json.hpp"
#include "services/catalogue/product_input.hpp"

namespace pps::catalogue {
namespace {

struct Shelf {
  const char* slug;
  const char* name;
  const char* parent;
  std::int64_t cheapest = 0, dearest = 0;  ///< Euro cents, of a top-level shelf.
  std::vector<std::string_view> menu;      ///< Names in freedesktop.org's menu specification, registered categories.
};

const std::vector<Shelf>& shelves() {
  static const std::vector<Shelf> table = {
      {"games", "Games", "", 490, 3'990, {"Game"}},
      {"games-logic", "Logic & Puzzle", "games", 0, 0, {"LogicGame", "BlocksGame"}},
      {"games-arcade", "Arcade", "games", 0, 0, {"ArcadeGame"}},
      {"games-action", "Action", "games", 0, 0, {"ActionGame", "Shooter"}},
      {"games-strategy", "Strategy", "games", 0, 0, {"StrategyGame"}},
      {"games-board", "Board & Cards", "games", 0, 0, {"BoardGame", "CardGame"}},
      {"games-adventure", "Adventure & Role Playing", "games", 0, 0, {"AdventureGame", "RolePlaying"}},
      {"games-kids", "For Children", "games", 0, 0, {"KidsGame"}},
      {"games-sports", "Sports & Simulation", "games", 0, 0, {"SportsGame", "Simulation"}},
      {"games-emulators", "Emulators", "games", 0, 0, {"Emulator"}},
      {"graphics", "Graphics & Photography", "", 1'990, 11'990, {"Graphics"}},
      {"graphics-painting", "Painting & Raster", "graphics", 0, 0, {"RasterGraphics", "2DGraphics"}},
      {"graphics-vector", "Vector Drawing", "graphics", 0, 0, {"VectorGraphics", "FlowChart"}},
      {"graphics-3d", "3D Modelling", "graphics", 0, 0, {"3DGraphics"}},
      {"graphics-photography", "Photography", "graphics", 0, 0, {"Photography", "ImageProcessing"}},
      {"graphics-scanning", "Scanning & Text Recognition", "graphics", 0, 0, {"Scanning", "OCR"}},
      {"graphics-publishing", "Publishing & Viewers", "graphics", 0, 0, {"Publishing", "Viewer"}},
      {"multimedia", "Sound & Video", "", 990, 8'990, {"AudioVideo", "AudioVideo;"}},
      {"multimedia-audio", "Audio", "multimedia", 0, 0, {"Audio", "Mixer", "Tuner", "Recorder"}},
      {"multimedia-music", "Music Making", "multimedia", 0, 0, {"Music", "Midi", "Sequencer"}},
      {"multimedia-video", "Video & TV", "multimedia", 0, 0, {"Video", "TV"}},
      {"multimedia-players", "Players", "multimedia", 0, 0, {"Player"}},
      {"multimedia-editing", "Editing", "multimedia", 0, 0, {"AudioVideoEditing"}},
      {"multimedia-discs", "Disc Burning", "multimedia", 0, 0, {"DiscBurning"}},
      {"multimedia-codecs", "Codecs", "multimedia", 0, 0, {}},
      {"development", "Development", "", 1'990, 12'990, {"Development"}},
      {"development-ides", "Editors & IDEs", "development", 0, 0, {"IDE", "GUIDesigner"}},
      {"development-tools", "Tools", "development", 0, 0, {"Debugger", "Profiling", "RevisionControl", "Building"}},
      {"development-web", "Web Development", "development", 0, 0, {"WebDevelopment"}},
      {"development-databases", "Databases", "development", 0, 0, {"Database"}},
      {"office", "Office & Finance", "", 1'490, 9'990, {"Office"}},
      {"office-writing", "Word Processing", "office", 0, 0, {"WordProcessor"}},
      {"office-spreadsheets", "Spreadsheets & Charts", "office", 0, 0, {"Spreadsheet", "Chart", "Presentation"}},
      {"office-calendar", "Calendar & Contacts", "office", 0, 0, {"Calendar", "ContactManagement", "PDA"}},
      {"office-finance", "Finance", "office", 0, 0, {"Finance", "Economy"}},
      {"office-projects", "Project Management", "office", 0, 0, {"ProjectManagement"}},
      {"office-dictionaries", "Dictionaries & Translation", "office", 0, 0, {"Dictionary", "Translation"}},
      {"internet", "Internet & Communication", "", 490, 4'990, {"Network"}},
      {"internet-browsers", "Web Browsers", "internet", 0, 0, {"WebBrowser"}},
      {"internet-mail", "Mail & News", "internet", 0, 0, {"Email", "News", "Feed"}},
      {"internet-chat", "Chat", "internet", 0, 0, {"InstantMessaging", "Chat", "IRCClient", "Telephony",
                                                   "VideoConference", "TelephonyTools"}},
      {"internet-transfer", "File Transfer", "internet", 0, 0, {"FileTransfer", "P2P"}},
      {"internet-remote", "Remote Access", "internet", 0, 0, {"RemoteAccess"}},
      {"internet-radio", "Amateur Radio", "internet", 0, 0, {"HamRadio"}},
      {"science", "Science", "", 2'990, 13'890, {"Science"}},
      {"science-mathematics", "Mathematics", "science", 0, 0, {"Math", "NumericalAnalysis"}},
      {"science-physics", "Physics & Astronomy", "science", 0, 0, {"Physics", "Astronomy"}},
      {"science-chemistry", "Chemistry", "science", 0, 0, {"Chemistry"}},
      {"science-biology", "Biology & Medicine", "science", 0, 0, {"Biology", "MedicalSoftware"}},
      {"science-earth", "Earth & Maps", "science", 0, 0, {"Geography", "Geology", "Geoscience", "Maps"}},
      {"science-engineering", "Engineering & Electronics", "science", 0, 0,
       {"Engineering", "Electronics", "Electricity", "Robotics", "Construction"}},
      {"science-computing", "Computing & Data", "science", 0, 0,
       {"ComputerScience", "ArtificialIntelligence", "DataVisualization"}},
      {"education", "Education", "", 790, 5'990, {"Education"}},
      {"education-languages", "Languages & Literature", "education", 0, 0, {"Languages", "Literature", "Art"}},
      {"system", "System", "", 490, 6'990, {"System", "Settings"}},
      {"system-terminals", "Terminals", "system", 0, 0, {"TerminalEmulator"}},
      {"system-files", "File Managers", "system", 0, 0, {"FileManager", "FileTools", "Filesystem"}},
      {"system-monitors", "Monitoring", "system", 0, 0, {"Monitor"}},
      {"system-security", "Security", "system", 0, 0, {"Security"}},
      {"system-settings", "Settings", "system", 0, 0,
       {"HardwareSettings", "DesktopSettings", "Printing", "PackageManager"}},
      {"utilities", "Utilities", "", 490, 2'990, {"Utility"}},
      {"utilities-text", "Text Editors & Tools", "utilities", 0, 0, {"TextEditor", "TextTools"}},
      {"utilities-archives", "Archives", "utilities", 0, 0, {"Archiving", "Compression"}},
      {"utilities-calculators", "Calculators & Clocks", "utilities", 0, 0, {"Calculator", "Clock"}},
      {"utilities-accessibility", "Accessibility", "utilities", 0, 0, {"Accessibility"}},
      {"addons", "Add-ons", "", 490, 1'490, {}},
      {"fonts", "Fonts", "", 990, 3'990, {}},
      {"input-methods", "Input Methods", "", 490, 1'990, {}},
      {"components", "Libraries & Components", "", 490, 2'990, {}},
  };
  return table;
}

const Shelf* shelf_of(std::string_view slug) {
  for (const Shelf& shelf : shelves())
    if (slug == shelf.slug) return &shelf;
  return nullptr;
}

std::string slug_from(std::string_view text) {
  std::string slug;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      slug += c;
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  slug.resize(std::min<std::size_t>(slug.size(), 50));  // a SKU adds "-licence" and may have 64
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

std::vector<std::string> keywords_of(const std::vector<std::string>& keywords) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const std::string& keyword : keywords)
    if (!keyword.empty() && out.size() < 50 && seen.insert(cut(keyword, 60)).second) out.push_back(cut(keyword, 60));
  return out;
}

Texts texts_of(const AppstreamTexts& from) {
  Texts texts;
  if (!from.name.empty()) texts.name = cut(from.name, 200);
  if (!from.summary.empty()) texts.summary = cut(from.summary, 500);
  if (!from.description_html.empty()) texts.description = cut(plain_text(from.description_html), 20'000);
  texts.keywords = keywords_of(from.keywords);
  return texts;
}

}  // namespace

const std::vector<CategoryInput>& appstream_categories() {
  static const std::vector<CategoryInput> tree = [] {
    std::vector<CategoryInput> out;
    for (const Shelf& shelf : shelves()) out.push_back({shelf.slug, shelf.name, shelf.parent});
    return out;
  }();
  return tree;
}

std::vector<std::string> categories_of(const AppstreamEntry& entry) {
  static const std::map<std::string_view, const Shelf*> by_menu = [] {
    std::map<std::string_view, const Shelf*> out;
    for (const Shelf& shelf : shelves())
      for (const std::string_view name : shelf.menu) out.emplace(name, &shelf);
    return out;
  }();
  static const std::map<std::string_view, std::string_view> by_type = {
      {"addon", "addons"},         {"font", "fonts"},        {"inputmethod", "input-methods"},
      {"codec", "multimedia-codecs"}, {"icon-theme", "graphics"}, {"console-application", "utilities"}};
  std::set<std::string> mains;
  std::vector<std::string> subs;
  for (const std::string& name : entry.categories) {
    const auto found = by_menu.find(name);
    if (found == by_menu.end()) continue;
    const Shelf& shelf = *found->second;
    if (*shelf.parent == '\0')
      mains.insert(shelf.slug);
    else if (std::find(subs.begin(), subs.end(), shelf.slug) == subs.end())
      subs.emplace_back(shelf.slug);
  }
  std::vector<std::string> out;
  for (const std::string& sub : subs) {
    out.push_back(sub);
    mains.erase(shelf_of(sub)->parent);  // a sub-category says it more exactly
  }
  out.insert(out.end(), mains.begin(), mains.end());
  if (out.empty()) {
    const auto type = by_type.find(entry.type);
    out.emplace_back(type == by_type.end() ? "components" : type->second);
  }
  out.resize(std::min<std::size_t>(out.size(), 20));
  return out;
}

std::int64_t licence_price(const std::vector<std::string>& categories, std::string_view slug) {
  const Shelf* shelf = categories.empty() ? nullptr : shelf_of(categories.front());
  if (shelf && *shelf->parent != '\0') shelf = shelf_of(shelf->parent);
  const std::int64_t cheapest = shelf ? shelf->cheapest : 490;
  const std::int64_t dearest = shelf ? shelf->dearest : 2'990;
  return price_between(cheapest, dearest, slug);
}

std::vector<std::string> slugs_of(const std::vector<AppstreamEntry>& entries) {
  std::map<std::string, int> of_package;
  for (const AppstreamEntry& entry : entries) ++of_package[entry.package];
  std::vector<std::string> slugs;
  std::set<std::string> taken;
  for (const AppstreamEntry& entry : entries) {
    const bool alone = !entry.package.empty() && of_package[entry.package] == 1;
    std::string tail = entry.id.ends_with(".desktop") ? entry.id.substr(0, entry.id.size() - 8) : entry.id;
    tail = tail.substr(tail.rfind('.') + 1);
    std::string slug = slug_from(alone || slug_from(tail) == slug_from(entry.package) ? entry.package
                                                                                      : entry.package + "-" + tail);
    if (slug.empty()) slug = slug_from("app-" + entry.id);
    std::string free = slug;
    for (int n = 2; !taken.insert(free).second; ++n) free = slug + "-" + std::to_string(n);
    slugs.push_back(std::move(free));
  }
  return slugs;
}

ProductInput appstream_product(const AppstreamEntry& entry, const std::string& slug) {
  ProductInput product;
  product.slug = slug;
  product.name = cut(entry.name, 200);
  product.kind = "licence";
  product.status = "active";
  if (!entry.summary.empty()) product.summary = cut(entry.summary, 500);
  if (!entry.description_html.empty()) product.description = cut(plain_text(entry.description_html), 20'000);
  const std::string& brand = entry.developer.empty() ? entry.project : entry.developer;
  if (!brand.empty()) product.brand = cut(brand, 120);
  product.categories = categories_of(entry);
  product.tags = keywords_of(entry.keywords);
  for (const auto& [language, texts] : entry.other) product.texts.emplace(language, texts_of(texts));
  const std::pair<const char*, const std::string&> attributes[] = {{"homepage", entry.homepage},
                                                                   {"license", entry.license},
                                                                   {"package", entry.package},
                                                                   {"project", entry.project},
                                                                   {"type", entry.type}};
  for (const auto& [name, value] : attributes)
    if (!value.empty()) product.attributes.emplace(name, cut(value, 200));
  const std::int64_t price = licence_price(product.categories, slug);
  Variant licence{.sku = slug + "-licence", .name = "Licence", .prices = prices_of(price), .stock_tracked = false};
  Variant box{.sku = slug + "-box", .name = "Boxed copy", .kind = "physical", .prices = prices_of(price + 1'000)};
  product.variants = {std::move(licence), std::move(box)};
  return product;
}

std::string appstream_bundle(const AppstreamEntry& entry, const std::string& slug, const IconSource& icons) {
  JsonObject out;
  out.raw("product", write_product_input(appstream_product(entry, slug)));
  JsonArray images;
  for (const std::int64_t pixels : {128, 64})
    for (const AppstreamIcon& icon : entry.icons) {
      const std::string size = std::to_string(pixels) + "x" + std::to_string(pixels);
      const bool png = icon.name.ends_with(".png");
      if (icon.width != pixels || icon.height != pixels || !png) continue;
      const std::optional<std::string> bytes = icons(size, icon.name);
      if (!bytes) continue;
      JsonObject image;
      image.text("name", "icon-" + std::to_string(pixels) + ".png").text("media_type", "image/png");
      image.number("width", pixels).number("height", pixels).text("alt", "Icon of " + cut(entry.name, 200));
      image.text("base64", net::base64_encode({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}));
      images.raw(image.take());
      break;
    }
  out.raw("images", images.take());
  return out.take();
}

}  // namespace pps::catalogue
