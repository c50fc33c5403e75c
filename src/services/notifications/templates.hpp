#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pps::notifications {

struct Text {
  std::string subject, body;
};

/// Fills a template's {names}. Errors `invalid`: "template.unknown", "template.value_missing"
/// (names the value).
Result<Text> fill_template(std::string_view name, const std::map<std::string, std::string>& values);

}  // namespace pps::notifications
