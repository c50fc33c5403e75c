// Expressions: parsed or refused, and total once parsed; a value written as a literal is read back
// as that value. The same bytes as stored variables and as an instance's row: read or refused.
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "workflow/state.hpp"

using namespace pps;
using namespace pps::workflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Values kVariables = {
      {"a", 5}, {"b", "text"}, {"c", List{1, 2}}, {"d", Values{{"e", true}}}};
  if (const auto expression = Expression::parse(text)) {
    const Value value = expression->evaluate(kVariables);
    const auto again = Expression::parse(to_feel(value));
    if (again) PPS_INVARIANT(again->evaluate({}) == value);
  }
  if (const auto number = Number::parse(text))
    PPS_INVARIANT(Number::parse(number->to_string()) == number);
  if (const auto duration = parse_duration(text)) PPS_INVARIANT(duration->count() >= 0);
  if (const auto values = decode_values(text))
    PPS_INVARIANT(decode_values(encode_values(*values)) == *values);
  if (const auto state = decode_state(text))
    PPS_INVARIANT(decode_state(encode_state(*state)) == *state);
  return 0;
}
