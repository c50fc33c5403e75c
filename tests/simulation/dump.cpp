#include "dump.hpp"

#include <boost/json.hpp>

namespace pps::simulation::dump {

namespace json = boost::json;

namespace {
json::object money(const Money& amount) {
  return {{"amount", amount.minor_units}, {"currency", amount.currency.to_string()}};
}

json::object level(const store::StockLevel& level) {
  return {{"record", "stock"},          {"sku", level.sku.value}, {"tracked", level.tracked}, {"on_hand", level.on_hand},
          {"held", level.held}, {"committed", level.committed}};
}

json::object movement(const std::string& sku, const store::Movement& movement) {
  return {{"record", "movement"},        {"sku", sku},
          {"seq", movement.seq},         {"verb", movement.verb},
          {"quantity", movement.quantity}, {"on_hand", movement.on_hand},
          {"held", movement.held},       {"committed", movement.committed},
          {"reference", movement.reference}};
}

Task<json::array> ledger_of(Shop& shop) {
  const auto api = shop.store();
  json::array records;
  store::LevelsRequest asked;
  for (const auto& goods : shop.goods()) asked.skus.push_back(goods.sku);
  Result<store::LevelsReply> levels = co_await api->levels({}, std::move(asked));
  if (!levels) co_return fail(std::move(levels).error());
  for (const auto& one : levels->levels) {
    records.push_back(level(one));
    store::MovementsRequest page{one.sku, "", 100};
    for (bool more = one.tracked; more; more = !page.cursor.empty()) {
      store::MovementsRequest copy = page;
      Result<store::MovementsReply> reply = co_await api->movements({}, std::move(copy));
      if (!reply) co_return fail(std::move(reply).error());
      for (const auto& row : reply->items) records.push_back(movement(one.sku.value, row));
      page.cursor = reply->next_cursor;
    }
  }
  store::HoldsRequest all{"", 100};
  Result<store::HoldsReply> holds = co_await api->list_holds({}, std::move(all));
  if (!holds) co_return fail(std::move(holds).error());
  for (const auto& hold : holds->items)
    records.push_back({{"record", "hold"}, {"hold", hold.hold.value}, {"sku", hold.sku.value}, {"quantity", hold.quantity},
                       {"state", hold.state}});
  co_return records;
}

/// Every page of an external system's list. @param items the list's field; @param next the next page's query, or empty.
void add_list(Shop& shop, Outside& outside, const std::string& path, const char* items, std::string_view record,
              json::array& into, const std::function<std::string(const json::object&)>& next) {
  for (std::string query = "limit=100"; !query.empty();) {
    net::ClientRequest request{.path = path + "?" + query};
    request.headers.set("Authorization", "Bearer " + std::string(kProviderKey));
    const net::ClientResponse reply = outside.handle(shop.world(), request);
    const json::object page = json::parse(reply.body).as_object();
    for (const auto& item : page.at(items).as_array()) {
      json::object row = item.as_object();
      row["record"] = record;
      into.push_back(std::move(row));
    }
    query = next(page);
  }
}

std::string after_last(const json::object& page) {
  const json::array& items = page.at("data").as_array();
  if (!page.at("has_more").as_bool() || items.empty()) return {};
  return "limit=100&starting_after=" + std::string(items.back().at("id").as_string());
}

std::string after_cursor(const json::object& page) {
  const auto* cursor = page.if_contains("next_cursor");
  return cursor && cursor->is_string() ? "limit=100&cursor=" + std::string(cursor->as_string()) : std::string{};
}
}  // namespace

json::object purchase(const orchestrator::Purchase& from) {
  json::array lines, timeline, refunds;
  for (const auto& line : from.lines)
    lines.push_back({{"line", line.line + 1}, {"sku", line.sku.value}, {"quantity", line.quantity}, {"total", money(line.total)},
                     {"fulfilment", line.fulfilment}, {"refunded", money(line.refunded)}});
  for (const auto& entry : from.timeline) {
    json::object row{{"seq", entry.seq}, {"at_us", entry.at_us}, {"step", entry.step}, {"status", entry.status}};
    if (entry.purchase_status) row["purchase_status"] = boost::describe::enum_to_string(*entry.purchase_status, "");
    timeline.push_back(std::move(row));
  }
  for (const auto& refund : from.refunds) refunds.push_back({{"line", refund.line + 1}, {"amount", money(refund.amount)}});
  return {{"record", "purchase"},
          {"id", from.id.to_string()},
          {"status", boost::describe::enum_to_string(from.status, "")},
          {"reason", from.reason},
          {"attention", from.attention},
          {"total", money(from.total)},
          {"lines", std::move(lines)},
          {"timeline", std::move(timeline)},
          {"refunds", std::move(refunds)}};
}

Task<std::vector<orchestrator::Purchase>> all_purchases(Shop& shop) {
  const auto api = shop.orchestrator();
  std::vector<orchestrator::Purchase> all;
  orchestrator::ListRequest page;
  page.limit = 100;
  do {
    orchestrator::ListRequest copy = page;
    Result<orchestrator::AdminPage> reply = co_await api->admin_list({}, std::move(copy));
    if (!reply) co_return fail(std::move(reply).error());
    for (auto& item : reply->items) all.push_back(std::move(item.purchase));
    page.cursor = reply->next_cursor;
  } while (!page.cursor.empty());
  co_return all;
}

Task<json::array> everything(Shop& shop) {
  Result<json::array> records = co_await ledger_of(shop);
  if (!records) co_return records;
  Result<std::vector<orchestrator::Purchase>> purchases = co_await all_purchases(shop);
  if (!purchases) co_return fail(std::move(purchases).error());
  const auto api = shop.orchestrator();
  for (const auto& listed : *purchases) {
    orchestrator::PurchaseRequest request{listed.id, {}};
    Result<orchestrator::AdminPurchase> whole = co_await api->admin_get({}, std::move(request));
    if (!whole) co_return fail(std::move(whole).error());
    json::object record = purchase(whole->purchase);
    record["key"] = whole->idempotency_key;
    records->push_back(std::move(record));
  }
  add_list(shop, shop.provider(), "/v1/payment_intents", "data", "intent", *records, after_last);
  add_list(shop, shop.provider(), "/v1/refunds", "data", "refund", *records, after_last);
  add_list(shop, shop.fulfilment(), "/v1/fulfilments", "items", "fulfilment", *records, after_cursor);
  co_return records;
}

}  // namespace pps::simulation::dump
