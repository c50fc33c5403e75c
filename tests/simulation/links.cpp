#include "links.hpp"

namespace pps::simulation {

namespace {
class StoreLink final : public store::StoreApi, private Link<store::StoreApi> {
 public:
  using Link::Link;
  Task<EffectReply> reserve(Context context, store::ReserveRequest request) override {
    return call("store.reserve", context, &store::StoreApi::reserve, std::move(request));
  }
  Task<EffectReply> commit_hold(Context context, store::HoldRequest request) override {
    return call("store.commit_hold", context, &store::StoreApi::commit_hold, std::move(request));
  }
  Task<EffectReply> consume(Context context, store::HoldRequest request) override {
    return call("store.consume", context, &store::StoreApi::consume, std::move(request));
  }
  Task<EffectReply> unreserve(Context context, store::HoldRequest request) override {
    return call("store.unreserve", context, &store::StoreApi::unreserve, std::move(request));
  }
  Task<EffectReply> extend_hold(Context context, store::HoldRequest request) override {
    return call("store.extend_hold", context, &store::StoreApi::extend_hold, std::move(request));
  }
  Task<EffectReply> find_hold(Context context, store::HoldRequest request) override {
    return call("store.find_hold", context, &store::StoreApi::find_hold, std::move(request));
  }
  Task<store::HoldsReply> list_holds(Context context, store::HoldsRequest request) override {
    return call("store.list_holds", context, &store::StoreApi::list_holds, std::move(request));
  }
  Task<store::StockLevel> receive(Context context, store::StockChange request) override {
    return call("store.receive", context, &store::StoreApi::receive, std::move(request));
  }
  Task<store::StockLevel> adjust(Context context, store::StockChange request) override {
    return call("store.adjust", context, &store::StoreApi::adjust, std::move(request));
  }
  Task<store::StockLevel> count(Context context, store::StockChange request) override {
    return call("store.count", context, &store::StoreApi::count, std::move(request));
  }
  Task<store::StockLevel> set_threshold(Context context, store::ThresholdRequest request) override {
    return call("store.set_threshold", context, &store::StoreApi::set_threshold, std::move(request));
  }
  Task<store::LevelsReply> levels(Context context, store::LevelsRequest request) override {
    return call("store.levels", context, &store::StoreApi::levels, std::move(request));
  }
  Task<store::LowReply> low(Context context, store::LowRequest request) override {
    return call("store.low", context, &store::StoreApi::low, std::move(request));
  }
  Task<store::MovementsReply> movements(Context context, store::MovementsRequest request) override {
    return call("store.movements", context, &store::StoreApi::movements, std::move(request));
  }
  Task<EffectReply> prepare_instance(Context context, store::PrepareInstanceRequest request) override {
    return call("store.prepare_instance", context, &store::StoreApi::prepare_instance, std::move(request));
  }
  Task<EffectReply> release_instance(Context context, store::ReleaseInstanceRequest request) override {
    return call("store.release_instance", context, &store::StoreApi::release_instance, std::move(request));
  }
  Task<EffectReply> withdraw_instance(Context context, store::InstanceEffectRequest request) override {
    return call("store.withdraw_instance", context, &store::StoreApi::withdraw_instance, std::move(request));
  }
  Task<EffectReply> find_instance_effect(Context context, store::InstanceEffectRequest request) override {
    return call("store.find_instance_effect", context, &store::StoreApi::find_instance_effect, std::move(request));
  }
  Task<store::Owned> get_owned(Context context, store::OwnedRequest request) override {
    return call("store.get_owned", context, &store::StoreApi::get_owned, std::move(request));
  }
  Task<store::OwnedPage> list_owned(Context context, store::OwnedListRequest request) override {
    return call("store.list_owned", context, &store::StoreApi::list_owned, std::move(request));
  }
};

class ProvisionerLink final : public provisioner::ProvisionerApi, private Link<provisioner::ProvisionerApi> {
 public:
  using Link::Link;
  Task<provisioner::CheckReply> check(Context context, provisioner::CheckRequest request) override {
    return call("provisioner.check", context, &provisioner::ProvisionerApi::check, std::move(request));
  }
  Task<EffectReply> reserve(Context context, provisioner::Line request) override {
    return call("reserve", context, &provisioner::ProvisionerApi::reserve, std::move(request));
  }
  Task<EffectReply> unreserve(Context context, provisioner::Line request) override {
    return call("unreserve", context, &provisioner::ProvisionerApi::unreserve, std::move(request));
  }
  Task<EffectReply> commit_hold(Context context, provisioner::Line request) override {
    return call("commit_hold", context, &provisioner::ProvisionerApi::commit_hold, std::move(request));
  }
  Task<EffectReply> prepare(Context context, provisioner::Line request) override {
    return call("prepare", context, &provisioner::ProvisionerApi::prepare, std::move(request));
  }
  Task<EffectReply> unprepare(Context context, provisioner::Line request) override {
    return call("unprepare", context, &provisioner::ProvisionerApi::unprepare, std::move(request));
  }
  Task<EffectReply> release(Context context, provisioner::Line request) override {
    return call("release", context, &provisioner::ProvisionerApi::release, std::move(request));
  }
  Task<EffectReply> lookup(Context context, provisioner::LookupRequest request) override {
    return call("provisioner.lookup", context, &provisioner::ProvisionerApi::lookup, std::move(request));
  }
  Task<provisioner::LineAudit> audit(Context context, provisioner::Line request) override {
    return call("provisioner.audit", context, &provisioner::ProvisionerApi::audit, std::move(request));
  }
  Task<store::StockLevel> inventory(Context context, store::SkuRequest request) override {
    return call("inventory", context, &provisioner::ProvisionerApi::inventory, std::move(request));
  }
  Task<store::StockLevel> receive(Context context, store::StockChange request) override {
    return call("receive", context, &provisioner::ProvisionerApi::receive, std::move(request));
  }
  Task<store::StockLevel> adjust(Context context, store::StockChange request) override {
    return call("adjust", context, &provisioner::ProvisionerApi::adjust, std::move(request));
  }
  Task<store::StockLevel> count(Context context, store::StockChange request) override {
    return call("count", context, &provisioner::ProvisionerApi::count, std::move(request));
  }
  Task<store::StockLevel> set_policy(Context context, provisioner::PolicyRequest request) override {
    return call("set_policy", context, &provisioner::ProvisionerApi::set_policy, std::move(request));
  }
  Task<store::MovementsReply> movements(Context context, store::MovementsRequest request) override {
    return call("movements", context, &provisioner::ProvisionerApi::movements, std::move(request));
  }
  Task<provisioner::AlertsReply> alerts(Context context, store::LowRequest request) override {
    return call("alerts", context, &provisioner::ProvisionerApi::alerts, std::move(request));
  }
  Task<store::LevelsReply> levels(Context context, store::LevelsRequest request) override {
    return call("levels", context, &provisioner::ProvisionerApi::levels, std::move(request));
  }
};

class PaymentLink final : public payment::PaymentApi, private Link<payment::PaymentApi> {
 public:
  using Link::Link;
  Task<payment::Session> create_session(Context context, payment::CreateSessionRequest request) override {
    return call("payment.create_session", context, &payment::PaymentApi::create_session, std::move(request));
  }
  Task<payment::Session> get_session(Context context, payment::SessionRequest request) override {
    return call("payment.get_session", context, &payment::PaymentApi::get_session, std::move(request));
  }
  Task<payment::PaymentReply> authorize(Context context, payment::AuthorizeRequest request) override {
    return call("authorize", context, &payment::PaymentApi::authorize, std::move(request));
  }
  Task<payment::PaymentReply> capture(Context context, payment::CaptureRequest request) override {
    return call("capture", context, &payment::PaymentApi::capture, std::move(request));
  }
  Task<payment::PaymentReply> void_authorization(Context context, payment::PaymentRequest request) override {
    return call("void", context, &payment::PaymentApi::void_authorization, std::move(request));
  }
  Task<payment::PaymentReply> refund(Context context, payment::RefundRequest request) override {
    return call("refund", context, &payment::PaymentApi::refund, std::move(request));
  }
  Task<payment::PaymentView> lookup(Context context, payment::PaymentRequest request) override {
    return call("payment.lookup", context, &payment::PaymentApi::lookup, std::move(request));
  }
  Task<payment::PaymentView> audit(Context context, payment::PaymentRequest request) override {
    return call("payment.audit", context, &payment::PaymentApi::audit, std::move(request));
  }
  Task<payment::WebhookReply> webhook(Context context, payment::WebhookRequest request) override {
    return call("payment.webhook", context, &payment::PaymentApi::webhook, std::move(request));
  }
};

class OrchestratorLink final : public orchestrator::OrchestratorApi, private Link<orchestrator::OrchestratorApi> {
 public:
  using Link::Link;
  Task<orchestrator::AcceptReply> accept(Context context, orchestrator::AcceptRequest request) override {
    return call("orchestrator.accept", context, &orchestrator::OrchestratorApi::accept, std::move(request));
  }
  Task<orchestrator::Purchase> get(Context context, orchestrator::PurchaseRequest request) override {
    return call("orchestrator.get", context, &orchestrator::OrchestratorApi::get, std::move(request));
  }
  Task<orchestrator::PurchasePage> list(Context context, orchestrator::ListRequest request) override {
    return call("orchestrator.list", context, &orchestrator::OrchestratorApi::list, std::move(request));
  }
  Task<orchestrator::Purchase> cancel(Context context, orchestrator::PurchaseRequest request) override {
    return call("orchestrator.cancel", context, &orchestrator::OrchestratorApi::cancel, std::move(request));
  }
  Task<orchestrator::EventsReply> events(Context context, orchestrator::EventsRequest request) override {
    return call("orchestrator.events", context, &orchestrator::OrchestratorApi::events, std::move(request));
  }
  Task<orchestrator::ProcessReply> process(Context context, orchestrator::PurchaseRequest request) override {
    return call("orchestrator.process", context, &orchestrator::OrchestratorApi::process, std::move(request));
  }
  Task<orchestrator::PriceReply> price(Context context, orchestrator::PriceRequest request) override {
    return call("orchestrator.price", context, &orchestrator::OrchestratorApi::price, std::move(request));
  }
  Task<orchestrator::AdminPage> admin_list(Context context, orchestrator::ListRequest request) override {
    return call("orchestrator.admin_list", context, &orchestrator::OrchestratorApi::admin_list, std::move(request));
  }
  Task<orchestrator::AdminPurchase> admin_get(Context context, orchestrator::PurchaseRequest request) override {
    return call("orchestrator.admin_get", context, &orchestrator::OrchestratorApi::admin_get, std::move(request));
  }
  Task<orchestrator::AdminPurchase> retry(Context context, orchestrator::PurchaseRequest request) override {
    return call("orchestrator.retry", context, &orchestrator::OrchestratorApi::retry, std::move(request));
  }
  Task<orchestrator::DefinitionsReply> definitions(Context context, orchestrator::Nothing request) override {
    return call("orchestrator.definitions", context, &orchestrator::OrchestratorApi::definitions, std::move(request));
  }
  Task<orchestrator::DefinitionView> deploy(Context context, orchestrator::DeployRequest request) override {
    return call("orchestrator.deploy", context, &orchestrator::OrchestratorApi::deploy, std::move(request));
  }
  Task<orchestrator::InstancesReply> instances(Context context, orchestrator::InstancesRequest request) override {
    return call("orchestrator.instances", context, &orchestrator::OrchestratorApi::instances, std::move(request));
  }
  Task<orchestrator::IncidentsReply> incidents(Context context, orchestrator::InstancesRequest request) override {
    return call("orchestrator.incidents", context, &orchestrator::OrchestratorApi::incidents, std::move(request));
  }
  Task<orchestrator::IncidentView> retry_incident(Context context, orchestrator::IncidentRequest request) override {
    return call("orchestrator.retry_incident", context, &orchestrator::OrchestratorApi::retry_incident, std::move(request));
  }
};

}  // namespace

std::shared_ptr<store::StoreApi> link_store(Wire& wire, Port<store::StoreApi>& port, runtime::SimulatedProcess& caller) {
  return std::make_shared<StoreLink>(wire, port, caller);
}
std::shared_ptr<provisioner::ProvisionerApi> link_provisioner(Wire& wire, Port<provisioner::ProvisionerApi>& port, runtime::SimulatedProcess& caller) {
  return std::make_shared<ProvisionerLink>(wire, port, caller);
}
std::shared_ptr<payment::PaymentApi> link_payment(Wire& wire, Port<payment::PaymentApi>& port, runtime::SimulatedProcess& caller) {
  return std::make_shared<PaymentLink>(wire, port, caller);
}
std::shared_ptr<orchestrator::OrchestratorApi> link_orchestrator(Wire& wire, Port<orchestrator::OrchestratorApi>& port, runtime::SimulatedProcess& caller) {
  return std::make_shared<OrchestratorLink>(wire, port, caller);
}

}  // namespace pps::simulation
