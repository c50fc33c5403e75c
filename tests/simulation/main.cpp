#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>

#include "base/mutant.hpp"
#include "buyers.hpp"
#include "dump.hpp"
#include "runtime/log.hpp"
#include "trouble.hpp"

/// Runs seeds one after another and writes what happened as NDJSON: for each seed a `run` record and the records of
/// tests/checker, at the end a `cells` record. The verdict is the checker's (tests/simulation/run).
namespace pps::simulation {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct Settings {
  std::uint64_t first = 1, last = 1;
  Options options;
  bool hash_only = false;
};

void print(const json::object& record) {
  const std::string line = json::serialize(record) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
}

/// Nothing is under way any more: asked every second, because asking costs.
bool all_final(Shop& shop, const Buyers& buyers) {
  if (!buyers.all_left()) return false;
  const Result<std::vector<orchestrator::Purchase>> all = shop.world().run(dump::all_purchases(shop));
  if (!all) return false;
  return std::ranges::all_of(*all, [](const auto& purchase) {
    using orchestrator::Status;
    return purchase.status == Status::completed || purchase.status == Status::cancelled || purchase.status == Status::failed;
  });
}

json::object run_one(const Options& options, Faults::Counts& cells, const Settings& settings) {
  Shop shop(options);
  shop.open();
  Buyers buyers(shop);
  buyers.listen();
  Trouble trouble(shop);
  const int purchases = static_cast<int>(shop.faults().number(20, 26));
  buyers.start(purchases, 6s);
  trouble.start();
  shop.world().run_for(shop.faults().between(7s, 10s));
  shop.faults().stop();
  shop.disk().set_full(false);
  shop.calm_down();
  shop.trace("the last fault is over");
  const Duration calm = shop.world().monotonic();
  Duration final_after{};
  bool final = false;
  while (!final && shop.world().monotonic() - calm < 60s) {
    shop.world().run_for(1s);
    final = all_final(shop, buyers);
    final_after = shop.world().monotonic() - calm;
  }
  // What is still in the air lands, and must change nothing.
  shop.world().run_for(8s);
  json::object result{{"record", "run"},
                      {"seed", options.seed},
                      {"final", final},
                      {"final_after_s", static_cast<double>(final_after.count()) / 1e6},
                      {"accepted", buyers.accepted()},
                      {"steps", shop.world().steps()}};
  Result<json::array> records = shop.world().run(dump::everything(shop));
  result["hash"] = fmt::format("{:016x}", shop.world().event_hash());
  if (!records) result["dump_failed"] = records.error().code + ": " + records.error().detail;
  print(result);
  if (!settings.hash_only) {
    for (const auto& record : buyers.records()) print(record.as_object());
    if (records)
      for (const auto& record : *records) print(record.as_object());
  }
  for (const auto& [effect, counts] : shop.faults().counts())
    for (std::size_t i = 0; i < counts.size(); ++i) cells[effect][i] += counts[i];
  return result;
}

void print_cells(const Faults::Counts& cells) {
  json::object rows;
  for (const auto& [effect, counts] : cells) {
    json::object row;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const std::string when = i < kFaults.size() ? "before" : "after";
      row[when + " " + std::string(name_of(kFaults[i % kFaults.size()]))] = counts[i];
    }
    rows[effect] = std::move(row);
  }
  print({{"record", "cells"}, {"rows", std::move(rows)}});
}

int run(const Settings& settings) {
  Faults::Counts cells;
  for (std::uint64_t seed = settings.first; seed <= settings.last; ++seed) {
    print({{"record", "begin"}, {"seed", seed}});
    std::fflush(stdout);
    Options options = settings.options;
    options.seed = seed;
    run_one(options, cells, settings);
  }
  print_cells(cells);
  return 0;
}

}  // namespace
}  // namespace pps::simulation

/// Faults of the code that the checker must find; where each one sits: grep PPS_MUTANT.
static const std::vector<std::string> kMutants{
    "hold_not_undone", "void_omitted_after_expired", "tombstone_ignored", "capture_without_read", "cancel_while_capturing",
    "shown_before_sync", "fence_ignored", "timer_lost", "outbox_row_lost", "line_refunded_twice"};

int main(int argc, char** argv) {
  CLI::App app("Simulated purchases under faults; see tests/simulation/README.md");
  pps::simulation::Settings settings;
  std::uint64_t seed = 0;
  app.add_option("--first", settings.first, "First seed");
  app.add_option("--last", settings.last, "Last seed");
  app.add_option("--seed", seed, "This seed alone");
  app.add_option("--faults", settings.options.faults_per_thousand, "Of a thousand exchanges so many go wrong")->check(CLI::Range(0, 1000));
  app.add_flag("--trace", settings.options.trace, "Tell on standard error what goes wrong");
  std::string mutant;
  bool list_mutants = false;
  app.add_option("--mutant", mutant, "With this fault of the code")->check(CLI::IsMember(kMutants));
  app.add_flag("--list-mutants", list_mutants, "Name the mutants");
  app.add_flag("--hash-only", settings.hash_only, "Leave out what the checker reads");
  CLI11_PARSE(app, argc, argv);
  if (list_mutants) {
    for (const auto& name : kMutants) fmt::print("{}\n", name);
    return 0;
  }
  pps::active_mutant = mutant;
  if (seed > 0) settings.first = settings.last = seed;
  pps::log::configure(settings.options.trace ? pps::log::Level::info : pps::log::Level::error, pps::log::Format::text);
  return pps::simulation::run(settings);
}
