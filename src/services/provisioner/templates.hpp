#pragma once

#include <string_view>

namespace pps::provisioner {

/// What a product's kind decides about its delivery.
struct Template {
  std::string_view kind;
  bool needs_address = false;  ///< Goes to a shipping address.
};

/// Null for a kind that nobody here can deliver.
const Template* find_template(std::string_view kind);

}  // namespace pps::provisioner
