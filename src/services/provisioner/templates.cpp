#include "services/provisioner/templates.hpp"

#include <algorithm>
#include <array>

namespace pps::provisioner {

const Template* find_template(std::string_view kind) {
  static constexpr std::array kTemplates{
      Template{.kind = "physical", .needs_address = true},
      Template{.kind = "licence"},
  };
  const auto it = std::ranges::find(kTemplates, kind, &Template::kind);
  return it == kTemplates.end() ? nullptr : &*it;
}

}  // namespace pps::provisioner
