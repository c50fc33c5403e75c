#include "services/orchestrator/http.hpp"

#include "net/described_json.hpp"

namespace pps::orchestrator {

namespace {
/// A method of the Api as an internal route that keeps the Api alive.
template <class Reply, class Asked>
void add_method(net::Router& router, std::string_view name, std::shared_ptr<OrchestratorApi> api,
                Task<Reply> (OrchestratorApi::*method)(Context, Asked)) {
  auto bound = [api = std::move(api), method](Context context, Asked request) -> Task<Reply> {
    return ((*api).*method)(context, std::move(request));
  };
  net::add_internal_method(router, "orchestrator", name, std::move(bound));
}
}  // namespace

void add_internal_routes(net::Router& router, std::shared_ptr<OrchestratorApi> api) {
  const auto add = [&](std::string_view name, auto method) { add_method(router, name, api, method); };
  add("accept", &OrchestratorApi::accept);
  add("get", &OrchestratorApi::get);
  add("list", &OrchestratorApi::list);
  add("cancel", &OrchestratorApi::cancel);
  add("events", &OrchestratorApi::events);
  add("process", &OrchestratorApi::process);
  add("price", &OrchestratorApi::price);
  add("admin_list", &OrchestratorApi::admin_list);
  add("admin_get", &OrchestratorApi::admin_get);
  add("retry", &OrchestratorApi::retry);
  add("definitions", &OrchestratorApi::definitions);
  add("deploy", &OrchestratorApi::deploy);
  add("instances", &OrchestratorApi::instances);
  add("incidents", &OrchestratorApi::incidents);
  add("retry_incident", &OrchestratorApi::retry_incident);
}

}  // namespace pps::orchestrator
