#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "services/catalogue/repository.hpp"

namespace pps::catalogue {

/// The tree of categories, in memory: a few hundred names. Loop-confined.
class CategoryTree {
 public:
  void put(const std::string& slug, CategoryRow row) { rows_[slug] = std::move(row); }
  /// Whether these may be added: slugs and names of the right form, parents that are known and no circle. `invalid`
  /// "fields.invalid" with pointers such as /categories/3/parent.
  Result<void> check(const std::vector<CategoryInput>& categories) const;

  /// Exactly as it is said here.
  bool has(const CategoryInput& category) const {
    const auto row = rows_.find(category.slug);
    return row != rows_.end() && row->second.name == category.name && row->second.parent == category.parent;
  }
  /// A category's name; one that only products name is called after its slug ("mail-clients": "Mail clients").
  std::string name_of(const std::string& slug) const;
  /// The categories themselves and everything above them, each once.
  std::vector<std::string> with_ancestors(const std::vector<std::string>& slugs) const;
  /// The whole reply of list_categories. @param counts products by slug, ancestors counted; those without are left out.
  std::string tree_json(const std::map<std::string, std::uint64_t>& counts) const;

 private:
  std::map<std::string, CategoryRow> rows_;
};

}  // namespace pps::catalogue
