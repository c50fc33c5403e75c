#include <stdlib.h>
#include <unistd.h>

#include "runtime/config.hpp"

namespace pps::config {

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (text.starts_with("PPS_") && equals != std::string_view::npos)
      found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

void clear_environment() {
  for (const auto& [name, value] : environment()) ::unsetenv(name.c_str());
}

}  // namespace pps::config
