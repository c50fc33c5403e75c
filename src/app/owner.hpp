#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pps::app {

/// A data folder as a command names it.
struct DataFolder {
  std::optional<std::string> data;       ///< PPS's, or a demo's (which has PPS's in `pps`); absent: the configuration's.
  std::optional<std::string> config;     ///< TOML file; absent: a demo's own `pps.toml`, else none.
  std::vector<std::string> overrides;    ///< "key=value"
};

/// Whoever can perform operations on a data folder: the server that owns it, through its socket, or
/// this process, which opens the folder itself with the shop's configuration (Scope::upkeep). Blocks; for commands.
class Owner {
 public:
  /// Errors: `not_found` "data.missing"; those of the configuration and of opening.
  static Result<Owner> find(DataFolder folder);
  Owner(Owner&&) noexcept;
  ~Owner();
  /// One operation (app/operations.hpp); the value of `ok` as JSON text. Error: the operation's,
  /// `invalid` with its code.
  Result<std::string> perform(const std::string& line);

 private:
  Owner();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pps::app
