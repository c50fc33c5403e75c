#include "services/orchestrator/purchase_events.hpp"

#include "net/described_json.hpp"
#include "services/orchestrator/timeline.hpp"

namespace pps::orchestrator {

storage::Event purchase_event(std::string type, const PurchaseRow& row) {
  PurchaseEvent body{row.id, row.customer, std::string(timeline::name_of(row.status)), row.reason, row.total, {0, row.total.currency}, {}};
  for (const auto& line : row.lines) {
    body.refunded.minor_units += line.refunded;
    if (type == "purchase.completed" && line.refunded == 0) body.lines.push_back({line.product, line.sku, line.quantity});
  }
  storage::Event event;
  event.topic = "purchase";
  event.type = std::move(type);
  event.key = row.id.to_string();
  event.body = net::to_json(body);
  event.at_us = row.updated_at_us;
  return event;
}

Result<payment::PaymentEvent> read_payment_event(const std::string& body) {
  return net::from_json<payment::PaymentEvent>(body);
}

}  // namespace pps::orchestrator
