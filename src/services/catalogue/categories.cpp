#include "services/catalogue/categories.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "services/catalogue/text_json.hpp"

namespace pps::catalogue {

Result<void> CategoryTree::check(const std::vector<CategoryInput>& categories) const {
  Error error{ErrorKind::invalid, "fields.invalid", "A category was refused; see errors."};
  std::map<std::string, std::string> parents;
  for (const auto& [slug, row] : rows_) parents[slug] = row.parent;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const CategoryInput& category = categories[i];
    const auto refuse = [&](const char* field, const char* code, const char* detail) {
      error.fields.push_back({"/categories/" + std::to_string(i) + "/" + field, code, detail});
    };
    if (!is_slug(category.slug)) refuse("slug", "field.format", "slug must be small letters, digits and hyphens");
    if (category.name.empty() || category.name.size() > 120) refuse("name", "field.length", "name must have 1 to 120 bytes");
    if (!category.parent.empty() && !parents.contains(category.parent))
      refuse("parent", "category.unknown", "define the parent before this category");
    parents[category.slug] = category.parent;
    std::set<std::string> seen;
    for (std::string at = category.slug; !at.empty(); at = parents.contains(at) ? parents[at] : std::string())
      if (!seen.insert(at).second) {
        refuse("parent", "category.circle", "a category cannot stand below itself");
        parents[category.slug].clear();
        break;
      }
  }
  if (error.fields.empty()) return {};
  return fail(std::move(error));
}

std::string CategoryTree::name_of(const std::string& slug) const {
  if (const auto row = rows_.find(slug); row != rows_.end()) return row->second.name;
  std::string name = slug;
  std::replace(name.begin(), name.end(), '-', ' ');
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::vector<std::string> CategoryTree::with_ancestors(const std::vector<std::string>& slugs) const {
  std::vector<std::string> out;
  for (std::string slug : slugs)
    while (!slug.empty() && std::find(out.begin(), out.end(), slug) == out.end()) {
      out.push_back(slug);
      const auto row = rows_.find(slug);
      slug = row == rows_.end() ? std::string() : row->second.parent;
    }
  return out;
}

std::string CategoryTree::tree_json(const std::map<std::string, std::uint64_t>& counts) const {
  std::map<std::string, std::vector<std::string>> children;
  for (const auto& [slug, count] : counts) {
    const auto row = rows_.find(slug);
    if (count > 0) children[row == rows_.end() ? std::string() : row->second.parent].push_back(slug);
  }
  const std::function<std::string(const std::string&)> below = [&](const std::string& parent) {
    std::vector<std::string>& slugs = children[parent];
    std::sort(slugs.begin(), slugs.end(),
              [this](const auto& a, const auto& b) { return std::pair(name_of(a), a) < std::pair(name_of(b), b); });
    JsonArray items;
    for (const std::string& slug : slugs) {
      JsonObject one;
      one.text("slug", slug).text("name", name_of(slug));
      one.number("product_count", static_cast<std::int64_t>(counts.at(slug)));
      one.raw("children", below(slug));
      items.raw(one.take());
    }
    return items.take();
  };
  JsonObject out;
  out.raw("items", below(""));
  return out.take();
}

}  // namespace pps::catalogue
