#include "services/orchestrator/timeline.hpp"

#include <array>

namespace pps::orchestrator::timeline {

namespace {
constexpr std::array<std::string_view, 12> kNames{
    "accepted",  "reserving", "awaiting_payment", "payment_processing", "in_review", "preparing",
    "capturing", "releasing", "completed",        "compensating",       "cancelled", "failed"};

Status status_during(ledger::Command command) {
  if (command.undo) return Status::compensating;
  switch (command.effect) {
    case Effect::reserve:
      return Status::reserving;
    case Effect::authorize:
      return Status::payment_processing;
    case Effect::prepare:
    case Effect::commit_hold:
      return Status::preparing;
    case Effect::capture:
      return Status::capturing;
    default:
      return Status::releasing;
  }
}
}  // namespace

void add(PurchaseRow& row, Timestamp now, Entry entry) {
  row.updated_at_us = to_unix_us(now);
  if (row.timeline.size() >= kMaxEntries && !entry.purchase_status) return;
  TimelineRow kept;
  kept.at_us = to_unix_us(now);
  kept.step = entry.step;
  kept.status = entry.status;
  kept.purchase_status = entry.purchase_status;
  kept.line = entry.line;
  kept.detail = std::move(entry.detail);
  row.timeline.push_back(std::move(kept));
  if (entry.purchase_status) row.status = *entry.purchase_status;
}

void command_begun(PurchaseRow& row, Timestamp now, ledger::Command command) {
  const Status status = status_during(command);
  if (status == row.status) return;
  if (command.undo)
    add(row, now, {row.cancel_asked ? "cancel" : "purchase", row.cancel_asked ? "started" : "failed", status, -1, row.reason});
  else
    add(row, now, {ledger::name_of(command.effect), "started", status});
}

void command_ended(PurchaseRow& row, Timestamp now, ledger::Command command, bool done, const std::string& detail) {
  const std::string_view status = command.undo ? "undone" : done ? "completed" : "failed";
  add(row, now, {ledger::name_of(command.effect), status, std::nullopt, -1, detail});
}

std::string_view name_of(Status status) { return kNames[static_cast<std::size_t>(status)]; }

std::optional<Status> status_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Status>(i);
  return std::nullopt;
}

}  // namespace pps::orchestrator::timeline
