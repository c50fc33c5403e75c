#include "services/orchestrator/reconciliation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/result.hpp"
#include "services/orchestrator/ledger.hpp"

namespace pps::orchestrator {

namespace {
template <std::size_t N>
bool is_one_of(const std::string& state, const std::array<std::string_view, N>& states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

void compare_money(const PurchaseRow& row, const std::optional<payment::PaymentView>& payment, std::vector<Difference>& found) {
  std::int64_t owed = 0;
  if (ledger::standing(row, Effect::capture, -1) == Standing::done) {
    owed = row.total.minor_units;
    for (const auto& line : row.lines) owed -= line.refunded;
  }
  const std::int64_t kept = payment ? payment->captured.minor_units - payment->refunded.minor_units : 0;
  if (kept != owed) found.push_back({"money.kept", fmt::format("the provider kept {}, {} is owed", kept, owed)});
  if (payment && is_one_of<2>(payment->status, {"authorized", "requires_action"}))
    found.push_back({"payment.open", fmt::format("{} is {} at the provider", payment->intent, payment->status)});
}

void compare_line(std::size_t at, bool released, const provisioner::LineAudit& seen, std::vector<Difference>& found) {
  const auto report = [&](const char* code, const char* what, const std::string& state) {
    found.push_back({code, fmt::format("line {}: its {} is {}, the line {} released", at, what, state, released ? "was" : "was not")});
  };
  if (released) {
    if (!is_one_of<2>(seen.hold, {"consumed", "untracked"})) report("hold.not_consumed", "hold", seen.hold);
    if (seen.instance != "active") report("instance.missing", "instance", seen.instance);
    if (seen.fulfilment != "released") report("fulfilment.missing", "fulfilment", seen.fulfilment);
    return;
  }
  if (is_one_of<3>(seen.hold, {"held", "committed", "consumed"})) report("hold.open", "hold", seen.hold);
  if (is_one_of<2>(seen.instance, {"prepared", "active"})) report("instance.open", "instance", seen.instance);
  if (is_one_of<2>(seen.fulfilment, {"prepared", "released"})) report("fulfilment.open", "fulfilment", seen.fulfilment);
}
}  // namespace

std::vector<Difference> differences(const PurchaseRow& row, const Seen& seen) {
  PPS_INVARIANT(seen.lines.size() == row.lines.size());
  std::vector<Difference> found;
  compare_money(row, seen.payment, found);
  for (std::size_t at = 0; at < row.lines.size(); ++at) {
    const bool released = ledger::standing(row, Effect::release, static_cast<std::int64_t>(at)) == Standing::done;
    compare_line(at, released, seen.lines[at], found);
  }
  return found;
}

}  // namespace pps::orchestrator
