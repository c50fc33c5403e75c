// Ids, times and money read from text: what is accepted, written and read again is the same.
#include <cstdint>
#include <string_view>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"

using namespace pps;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  if (const auto uuid = Uuid::parse(text)) PPS_INVARIANT(Uuid::parse(uuid->to_string()) == uuid);
  if (const auto bytes = Uuid::from_view(text)) PPS_INVARIANT(bytes->view() == text);

  if (const auto at = parse_rfc3339(text)) {
    // Written to the millisecond: a second round changes nothing more.
    const auto written = parse_rfc3339(to_rfc3339(*at));
    PPS_INVARIANT(written.has_value() && to_rfc3339(*written) == to_rfc3339(*at));
  }

  if (const auto parts = parse_effect_id(text))
    PPS_INVARIANT(effect_id(parts->purchase, parts->effect, parts->line).value == text);

  if (const auto currency = Currency::parse(text)) {
    PPS_INVARIANT(currency->to_string() == text);
    PPS_INVARIANT(exponent_of(*currency) >= 0);
  }
  if (is_valid_sku(text)) PPS_INVARIANT(size >= 1 && size <= 64);
  PPS_INVARIANT(shard_of(text, 4096) < 4096 && shard_of(text, 1) == 0);
  return 0;
}
