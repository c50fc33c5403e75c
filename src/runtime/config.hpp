#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace pps::config {

/// Where a value was set, for error messages: `pps.toml:12`, `PPS_NET_PORT in the environment`, `--set net.port`.
struct Origin {
  std::string text;
};

/// The merged configuration: TOML file < environment (`PPS_NET_PORT` for `net.port`) < flags (`--set net.port=8080`).
/// Each module reads its keys through `get_*`, which notes them as known and collects errors; `finish` then names
/// every wrong value and every key that nobody knows, with its place. Values are scalars or lists of strings.
class Config {
 public:
  /// Errors `invalid` `config.syntax` with file, line and column; `not_found` `config.file`.
  static Result<Config> load(const std::optional<std::string>& path, const std::map<std::string, std::string>& environment,
                             const std::vector<std::string>& overrides);
  static Config empty();
  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;
  ~Config();

  /// Dotted key; the default when absent. A wrong type or a value out of range is recorded, and the default returned.
  std::string get_string(std::string_view key, std::string_view fallback);
  std::int64_t get_int(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most);
  bool get_bool(std::string_view key, bool fallback);
  /// "250ms", "5s", "10m", "1h", "90d".
  Duration get_duration(std::string_view key, Duration fallback);
  std::vector<std::string> get_list(std::string_view key, std::vector<std::string> fallback);
  bool has(std::string_view key) const;

  /// Records an error against a key that was read ("must be an https URL").
  void refuse(std::string_view key, std::string detail);
  /// `invalid` `config.invalid` with one field error per wrong or unknown key (pointer = key, detail names the place).
  Result<void> finish();

 private:
  Config();
  struct State;
  std::unique_ptr<State> state_;
};

/// The process's environment variables that begin with PPS_.
std::map<std::string, std::string> environment();
/// Takes them out of the environment, so that programs started from here do not read them.
void clear_environment();

}  // namespace pps::config
