#include "services/orchestrator/client.hpp"

#include "net/described_json.hpp"

namespace pps::orchestrator {

namespace {
class Remote final : public OrchestratorApi {
 public:
  explicit Remote(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}
  Task<AcceptReply> accept(Context context, AcceptRequest request) override {
    return net::call_method<AcceptReply>(*rpc_, context, "accept", request);
  }
  Task<Purchase> get(Context context, PurchaseRequest request) override {
    return net::call_method<Purchase>(*rpc_, context, "get", request);
  }
  Task<PurchasePage> list(Context context, ListRequest request) override {
    return net::call_method<PurchasePage>(*rpc_, context, "list", request);
  }
  Task<Purchase> cancel(Context context, PurchaseRequest request) override {
    return net::call_method<Purchase>(*rpc_, context, "cancel", request);
  }
  Task<EventsReply> events(Context context, EventsRequest request) override {
    return net::call_method<EventsReply>(*rpc_, context, "events", request);
  }
  Task<ProcessReply> process(Context context, PurchaseRequest request) override {
    return net::call_method<ProcessReply>(*rpc_, context, "process", request);
  }
  Task<PriceReply> price(Context context, PriceRequest request) override {
    return net::call_method<PriceReply>(*rpc_, context, "price", request);
  }
  Task<AdminPage> admin_list(Context context, ListRequest request) override {
    return net::call_method<AdminPage>(*rpc_, context, "admin_list", request);
  }
  Task<AdminPurchase> admin_get(Context context, PurchaseRequest request) override {
    return net::call_method<AdminPurchase>(*rpc_, context, "admin_get", request);
  }
  Task<AdminPurchase> retry(Context context, PurchaseRequest request) override {
    return net::call_method<AdminPurchase>(*rpc_, context, "retry", request);
  }
  Task<DefinitionsReply> definitions(Context context, Nothing request) override {
    return net::call_method<DefinitionsReply>(*rpc_, context, "definitions", request);
  }
  Task<DefinitionView> deploy(Context context, DeployRequest request) override {
    return net::call_method<DefinitionView>(*rpc_, context, "deploy", request);
  }
  Task<InstancesReply> instances(Context context, InstancesRequest request) override {
    return net::call_method<InstancesReply>(*rpc_, context, "instances", request);
  }
  Task<IncidentsReply> incidents(Context context, InstancesRequest request) override {
    return net::call_method<IncidentsReply>(*rpc_, context, "incidents", request);
  }
  Task<IncidentView> retry_incident(Context context, IncidentRequest request) override {
    return net::call_method<IncidentView>(*rpc_, context, "retry_incident", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};
}  // namespace

std::shared_ptr<OrchestratorApi> make_remote(std::shared_ptr<net::RpcClient> rpc) {
  return std::make_shared<Remote>(std::move(rpc));
}

}  // namespace pps::orchestrator
