// What the process engine itself costs: processes/purchase.bpmn from its start to completed, step
// by step, as the runner does it without its commits. Compare with the budget of one purchase, 400
// µs over all of PPS.
#include <fmt/core.h>

#include <fstream>
#include <sstream>

#include "runtime/loop.hpp"
#include "workflow/effect_check.hpp"
#include "workflow/engine.hpp"

namespace {

using namespace pps;
using namespace pps::workflow;

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

Values order() {
  Values variables = {{"purchase_id", "019b76da-a800-7001-86dd-968e6892a32d"},
                      {"customer", "019b76da-a800-7001-86dd-968e6892a32e"}};
  List lines;
  for (int i = 0; i < 3; ++i)
    lines.push_back(Values{{"sku", "BOX-0001"}, {"quantity", i + 1}, {"total", 1999}});
  variables["lines"] = std::move(lines);
  return variables;
}

struct Counted {
  std::uint64_t steps = 0, bytes = 0, rows = 0;
};

/// @param stored whether each step's row is written as well.
void purchase(const Definition& definition, const Values& variables, bool stored,
              Counted& counted) {
  State state = fresh(definition);
  Event event{Timestamp{}, Started{variables}};
  for (;;) {
    Result<Step> next = step(definition, state, event);
    PPS_INVARIANT(next.has_value());
    state = std::move(next->state);
    ++counted.steps;
    if (stored) {
      counted.bytes += encode_state(state).size();
      ++counted.rows;
    }
    if (state.phase == Phase::completed) return;
    event = {Timestamp{}, JobCompleted{state.jobs.at(0).id, {{"requires_action", false}}}};
  }
}

Duration measure(const runtime::Clock& clock, int times, const std::function<void()>& work) {
  const Duration begin = clock.monotonic();
  for (int i = 0; i < times; ++i) work();
  return clock.monotonic() - begin;
}

}  // namespace

int main() {
  runtime::Loop loop;
  const runtime::Clock& clock = loop.runtime().clock;
  const std::string xml = read_file(PPS_SOURCE_DIR "/processes/purchase.bpmn");
  const auto deployed = deploy(xml, 1);
  PPS_INVARIANT(deployed.has_value());
  const Values variables = order();
  constexpr int kPurchases = 50'000;

  Counted steps, stored;
  purchase(**deployed, variables, true, stored);
  stored = {};
  const Duration plain =
      measure(clock, kPurchases, [&] { purchase(**deployed, variables, false, steps); });
  const Duration written =
      measure(clock, kPurchases, [&] { purchase(**deployed, variables, true, stored); });
  const Duration deploys = measure(clock, 200, [&] { PPS_INVARIANT(deploy(xml, 1).has_value()); });

  const auto each = [](Duration total, double count) {
    return static_cast<double>(total.count()) / count;
  };
  fmt::print("purchase.bpmn, start to completed, {} steps\n", steps.steps / kPurchases);
  fmt::print("  step only            {:8.2f} us a purchase  {:10.0f} steps/s\n",
             each(plain, kPurchases),
             static_cast<double>(steps.steps) * 1e6 / static_cast<double>(plain.count()));
  fmt::print("  step and row         {:8.2f} us a purchase  {:10.0f} steps/s  {} bytes a row\n",
             each(written, kPurchases),
             static_cast<double>(stored.steps) * 1e6 / static_cast<double>(written.count()),
             stored.bytes / stored.rows);
  fmt::print("  share of the budget  {:8.2f} %   (400 us over all of PPS)\n",
             each(written, kPurchases) / 4);
  fmt::print("  deploy               {:8.2f} us  ({} bytes of XML, its effects checked)\n",
             each(deploys, 200), xml.size());
}
