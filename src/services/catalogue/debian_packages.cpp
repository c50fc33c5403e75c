#include "services/catalogue/debian_packages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "services/catalogue/import_text.hpp"

namespace pps::catalogue {
namespace {

constexpr std::size_t kMostStanza = 256 * 1024;
/// What debtags say of a facet that nobody has sorted a package by yet.
constexpr std::string_view kUnsorted = "TO" "DO";

struct Section {
  const char* slug;
  const char* name;
  std::int64_t cheapest, dearest;  ///< Euro cents.
};
constexpr std::array kSections{
    Section{"admin", "Administration", 1490, 4990},       Section{"cli-mono", "Mono and CLI", 990, 2990},
    Section{"comm", "Communication", 990, 3990},          Section{"database", "Databases", 2990, 13890},
    Section{"debug", "Debug symbols", 490, 990},          Section{"devel", "Development", 1990, 8990},
    Section{"doc", "Documentation", 490, 1490},           Section{"editors", "Editors", 990, 4990},
    Section{"education", "Education", 990, 3990},         Section{"electronics", "Electronics", 1990, 8990},
    Section{"embedded", "Embedded", 1990, 6990},          Section{"fonts", "Fonts", 490, 2990},
    Section{"games", "Games", 490, 3990},                 Section{"gnome", "GNOME", 490, 2990},
    Section{"gnu-r", "GNU R", 990, 3990},                 Section{"gnustep", "GNUstep", 490, 1990},
    Section{"graphics", "Graphics", 990, 6990},           Section{"hamradio", "Amateur radio", 990, 4990},
    Section{"haskell", "Haskell", 490, 1990},             Section{"httpd", "Web servers", 1990, 8990},
    Section{"interpreters", "Interpreters", 990, 4990},   Section{"introspection", "Introspection", 490, 990},
    Section{"java", "Java", 490, 2990},                   Section{"javascript", "JavaScript", 490, 1990},
    Section{"kde", "KDE", 490, 2990},                     Section{"kernel", "Kernel", 1990, 6990},
    Section{"libdevel", "Library development", 490, 1990}, Section{"libs", "Libraries", 490, 2490},
    Section{"lisp", "Lisp", 490, 1990},                   Section{"localization", "Languages", 490, 990},
    Section{"mail", "Mail", 990, 4990},                   Section{"math", "Mathematics", 1990, 8990},
    Section{"metapackages", "Collections", 1990, 9990},   Section{"misc", "Miscellaneous", 490, 2990},
    Section{"net", "Network", 990, 5990},                 Section{"news", "News", 490, 1990},
    Section{"ocaml", "OCaml", 490, 1990},                 Section{"oldlibs", "Old libraries", 490, 990},
    Section{"otherosfs", "Other systems", 990, 3990},     Section{"perl", "Perl", 490, 1990},
    Section{"php", "PHP", 490, 1990},                     Section{"python", "Python", 490, 2490},
    Section{"ruby", "Ruby", 490, 1990},                   Section{"rust", "Rust", 490, 1990},
    Section{"science", "Science", 2990, 13890},           Section{"shells", "Shells", 490, 2490},
    Section{"sound", "Sound", 990, 5990},                 Section{"tasks", "Tasks", 990, 2990},
    Section{"tex", "TeX", 990, 3990},                     Section{"text", "Text processing", 490, 3990},
    Section{"utils", "Utilities", 490, 3990},             Section{"vcs", "Version control", 990, 4990},
    Section{"video", "Video", 990, 6990},                 Section{"web", "Web", 990, 4990},
    Section{"x11", "X Window System", 490, 2490},         Section{"xfce", "Xfce", 490, 1990},
    Section{"zope", "Zope", 490, 1990}};

std::string field(const Stanza& stanza, std::string_view name) {
  const auto found = stanza.find(name);
  return found == stanza.end() ? std::string() : found->second;
}

/// "contrib/net" is net.
std::string section_of(const Stanza& stanza) {
  const std::string section = field(stanza, "Section");
  const std::string slug = section.substr(section.rfind('/') + 1);
  return is_slug(slug) ? slug : "misc";
}

/// Within the section's range a place by the name, ending in 90 cents.
std::int64_t price_of(std::string_view section, std::string_view package) {
  const auto found = std::find_if(kSections.begin(), kSections.end(), [&](const Section& one) { return section == one.slug; });
  return found == kSections.end() ? price_between(490, 2990, package) : price_between(found->cheapest, found->dearest, package);
}

/// `_` stands for what a SKU cannot have: no name of a package has one.
std::string sku_of(std::string_view package) {
  std::string sku(package);
  std::replace(sku.begin(), sku.end(), '+', '_');
  if (sku.size() > 60) sku = sku.substr(0, 43) + fmt::format("-{:016x}", fnv1a(package));
  return sku;
}

/// "Jane Doe <jane@example.com>" is Jane Doe.
std::string maintainer_of(const Stanza& stanza) {
  std::string name = field(stanza, "Maintainer");
  name.resize(std::min(name.size(), name.find('<')));
  while (!name.empty() && (name.back() == ' ' || name.back() == '"')) name.pop_back();
  if (!name.empty() && name.front() == '"') name.erase(0, 1);
  return cut(std::move(name), 120);
}

void add_tags(const std::string& tags, ProductInput& product) {
  static const std::set<std::string_view> kAttributes{"role", "interface", "implemented-in", "uitoolkit", "made-of", "suite"};
  std::set<std::string> words;
  for (std::size_t at = 0; at < tags.size();) {
    const std::size_t comma = std::min(tags.find(',', at), tags.size());
    std::string_view tag = std::string_view(tags).substr(at, comma - at);
    at = comma + 1;
    while (!tag.empty() && (tag.front() == ' ' || tag.front() == '\n')) tag.remove_prefix(1);
    const std::size_t colons = tag.find("::");
    if (colons == std::string_view::npos) continue;
    std::string facet(tag.substr(0, colons)), value(tag.substr(colons + 2));
    while (!value.empty() && (value.back() == ' ' || value.back() == '\n')) value.pop_back();
    if (value.empty() || value == kUnsorted) continue;
    if (kAttributes.contains(facet)) {
      std::replace(facet.begin(), facet.end(), '-', '_');
      product.attributes.emplace(std::move(facet), cut(value, 200));
      continue;
    }
    std::replace(value.begin(), value.end(), '-', ' ');
    if (words.size() < 50) words.insert(cut(std::move(value), 60));
  }
  product.tags.assign(words.begin(), words.end());
}

}  // namespace

std::vector<StanzaReader::Item> StanzaReader::take(std::string_view piece, bool last) {
  std::vector<Item> out;
  for (const char c : piece) {
    if (c == '\n')
      end_line(out);
    else if (bytes_++ < kMostStanza && c != '\r')
      line_ += c;
  }
  if (last && !line_.empty()) end_line(out);
  if (last) end_stanza(out);
  return out;
}

void StanzaReader::end_line(std::vector<Item>& out) {
  ++lines_;
  std::string line = std::move(line_);
  line_.clear();
  if (line.find_first_not_of(" \t") == std::string::npos && !line.starts_with(' ')) return end_stanza(out);
  if (item_.line == 0) item_.line = lines_;
  if (item_.refused) return;
  if (bytes_ >= kMostStanza) {
    item_.refused = Error{ErrorKind::invalid, "line.too_long", fmt::format("a package may have at most {} bytes", kMostStanza)};
    return;
  }
  const bool goes_on = line.front() == ' ' || line.front() == '\t';
  if (goes_on && !field_.empty()) {
    item_.stanza[field_] += "\n" + line.substr(1);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string::npos || line.front() == ' ') {
    item_.refused = Error{ErrorKind::invalid, "package.syntax", fmt::format("line {} is neither a field nor goes on with one", lines_)};
    return;
  }
  field_ = line.substr(0, colon);
  std::size_t value = colon + 1;
  while (value < line.size() && line[value] == ' ') ++value;
  item_.stanza[field_] = line.substr(value);
}

void StanzaReader::end_stanza(std::vector<Item>& out) {
  if (item_.line > 0) out.push_back(std::move(item_));
  item_ = Item{};
  field_.clear();
  bytes_ = 0;
}

std::string package_slug(std::string_view package) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string slug;
  for (std::size_t i = 0; i < package.size(); ++i) {
    const char c = package[i];
    const bool between = i > 0 && i + 1 < package.size() && is_digit(package[i - 1]) && is_digit(package[i + 1]);
    if ((c >= 'a' && c <= 'z') || is_digit(c))
      slug += c;
    else
      slug += c == '+' ? "-plus-" : c == '.' && !between ? "-dot-" : slug.ends_with('-') && c == '-' ? "dash-" : "-";
  }
  std::string clean;
  for (const char c : slug)
    if (c != '-' || (!clean.empty() && clean.back() != '-')) clean += c;
  while (!clean.empty() && clean.back() == '-') clean.pop_back();
  if (clean.size() > 100) clean = clean.substr(0, 83) + fmt::format("-{:016x}", fnv1a(package));
  return clean;
}

