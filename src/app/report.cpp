#include "app/report.hpp"

#include <cstdio>

namespace pps::app {

void report(const Error& error) {
  std::fprintf(stderr, "pps: %s (%s)\n", error.detail.c_str(), error.code.c_str());
  for (const auto& field : error.fields)
    std::fprintf(stderr, "  %s: %s\n", field.pointer.c_str(), field.detail.c_str());
}

int refuse(const Error& error) {
  report(error);
  return 2;
}

Result<config::Config> load_config(const std::optional<std::string>& path,
                                   const std::vector<std::string>& overrides) {
  return config::Config::load(path, config::environment(), overrides);
}

}  // namespace pps::app
