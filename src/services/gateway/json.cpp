#include "services/gateway/json.hpp"

#include <array>
#include <boost/json.hpp>

namespace pps::gateway::to_json {

namespace json = boost::json;
namespace api = orchestrator;

namespace {
std::string time(std::int64_t us) { return to_rfc3339(from_unix_us(us)); }

void put_text(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

/// What was accepted was JSON.
void put_customization(json::object& object, const std::string& canonical) {
  if (!canonical.empty()) object["customization"] = json::parse(canonical);
}

json::object line(const api::LineView& from) {
  json::object fulfilment{{"status", from.fulfilment}};
  put_text(fulfilment, "tracking", from.tracking);
  json::object out{{"line", from.line + 1},
          {"sku", from.sku.value},
          {"product_id", from.product.to_string()},
          {"name", from.name},
          {"variant", from.variant},
          {"kind", from.kind},
          {"quantity", from.quantity},
          {"unit_price", money(from.unit_price)},
          {"total", money(from.total)},
          {"fulfilment", std::move(fulfilment)},
          {"refunded", money(from.refunded)}};
  put_customization(out, from.customization);
  return out;
}

json::object address(const provisioner::Address& from) {
  json::object out{{"name", from.name},
                   {"line1", from.line1},
                   {"city", from.city},
                   {"postal_code", from.postal_code},
                   {"country", from.country}};
  put_text(out, "line2", from.line2);
  put_text(out, "region", from.region);
  return out;
}

json::array tokens(const std::vector<api::ProcessToken>& from) {
  json::array out;
  for (const auto& token : from) out.push_back(json::object{{"element_id", token.element_id}, {"state", token.state}});
  return out;
}

json::object effect(const api::EffectView& from) {
  json::object out{{"effect", from.effect}, {"state", from.state}, {"attempts", from.attempts}};
  if (from.line) out["line"] = *from.line + 1;
  return out;
}

json::object payment(const payment::PaymentView& from) {
  const bool authorized = from.status != "created" && from.status != "requires_action" && from.status != "declined";
  return {{"intent_id", from.intent},
          {"authorized", money({authorized ? from.amount.minor_units : 0, from.amount.currency})},
          {"captured", money({from.captured.minor_units, from.amount.currency})},
          {"refunded", money({from.refunded.minor_units, from.amount.currency})}};
}
}  // namespace

std::string name_of(api::Status status) {
  static constexpr std::array<const char*, 12> kNames{
      "accepted",  "reserving", "awaiting_payment", "payment_processing", "in_review", "preparing",
      "capturing", "releasing", "completed",        "compensating",       "cancelled", "failed"};
  return kNames[static_cast<std::size_t>(status)];
}

json::object money(Money from) {
  return {{"amount", from.minor_units}, {"currency", from.currency.to_string()}};
}

json::object timeline_entry(const api::TimelineEntry& from) {
  json::object out{{"seq", from.seq}, {"at", time(from.at_us)}, {"step", from.step}, {"status", from.status}};
  if (from.purchase_status) out["purchase_status"] = name_of(*from.purchase_status);
  if (from.line) out["line"] = *from.line + 1;
  put_text(out, "detail", from.detail);
  return out;
}

json::object summary(const api::Purchase& from) {
  json::object out{{"id", from.id.to_string()},
                   {"status", name_of(from.status)},
                   {"total", money(from.total)},
                   {"created_at", time(from.created_at_us)},
                   {"updated_at", time(from.updated_at_us)},
                   {"attention", from.attention}};
  put_text(out, "reason", from.reason);
  json::array lines;
  for (const auto& one : from.lines) lines.push_back(line(one));
  out["lines"] = std::move(lines);
  return out;
}

json::object purchase(const api::Purchase& from) {
  json::object out = summary(from);
  json::array timeline;
  for (const auto& entry : from.timeline) timeline.push_back(timeline_entry(entry));
  out["timeline"] = std::move(timeline);
  json::array refunds;
  for (const auto& one : from.refunds)
    refunds.push_back(json::object{{"line", one.line + 1}, {"amount", money(one.amount)}, {"at", time(one.at_us)}});
  out["refunds"] = std::move(refunds);
  if (from.shipping_address) out["shipping_address"] = address(*from.shipping_address);
  if (!from.action_url.empty()) out["next_action"] = json::object{{"type", "redirect"}, {"url", from.action_url}};
  return out;
}

json::object process(const api::ProcessReply& from) {
  json::array completed;
  for (const auto& element : from.completed) completed.push_back(json::string(element));
  return {{"process_id", from.process_id}, {"version", from.version},
          {"state", from.state},           {"xml", from.xml},
          {"tokens", tokens(from.tokens)}, {"completed", std::move(completed)}};
}

json::object basket(const api::PriceReply& from) {
  json::array lines;
  for (const auto& one : from.lines) {
    json::object availability{{"sku", one.sku.value}, {"status", one.availability}};
    if (one.stock) availability["quantity"] = *one.stock;
    lines.push_back(json::object{{"sku", one.sku.value},
                                 {"product_id", one.product.to_string()},
                                 {"name", one.name},
                                 {"variant", one.variant},
                                 {"kind", one.kind},
                                 {"quantity", one.quantity},
                                 {"unit_price", money(one.unit_price)},
                                 {"total", money(one.total)},
                                 {"availability", std::move(availability)}});
  }
  return {{"lines", std::move(lines)}, {"total", money(from.total)}, {"available", from.available}};
}

json::object owned(const store::Owned& from) {
  json::object out{{"id", from.id.to_string()},
                   {"product_id", from.product.to_string()},
                   {"sku", from.sku.value},
                   {"name", from.name},
                   {"variant", from.variant},
                   {"kind", from.kind},
                   {"quantity", from.quantity},
                   {"status", from.status},
                   {"purchase_id", from.purchase.to_string()},
                   {"line", from.line + 1},
                   {"acquired_at", time(from.acquired_at_us)}};
  if (!from.licence_keys.empty()) {
    json::array keys;
    for (const auto& key : from.licence_keys) keys.push_back(json::string(key));
    out["licence_keys"] = std::move(keys);
  }
  put_text(out, "tracking", from.tracking);
  put_customization(out, from.customization);
  return out;
}

json::object admin_purchase(const api::AdminPurchase& from) {
  json::array effects;
  for (const auto& one : from.effects) effects.push_back(effect(one));
  json::array incidents;
  for (const auto& one : from.incidents) incidents.push_back(incident(one));
  json::object out{{"purchase", purchase(from.purchase)},
                   {"customer_id", from.purchase.customer.to_string()},
                   {"client_id", from.client_id},
                   {"idempotency_key", from.idempotency_key},
                   {"effects", std::move(effects)},
                   {"incidents", std::move(incidents)}};
  if (from.payment && !from.payment->intent.empty()) out["payment"] = payment(*from.payment);
  return out;
}

json::object definition(const api::DefinitionView& from, bool active) {
  json::object out{{"process_id", from.process_id},
                   {"version", from.version},
                   {"deployed_at", time(from.deployed_at_us)},
                   {"active", active}};
  put_text(out, "name", from.name);
  return out;
}

json::object instance(const api::InstanceView& from) {
  return {{"id", from.id.to_string()},
          {"process_id", from.process_id},
          {"version", from.version},
          {"started_at", time(from.started_at_us)},
          {"tokens", tokens(from.tokens)}};
}

json::object incident(const api::IncidentView& from) {
  return {{"id", from.id},     {"instance_id", from.instance.to_string()}, {"element_id", from.element_id},
          {"code", from.code}, {"detail", from.detail.substr(0, 1000)},    {"since", time(from.since_us)}};
}

}  // namespace pps::gateway::to_json
