#include <boost/json.hpp>
#include <set>

#include "net/request_values.hpp"
#include "services/gateway/http_request.hpp"
#include "services/gateway/http_routes.hpp"
#include "services/gateway/json.hpp"

namespace pps::gateway::routes {

namespace {
namespace json = boost::json;
using Kept = std::shared_ptr<Shared>;
using Handle = Task<net::Response> (*)(Kept, net::Request);

net::Response reply_page(json::array items, const std::string& next_cursor) {
  json::object body{{"items", std::move(items)}};
  if (!next_cursor.empty()) body["next_cursor"] = next_cursor;
  return http_request::reply(200, body);
}

Task<net::Response> list_purchases(Kept shared, net::Request request) {
  Result<http_request::Page> page = http_request::page_of(request);
  if (!page) co_return fail(std::move(page).error());
  orchestrator::ListRequest asked;
  asked.cursor = std::move(page->cursor);
  asked.limit = page->limit;
  asked.status = request.query_value("status").value_or("");
  if (const auto customer = request.query_value("customer")) {
    asked.customer = CustomerId::parse(*customer);
    if (!asked.customer) co_return fail_field("?customer", "field.format", "customer must be a UUID");
  }
  Result<std::optional<bool>> attention = http_request::boolean_of(request, "attention");
  if (!attention) co_return fail(std::move(attention).error());
  asked.attention = *attention;
  Result<orchestrator::AdminPage> found = co_await shared->parts.orchestrator->admin_list(request.context, std::move(asked));
  if (!found) co_return fail(std::move(found).error());
  json::array items;
  for (const auto& purchase : found->items) items.push_back(to_json::admin_purchase(purchase));
  co_return reply_page(std::move(items), found->next_cursor);
}

Task<net::Response> get_purchase(Kept shared, net::Request request) {
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  orchestrator::PurchaseRequest asked{{*id}, std::nullopt};
  Result<orchestrator::AdminPurchase> purchase = co_await shared->parts.orchestrator->admin_get(request.context, asked);
  if (!purchase) co_return fail(std::move(purchase).error());
  co_return http_request::reply(200, to_json::admin_purchase(*purchase));
}

Task<net::Response> retry_purchase(Kept shared, net::Request request) {
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  orchestrator::PurchaseRequest asked{{*id}, std::nullopt};
  Result<orchestrator::AdminPurchase> purchase = co_await shared->parts.orchestrator->retry(request.context, asked);
  if (!purchase) co_return fail(std::move(purchase).error());
  co_return http_request::reply(202, to_json::admin_purchase(*purchase));
}

Task<net::Response> cancel_purchase(Kept shared, net::Request request) {
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  orchestrator::PurchaseRequest asked{{*id}, std::nullopt};
  Result<orchestrator::Purchase> cancelled = co_await shared->parts.orchestrator->cancel(request.context, asked);
  if (!cancelled) co_return fail(std::move(cancelled).error());
  Result<orchestrator::AdminPurchase> purchase = co_await shared->parts.orchestrator->admin_get(request.context, asked);
  if (!purchase) co_return fail(std::move(purchase).error());
  co_return http_request::reply(202, to_json::admin_purchase(*purchase));
}

Task<net::Response> get_purchase_process(Kept shared, net::Request request) {
  Result<Uuid> id = net::id_of(request);
  if (!id) co_return fail(std::move(id).error());
  orchestrator::PurchaseRequest asked{{*id}, std::nullopt};
  Result<orchestrator::ProcessReply> reply = co_await shared->parts.orchestrator->process(request.context, asked);
  if (!reply) co_return fail(std::move(reply).error());
  co_return http_request::reply(200, to_json::process(*reply));
}

Task<net::Response> list_processes(Kept shared, net::Request request) {
  Result<orchestrator::DefinitionsReply> found = co_await shared->parts.orchestrator->definitions(request.context, {});
  if (!found) co_return fail(std::move(found).error());
  json::array items;
  std::set<std::string> seen;  // Newest first within a process: the first of each is the one that new instances run.
  for (const auto& one : found->items) items.push_back(to_json::definition(one, seen.insert(one.process_id).second));
  co_return reply_page(std::move(items), {});
}

Task<net::Response> deploy_process(Kept shared, net::Request request) {
  Result<void> typed = http_request::need_media_type(request, {"application/xml", "text/xml"});
  if (!typed) co_return fail(std::move(typed).error());
  orchestrator::DeployRequest asked{std::move(request.body), request.principal->subject};
  Result<orchestrator::DefinitionView> deployed = co_await shared->parts.orchestrator->deploy(request.context, std::move(asked));
  if (!deployed) co_return fail(std::move(deployed).error());
  Result<orchestrator::DefinitionsReply> all = co_await shared->parts.orchestrator->definitions(request.context, {});
  if (!all) co_return fail(std::move(all).error());
  bool active = true;
  for (const auto& one : all->items)
    if (one.process_id == deployed->process_id && one.version > deployed->version) active = false;
  co_return http_request::reply(201, to_json::definition(*deployed, active));
}

Result<orchestrator::InstancesRequest> page_request(const net::Request& request) {
  Result<http_request::Page> page = http_request::page_of(request);
  if (!page) return fail(std::move(page).error());
  orchestrator::InstancesRequest asked;
  asked.process_id = request.query_value("process_id").value_or("");
  asked.cursor = std::move(page->cursor);
  asked.limit = page->limit;
  return asked;
}

Task<net::Response> list_instances(Kept shared, net::Request request) {
  Result<orchestrator::InstancesRequest> asked = page_request(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<orchestrator::InstancesReply> found = co_await shared->parts.orchestrator->instances(request.context, std::move(*asked));
  if (!found) co_return fail(std::move(found).error());
  json::array items;
  for (const auto& one : found->items) items.push_back(to_json::instance(one));
  co_return reply_page(std::move(items), found->next_cursor);
}

Task<net::Response> list_incidents(Kept shared, net::Request request) {
  Result<orchestrator::InstancesRequest> asked = page_request(request);
  if (!asked) co_return fail(std::move(asked).error());
  Result<orchestrator::IncidentsReply> found = co_await shared->parts.orchestrator->incidents(request.context, std::move(*asked));
  if (!found) co_return fail(std::move(found).error());
  json::array items;
  for (const auto& one : found->items) items.push_back(to_json::incident(one));
  co_return reply_page(std::move(items), found->next_cursor);
}

Task<net::Response> retry_incident(Kept shared, net::Request request) {
  orchestrator::IncidentRequest asked{request.params.front()};
  Result<orchestrator::IncidentView> retried = co_await shared->parts.orchestrator->retry_incident(request.context, std::move(asked));
  if (!retried) co_return fail(std::move(retried).error());
  co_return net::empty_response(202);
}
}  // namespace

void add_admin(net::Router& router, Kept shared) {
  const auto add = [&](net::Method method, std::string pattern, std::string operation, std::string scope, Handle handle) {
    router.add({.method = method,
                .pattern = std::move(pattern),
                .operation_id = std::move(operation),
                .access = net::with_scope(std::move(scope)),
                .handler = [shared, handle](net::Request request) { return handle(shared, std::move(request)); }});
  };
  const std::string orders = "orders:write", processes = "processes:write";
  add(net::Method::get, "/api/admin/purchases", "admin_list_purchases", orders, list_purchases);
  add(net::Method::get, "/api/admin/purchases/{id}", "admin_get_purchase", orders, get_purchase);
  add(net::Method::post, "/api/admin/purchases/{id}/retry", "admin_retry_purchase", orders, retry_purchase);
  add(net::Method::post, "/api/admin/purchases/{id}/cancel", "admin_cancel_purchase", orders, cancel_purchase);
  add(net::Method::get, "/api/admin/purchases/{id}/process", "admin_get_purchase_process", orders, get_purchase_process);
  add(net::Method::get, "/api/admin/processes", "admin_list_processes", processes, list_processes);
  add(net::Method::post, "/api/admin/processes", "admin_deploy_process", processes, deploy_process);
  add(net::Method::get, "/api/admin/processes/instances", "admin_list_process_instances", processes, list_instances);
  add(net::Method::get, "/api/admin/processes/incidents", "admin_list_incidents", processes, list_incidents);
  add(net::Method::post, "/api/admin/processes/incidents/{id}/retry", "admin_retry_incident", processes, retry_incident);
}

}  // namespace pps::gateway::routes
