#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace pps::app {

/// Whoever can perform operations on a data folder: the server that owns it, through its socket, or
/// this process, which opens the folder itself. Blocks; for commands.
class Owner {
 public:
  /// @param data PPS's data folder, or a demo's (which has PPS's in `pps`). Errors: `not_found`
  /// "data.missing"; those of opening.
  static Result<Owner> find(std::string data);
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
