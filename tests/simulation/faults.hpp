#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "runtime/simulated.hpp"

namespace pps::simulation {

enum class Fault { none, drop, delay, twice, unknown, crash };
inline constexpr std::array kFaults{Fault::drop, Fault::delay, Fault::twice, Fault::unknown, Fault::crash};
std::string_view name_of(Fault fault);

/// What happens to one exchange: one fault, before the callee did its work or after it.
struct Fate {
  Fault fault = Fault::none;
  bool after = false;
  Duration wait{};  ///< Of a delay, or until the repetition of a doubled exchange.
};

/// Chooses what goes wrong and counts what did.
class Faults {
 public:
  Faults(runtime::Random& random, std::uint64_t per_thousand) : random_(random), per_thousand_(per_thousand) {}

  /// From now on nothing goes wrong any more.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  Fate decide();
  bool chance(std::uint64_t per_thousand);
  Duration between(Duration least, Duration most);
  /// Uniform in [least, most].
  std::int64_t number(std::int64_t least, std::int64_t most);

  void happened(const std::string& effect, Fate fate);
  /// By effect; each array is kFaults before, then kFaults after.
  using Counts = std::map<std::string, std::array<std::uint64_t, 2 * kFaults.size()>>;
  const Counts& counts() const { return counts_; }

 private:
  runtime::Random& random_;
  std::uint64_t per_thousand_;
  bool stopped_ = false;
  Counts counts_;
};

}  // namespace pps::simulation