Result<ProductInput> package_product(const Stanza& stanza) {
  const std::string package = field(stanza, "Package");
  ProductInput product;
  product.slug = package_slug(package);
  if (product.slug.empty()) return fail(ErrorKind::invalid, "package.incomplete", "a package must have a field Package");
  product.name = cut(package, 200);
  product.kind = "licence";
  product.status = "active";
  const std::string description = field(stanza, "Description");
  const std::size_t line = std::min(description.find('\n'), description.size());
  if (line > 0) product.summary = cut(description.substr(0, line), 500);
  if (line < description.size()) product.description = cut(description.substr(line + 1), 20'000);
  if (std::string maintainer = maintainer_of(stanza); !maintainer.empty()) product.brand = std::move(maintainer);
  const std::string section = section_of(stanza);
  product.categories = {"debian-" + section};
  add_tags(field(stanza, "Tag"), product);
  const std::pair<const char*, const char*> attributes[] = {{"version", "Version"},   {"architecture", "Architecture"},
                                                            {"homepage", "Homepage"}, {"priority", "Priority"},
                                                            {"source", "Source"},     {"installed_size", "Installed-Size"}};
  for (const auto& [name, of] : attributes)
    if (std::string value = field(stanza, of); !value.empty()) product.attributes.emplace(name, cut(std::move(value), 200));
  product.variants = {Variant{.sku = sku_of(package),
                              .name = "Licence",
                              .prices = prices_of(price_of(section, package)),
                              .stock_tracked = false}};
  return product;
}

const std::vector<CategoryInput>& package_categories() {
  static const std::vector<CategoryInput> tree = [] {
    std::vector<CategoryInput> out{{"debian", "Debian packages", ""}};
    for (const Section& section : kSections) out.push_back({std::string("debian-") + section.slug, section.name, "debian"});
    return out;
  }();
  return tree;
}

}  // namespace pps::catalogue
