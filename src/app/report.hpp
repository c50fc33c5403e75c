#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/config.hpp"

namespace pps::app {

/// Writes an error and its fields to standard error.
void report(const Error& error);
/// report, and the exit status 2.
int refuse(const Error& error);
/// The file, then the environment's PPS_*, then `--set key=value`.
Result<config::Config> load_config(const std::optional<std::string>& path,
                                   const std::vector<std::string>& overrides);

}  // namespace pps::app
