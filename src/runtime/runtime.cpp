#include "runtime/runtime.hpp"

#include <cstring>

#include "base/result.hpp"

namespace pps::runtime {

std::uint64_t Random::next() {
  std::array<std::uint8_t, 8> bytes{};
  fill(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  PPS_INVARIANT(bound > 0);
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;  // rejection keeps it uniform
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

Uuid new_uuid(Runtime& runtime, std::uint16_t shard) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(runtime.clock.now().time_since_epoch());
  return Uuid::v7(static_cast<std::uint64_t>(ms.count()), shard, runtime.random.next());
}

}  // namespace pps::runtime
