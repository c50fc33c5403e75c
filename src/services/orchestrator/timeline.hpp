#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/orchestrator/ledger.hpp"

/// What a purchase's follower sees: its timeline and its status. Pure functions on the row.
namespace pps::orchestrator::timeline {

struct Entry {
  std::string_view step;    ///< "purchase", an effect's name, "cancel".
  std::string_view status;  ///< started completed failed retrying undone
  std::optional<Status> purchase_status{};
  std::int64_t line = -1;
  std::string detail{};
};
/// Appends; with a status the purchase has it from here on. Entries beyond kMaxEntries are not kept but for those that
/// change the status.
void add(PurchaseRow& row, Timestamp now, Entry entry);
inline constexpr std::size_t kMaxEntries = 400;

/// A command begins: the status that goes with it, if it is new.
void command_begun(PurchaseRow& row, Timestamp now, ledger::Command command);
/// A command has ended for every line it worked on.
void command_ended(PurchaseRow& row, Timestamp now, ledger::Command command, bool done, const std::string& detail);

std::string_view name_of(Status status);
/// Nothing for what is not a status.
std::optional<Status> status_of(std::string_view name);

}  // namespace pps::orchestrator::timeline
