#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/orchestrator/repository.hpp"

/// The effect ledger: what was commanded to stock, money and goods for one purchase, and how each command stands. It is
/// kept apart from the process instance, and every command of a diagram passes through it, so that a diagram can be
/// wrong without breaking the promise. Pure functions on the purchase's row.
namespace pps::orchestrator::ledger {

/// A command of a diagram (its tasks' header `effect`): doing an effect, or undoing it.
struct Command {
  Effect effect = Effect::none;
  bool undo = false;
  bool operator==(const Command&) const = default;
};
/// "reserve" … "release"; "unreserve", "void", "unprepare". Nothing for what is not a command.
std::optional<Command> command_of(std::string_view name);
std::string_view name_of(Effect effect);   ///< "commit_hold"
std::string_view name_of(Command command);  ///< "unreserve"

/// Whether the effect is one on the whole purchase (authorize, capture) rather than on each line.
bool is_whole(Effect effect);

Standing standing(const PurchaseRow& row, Effect effect, std::int64_t line);
/// Every line (or the whole) stands so; false if one does not.
bool all(const PurchaseRow& row, Effect effect, Standing standing);
bool any(const PurchaseRow& row, Effect effect, Standing standing);

/// Why the command may not be carried out now; nothing if it may. The legal orders of the architecture: capture only
/// with every line prepared and its hold committed, release only after the capture, an undo never after it.
std::optional<std::string> violation(const PurchaseRow& row, Command command);

/// Notes that the command is about to be carried out. @pre no violation
void begin(PurchaseRow& row, Command command);

/// The same for one line alone: what a lost line (see is_lost_line) needs.
void begin_line(PurchaseRow& row, Command command, std::int64_t line);
void count_attempts(PurchaseRow& row, Effect effect, std::int64_t line, int calls);

/// Whether `begin` was done for it: a command that was not begun is never carried out.
bool is_begun(const PurchaseRow& row, Command command);

/// Lines (or -1) that the command still has to work on: those without an outcome; for an undo those that may have been
/// done.
std::vector<std::int64_t> open_lines(const PurchaseRow& row, Command command);

/// Notes an outcome that was read from the participant. `undone` and `refused` are for ever; a late `done` does not
/// take them back.
void record(PurchaseRow& row, Effect effect, std::int64_t line, Standing standing, std::string code = {});

/// The money was taken and the line can never be released: it alone is given back and undone.
bool is_lost_line(const PurchaseRow& row, std::int64_t line);

enum class Settlement {
  open,         ///< Something was asked and has not ended.
  fulfilled,    ///< Captured, and every line released or given back.
  compensated,  ///< Nothing is held, authorized, prepared or taken.
};
Settlement settlement(const PurchaseRow& row);

}  // namespace pps::orchestrator::ledger
