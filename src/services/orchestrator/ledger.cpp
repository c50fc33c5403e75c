#include "services/orchestrator/ledger.hpp"

#include <array>

namespace pps::orchestrator::ledger {

namespace {
struct Named {
  std::string_view name;
  Command command;
};
constexpr std::array<Named, 10> kCommands{{
    {"reserve", {Effect::reserve, false}},
    {"authorize", {Effect::authorize, false}},
    {"prepare", {Effect::prepare, false}},
    {"commit_hold", {Effect::commit_hold, false}},
    {"capture", {Effect::capture, false}},
    {"release", {Effect::release, false}},
    {"refund", {Effect::refund, false}},
    {"unreserve", {Effect::reserve, true}},
    {"void", {Effect::authorize, true}},
    {"unprepare", {Effect::prepare, true}},
}};

const EffectRow* find(const PurchaseRow& row, Effect effect, std::int64_t line) {
  for (const auto& entry : row.effects)
    if (entry.effect == effect && entry.line == line) return &entry;
  return nullptr;
}

EffectRow& entry_of(PurchaseRow& row, Effect effect, std::int64_t line) {
  for (auto& entry : row.effects)
    if (entry.effect == effect && entry.line == line) return entry;
  EffectRow entry;
  entry.effect = effect;
  entry.line = line;
  row.effects.push_back(std::move(entry));
  return row.effects.back();
}

std::vector<std::int64_t> lines_of(const PurchaseRow& row, Effect effect) {
  if (is_whole(effect)) return {-1};
  std::vector<std::int64_t> lines;
  for (std::size_t i = 0; i < row.lines.size(); ++i) lines.push_back(static_cast<std::int64_t>(i));
  return lines;
}

bool is_undoing(const PurchaseRow& row) {
  for (const auto& entry : row.effects)
    if (entry.undo_asked) return true;
  return false;
}

bool is_captured(const PurchaseRow& row) { return standing(row, Effect::capture, -1) == Standing::done; }

/// Not asked, or asked and refused by the provider's own word.
bool is_before_pivot(const PurchaseRow& row) {
  const Standing capture = standing(row, Effect::capture, -1);
  return capture == Standing::none || capture == Standing::refused;
}

std::optional<std::string> need(bool holds, std::string_view what) {
  return holds ? std::nullopt : std::optional<std::string>(what);
}

bool has_ended(Standing standing) { return standing == Standing::undone || standing == Standing::refused; }
}  // namespace

std::optional<Command> command_of(std::string_view name) {
  for (const auto& known : kCommands)
    if (known.name == name) return known.command;
  return std::nullopt;
}

std::string_view name_of(Command command) {
  for (const auto& known : kCommands)
    if (known.command == command) return known.name;
  return "none";
}

std::string_view name_of(Effect effect) { return name_of(Command{effect, false}); }

bool is_whole(Effect effect) { return effect == Effect::authorize || effect == Effect::capture; }

Standing standing(const PurchaseRow& row, Effect effect, std::int64_t line) {
  const EffectRow* entry = find(row, effect, line);
  return entry ? entry->standing : Standing::none;
}

bool all(const PurchaseRow& row, Effect effect, Standing wanted) {
  for (const auto line : lines_of(row, effect))
    if (standing(row, effect, line) != wanted) return false;
  return true;
}

bool any(const PurchaseRow& row, Effect effect, Standing wanted) {
  for (const auto line : lines_of(row, effect))
    if (standing(row, effect, line) == wanted) return true;
  return false;
}

bool is_lost_line(const PurchaseRow& row, std::int64_t line) {
  return is_captured(row) && standing(row, Effect::release, line) == Standing::refused;
}

std::optional<std::string> violation(const PurchaseRow& row, Command command) {
  if (row.is_final()) return "the purchase is final";
  if (command.undo) return need(is_before_pivot(row), "the capture was commanded: nothing may be undone");
  if (command.effect == Effect::refund)
    return need(any(row, Effect::release, Standing::refused) && is_captured(row), "no captured line has to be given back");
  if (command.effect == Effect::release) return need(is_captured(row), "the money has not been captured");
  if (is_undoing(row)) return "the purchase is being undone";
  const bool reserved = all(row, Effect::reserve, Standing::done);
  const bool authorized = standing(row, Effect::authorize, -1) == Standing::done;
  switch (command.effect) {
    case Effect::reserve:
      return need(is_before_pivot(row), "the capture was commanded");
    case Effect::authorize:
      return need(reserved, "not every line is reserved");
    case Effect::prepare:
    case Effect::commit_hold:
      return need(reserved && authorized, "not every line is reserved and the payment authorized");
    case Effect::capture:
      if (!authorized) return "the payment is not authorized";
      if (!all(row, Effect::prepare, Standing::done)) return "not every line is prepared";
      return need(all(row, Effect::commit_hold, Standing::done), "not every hold is committed");
    default:
      return "not an effect";
  }
}

void begin_line(PurchaseRow& row, Command command, std::int64_t line) {
  if (command.effect == Effect::refund && !is_lost_line(row, line)) return;
  if (command.undo) {
    // What was never asked needs no undoing; what was refused was never done.
    const Standing now = standing(row, command.effect, line);
    if (now == Standing::asked || now == Standing::done) entry_of(row, command.effect, line).undo_asked = true;
    return;
  }
  EffectRow& entry = entry_of(row, command.effect, line);
  if (entry.standing == Standing::none) entry.standing = Standing::asked;
}

void begin(PurchaseRow& row, Command command) {
  for (const auto line : lines_of(row, command.effect)) begin_line(row, command, line);
}

void count_attempts(PurchaseRow& row, Effect effect, std::int64_t line, int calls) {
  entry_of(row, effect, line).attempts += calls;
}

bool is_begun(const PurchaseRow& row, Command command) {
  for (const auto line : lines_of(row, command.effect)) {
    const EffectRow* entry = find(row, command.effect, line);
    if (command.effect == Effect::refund && !is_lost_line(row, line)) continue;
    if (command.undo) {
      if (entry && !entry->undo_asked && !has_ended(entry->standing)) return false;
    } else if (!entry || entry->standing == Standing::none) {
      return false;
    }
  }
  return true;
}

std::vector<std::int64_t> open_lines(const PurchaseRow& row, Command command) {
  std::vector<std::int64_t> open;
  for (const auto line : lines_of(row, command.effect)) {
    const EffectRow* entry = find(row, command.effect, line);
    if (!entry) continue;
    const bool wanted = command.undo ? entry->undo_asked && !has_ended(entry->standing) : entry->standing == Standing::asked;
    if (wanted) open.push_back(line);
  }
  return open;
}

void record(PurchaseRow& row, Effect effect, std::int64_t line, Standing now, std::string code) {
  EffectRow& entry = entry_of(row, effect, line);
  if (has_ended(entry.standing)) return;
  if (entry.standing == Standing::done && now != Standing::undone) return;
  entry.standing = now;
  entry.code = std::move(code);
  // A hold is one thing: who gives it back takes back its commitment too.
  if (effect == Effect::reserve && now == Standing::undone && find(row, Effect::commit_hold, line))
    record(row, Effect::commit_hold, line, Standing::undone);
}

Settlement settlement(const PurchaseRow& row) {
  if (standing(row, Effect::capture, -1) == Standing::asked) return Settlement::open;
  if (!is_captured(row)) {
    for (const auto& entry : row.effects)
      if (entry.standing == Standing::asked || entry.standing == Standing::done) return Settlement::open;
    return Settlement::compensated;
  }
  for (const auto line : lines_of(row, Effect::release)) {
    if (standing(row, Effect::release, line) == Standing::done) continue;
    if (standing(row, Effect::refund, line) != Standing::done) return Settlement::open;
    for (const Effect effect : {Effect::reserve, Effect::prepare})
      if (standing(row, effect, line) == Standing::done) return Settlement::open;
  }
  return Settlement::fulfilled;
}

}  // namespace pps::orchestrator::ledger
