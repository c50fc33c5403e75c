#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "services/catalogue/api.hpp"
#include "services/catalogue/model.hpp"

/// Debian's AppStream catalogue (DEP-11) as products: docs/guides/catalogue-data.md says where it comes from.
namespace pps::catalogue {

/// Languages that the page speaks beside English.
inline constexpr std::array<std::string_view, 1> kOtherLanguages{"de"};

struct AppstreamIcon {
  std::string name;
  std::int64_t width = 0, height = 0;
};

/// Texts of an entry in one language.
struct AppstreamTexts {
  std::string name, summary, description_html;
  std::vector<std::string> keywords;
};

/// One entry of the catalogue, as far as it is used. Texts are the English ones; beside them those in the other languages of
/// the page (kOtherLanguages).
struct AppstreamEntry {
  std::string type, id, package, name, summary, description_html, developer, project, license, homepage;
  std::vector<std::string> categories, keywords;
  std::map<std::string, AppstreamTexts> other;  ///< By language.
  std::vector<AppstreamIcon> icons;
};

/// Reads components.yml (unpacked). `invalid` "appstream.syntax" with line and column, "appstream.format" if its head
/// is not DEP-11. Entries without type, id or name are left out.
Result<std::vector<AppstreamEntry>> read_appstream(std::string_view yaml);

/// The description as plain text: paragraphs parted by an empty line, list items after `- `. Unknown tags are left out.
std::string plain_text(std::string_view html);

/// The category tree that the products below use, parents first: what CatalogueApi::define_categories takes.
const std::vector<CategoryInput>& appstream_categories();
/// What shoppers of it may mean by a word: what CatalogueApi::set_synonyms takes.
const std::map<std::string, std::vector<std::string>>& appstream_synonyms();
/// Our slugs for what freedesktop.org's menu specification calls it; at least one, most telling first.
std::vector<std::string> categories_of(const AppstreamEntry& entry);

/// What a licence of it costs in euro cents: by its first main category a range, within it a place by the FNV-1a hash
/// of the slug, ending in 90 cents; 4.90 to 138.90 EUR. A boxed copy costs 10 EUR more; dollars are euros times 1.1.
std::int64_t licence_price(const std::vector<std::string>& categories, std::string_view slug);

/// Slugs for all entries, distinct, the same for the same entries: the package's name where it is the only one of its
/// package, else package and id.
std::vector<std::string> slugs_of(const std::vector<AppstreamEntry>& entries);

/// The product: a licence `<slug>-licence` that never runs out, and a boxed copy `<slug>-box` that is kept in stock.
ProductInput appstream_product(const AppstreamEntry& entry, const std::string& slug);

/// Bytes of an icon ("64x64", name); nothing if it is not there.
using IconSource = std::function<std::optional<std::string>(const std::string& size, const std::string& name)>;

/// One line of a `bundle` import: the product and its icons of 128 and 64 pixels.
std::string appstream_bundle(const AppstreamEntry& entry, const std::string& slug, const IconSource& icons);

}  // namespace pps::catalogue
