#include "services/orchestrator/views.hpp"

#include <charconv>

#include "services/orchestrator/ledger.hpp"

namespace pps::orchestrator::views {

namespace {
std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::none:
    case Standing::asked:
      return "asked";
    case Standing::done:
      return "done";
    case Standing::undone:
      return "undone";
    case Standing::refused:
      return "refused";
  }
  return "asked";
}

/// How far the delivery of a line is: the furthest its ledger tells.
std::string fulfilment_of(const PurchaseRow& row, std::int64_t line) {
  if (row.lines[static_cast<std::size_t>(line)].refunded_at_us > 0) return "refunded";
  if (row.status == Status::cancelled || row.status == Status::failed) return "cancelled";
  const Standing release = ledger::standing(row, Effect::release, line);
  if (release == Standing::done) return "released";
  if (release != Standing::none) return "releasing";
  const Standing prepare = ledger::standing(row, Effect::prepare, line);
  if (prepare == Standing::done) return "prepared";
  return prepare == Standing::asked ? "preparing" : "pending";
}

LineView line_of(const PurchaseRow& row, std::size_t at) {
  const LineRow& from = row.lines[at];
  LineView line;
  line.line = static_cast<std::int64_t>(at);
  line.sku = from.sku;
  line.product = from.product;
  line.name = from.name;
  line.variant = from.variant;
  line.kind = from.kind;
  line.quantity = from.quantity;
  line.unit_price = from.unit_price;
  line.total = from.total;
  line.refunded = {from.refunded, from.total.currency};
  line.fulfilment = fulfilment_of(row, line.line);
  line.tracking = from.tracking;
  line.customization = from.customization;
  return line;
}
}  // namespace

Purchase purchase_of(const PurchaseRow& row, bool with_timeline) {
  Purchase out;
  out.id = row.id;
  out.customer = row.customer;
  out.status = row.status;
  out.reason = row.reason;
  out.total = row.total;
  out.created_at_us = row.created_at_us;
  out.updated_at_us = row.updated_at_us;
  for (std::size_t i = 0; i < row.lines.size(); ++i) {
    out.lines.push_back(line_of(row, i));
    const LineRow& line = row.lines[i];
    if (line.refunded > 0)
      out.refunds.push_back({static_cast<std::int64_t>(i), {line.refunded, line.total.currency}, line.refunded_at_us});
  }
  if (with_timeline) out.timeline = entries_after(row, 0);
  if (row.address) {
    const AddressRow& to = *row.address;
    out.shipping_address =
        provisioner::Address{to.name, to.line1, to.line2, to.city, to.postal_code, to.region, to.country};
  }
  out.attention = row.attention;
  if (row.status == Status::awaiting_payment) out.action_url = row.action_url;
  return out;
}

std::vector<TimelineEntry> entries_after(const PurchaseRow& row, std::int64_t seq) {
  std::vector<TimelineEntry> entries;
  for (auto at = static_cast<std::size_t>(std::max<std::int64_t>(seq, 0)); at < row.timeline.size(); ++at) {
    const TimelineRow& from = row.timeline[at];
    TimelineEntry entry;
    entry.seq = static_cast<std::int64_t>(at) + 1;
    entry.at_us = from.at_us;
    entry.step = from.step;
    entry.status = from.status;
    entry.purchase_status = from.purchase_status;
    if (from.line >= 0) entry.line = from.line;
    entry.detail = from.detail;
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<EffectView> effects_of(const PurchaseRow& row) {
  std::vector<EffectView> effects;
  for (const auto& from : row.effects) {
    EffectView view;
    view.effect = ledger::name_of(from.effect);
    if (from.line >= 0) view.line = from.line;
    view.state = name_of(from.standing);
    view.attempts = from.attempts;
    effects.push_back(std::move(view));
  }
  return effects;
}

std::vector<IncidentView> incidents_of(const PurchaseRow& row) {
  std::vector<IncidentView> incidents;
  for (const auto& from : row.incidents)
    incidents.push_back({incident_id(row.id, from.number), from.element_id, from.code, from.detail, row.id, from.since_us});
  return incidents;
}

std::string incident_id(PurchaseId purchase, std::uint64_t number) {
  return purchase.to_string() + ":" + std::to_string(number);
}

std::optional<IncidentName> parse_incident_id(std::string_view id) {
  const auto colon = id.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto purchase = PurchaseId::parse(id.substr(0, colon));
  const std::string_view digits = id.substr(colon + 1);
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!purchase || read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return IncidentName{*purchase, number};
}

}  // namespace pps::orchestrator::views
