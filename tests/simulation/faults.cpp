#include "faults.hpp"

namespace pps::simulation {

std::string_view name_of(Fault fault) {
  constexpr std::array<std::string_view, 6> kNames{"none", "drop", "delay", "double", "unknown", "crash"};
  return kNames[static_cast<std::size_t>(fault)];
}

bool Faults::chance(std::uint64_t per_thousand) { return !stopped_ && random_.below(1000) < per_thousand; }

std::int64_t Faults::number(std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most - least) + 1));
}

Duration Faults::between(Duration least, Duration most) { return Duration(number(least.count(), most.count())); }

Fate Faults::decide() {
  if (!chance(per_thousand_)) return {};
  Fate fate;
  fate.fault = kFaults[random_.below(kFaults.size())];
  fate.after = random_.below(2) == 1;
  fate.wait = between(std::chrono::milliseconds(1), std::chrono::milliseconds(200));
  // Sometimes later than anybody waits for it.
  if (random_.below(4) == 0) fate.wait = between(std::chrono::milliseconds(200), std::chrono::seconds(6));
  return fate;
}

void Faults::happened(const std::string& effect, Fate fate) {
  const std::size_t at = static_cast<std::size_t>(fate.fault) - 1 + (fate.after ? kFaults.size() : 0);
  ++counts_[effect][at];
}

}  // namespace pps::simulation
