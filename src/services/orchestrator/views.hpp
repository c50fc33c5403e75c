#pragma once

#include "services/orchestrator/repository.hpp"

/// Rows as the Api shows them.
namespace pps::orchestrator::views {

Purchase purchase_of(const PurchaseRow& row, bool with_timeline);
std::vector<TimelineEntry> entries_after(const PurchaseRow& row, std::int64_t seq);
std::vector<EffectView> effects_of(const PurchaseRow& row);
std::vector<IncidentView> incidents_of(const PurchaseRow& row);

/// `<purchase>:<number>`.
std::string incident_id(PurchaseId purchase, std::uint64_t number);
struct IncidentName {
  PurchaseId purchase;
  std::uint64_t number = 0;
};
std::optional<IncidentName> parse_incident_id(std::string_view id);

}  // namespace pps::orchestrator::views
