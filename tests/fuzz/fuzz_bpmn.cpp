// Process files: read or refused; what is accepted can be run, and an instance's row gives back
// what was written.
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "workflow/effect_check.hpp"
#include "workflow/engine.hpp"

using namespace pps;
using namespace pps::workflow;

namespace {

/// The event that the next byte chooses, if the instance waits for one.
std::optional<Event> next_event(const State& state, std::uint8_t byte) {
  const auto at = [&](const auto& items) { return items[(byte >> 2) % items.size()]; };
  const Timestamp now = from_unix_us(static_cast<std::int64_t>(state.steps) * 1'000'000);
  if ((byte & 3) == 0 && !state.timers.empty()) return Event{now, TimerFired{at(state.timers).id}};
  if ((byte & 3) == 1 && !state.subscriptions.empty()) {
    const Subscription open = at(state.subscriptions);
    return Event{now, MessageArrived{open.name, open.correlation, {}, false}};
  }
  if ((byte & 3) == 2 && !state.jobs.empty())
    return Event{now, ErrorThrown{at(state.jobs).id, "refused", {}}};
  if (!state.jobs.empty())
    return Event{now, JobCompleted{at(state.jobs).id, {{"confirmed", true}}}};
  if (!state.incidents.empty()) return Event{now, IncidentResolved{at(state.incidents).id, {}}};
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto definition = deploy(text, 1);
  if (!definition) {
    PPS_INVARIANT(definition.error().kind == ErrorKind::invalid);
    return 0;
  }
  State state = fresh(**definition);
  auto taken = step(**definition, state, {Timestamp{}, Started{{{"purchase_id", "p"}}}});
  for (std::size_t i = 0; taken && i < 64 && i < size; ++i) {
    state = std::move(taken->state);
    const auto read = decode_state(encode_state(state));
    PPS_INVARIANT(read.has_value() && *read == state);
    const auto event = next_event(state, data[size - 1 - i]);
    if (!event) break;
    taken = step(**definition, state, *event);
    if (!taken) taken = Step{state, {}};
  }
  return 0;
}
