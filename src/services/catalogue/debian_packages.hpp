#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "services/catalogue/api.hpp"
#include "services/catalogue/model.hpp"

/// Debian's packages as `apt-cache dumpavail` writes them, as products: a large real catalogue. The format is that of deb-control(5):
/// stanzas parted by an empty line, of `Name: value` and lines that go on with a space.
namespace pps::catalogue {

/// A stanza's fields, by their names as they are written.
using Stanza = std::map<std::string, std::string, std::less<>>;

/// Cuts text that comes in pieces into stanzas. One that is longer than 256 KiB, or a line that is neither a field nor goes on,
/// is refused with its line; the next one is read again.
class StanzaReader {
 public:
  struct Item {
    std::int64_t line = 0;  ///< Where it begins, from 1.
    Stanza stanza;
    std::optional<Error> refused;  ///< `invalid` "package.syntax", "line.too_long".
  };
  /// Those that are whole up to here. @param last no more will come.
  std::vector<Item> take(std::string_view piece, bool last);

 private:
  void end_line(std::vector<Item>& out);
  void end_stanza(std::vector<Item>& out);
  std::string line_, field_;
  Item item_;
  std::size_t bytes_ = 0;
  std::int64_t lines_ = 0;
};

/// Its address: letters and digits stay, `+` is "plus", a dot between digits a hyphen and elsewhere "dot".
std::string package_slug(std::string_view package);

/// A licence of it that never runs out. Its section is its category, debtags are attributes (role, interface, implemented_in,
/// uitoolkit, made_of, suite: the first of each) and words it is found by. `invalid` "package.incomplete": no name.
Result<ProductInput> package_product(const Stanza& stanza);

/// The sections as categories under `debian`: what CatalogueApi::define_categories takes.
const std::vector<CategoryInput>& package_categories();

}  // namespace pps::catalogue
