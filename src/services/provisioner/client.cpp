#include "services/provisioner/client.hpp"

#include "net/described_json.hpp"

namespace pps::provisioner {

namespace {
class Remote final : public ProvisionerApi {
 public:
  explicit Remote(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}
  Task<CheckReply> check(Context context, CheckRequest request) override {
    return net::call_method<CheckReply>(*rpc_, context, "check", request);
  }
  Task<EffectReply> reserve(Context context, Line request) override {
    return net::call_method<EffectReply>(*rpc_, context, "reserve", request);
  }
  Task<EffectReply> unreserve(Context context, Line request) override {
    return net::call_method<EffectReply>(*rpc_, context, "unreserve", request);
  }
  Task<EffectReply> commit_hold(Context context, Line request) override {
    return net::call_method<EffectReply>(*rpc_, context, "commit_hold", request);
  }
  Task<EffectReply> prepare(Context context, Line request) override {
    return net::call_method<EffectReply>(*rpc_, context, "prepare", request);
  }
  Task<EffectReply> unprepare(Context context, Line request) override {
    return net::call_method<EffectReply>(*rpc_, context, "unprepare", request);
  }
  Task<EffectReply> release(Context context, Line request) override {
    return net::call_method<EffectReply>(*rpc_, context, "release", request);
  }
  Task<EffectReply> lookup(Context context, LookupRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "lookup", request);
  }
  Task<LineAudit> audit(Context context, Line request) override {
    return net::call_method<LineAudit>(*rpc_, context, "audit", request);
  }
  Task<store::StockLevel> inventory(Context context, store::SkuRequest request) override {
    return net::call_method<store::StockLevel>(*rpc_, context, "inventory", request);
  }
  Task<store::StockLevel> receive(Context context, store::StockChange request) override {
    return net::call_method<store::StockLevel>(*rpc_, context, "receive", request);
  }
  Task<store::StockLevel> adjust(Context context, store::StockChange request) override {
    return net::call_method<store::StockLevel>(*rpc_, context, "adjust", request);
  }
  Task<store::StockLevel> count(Context context, store::StockChange request) override {
    return net::call_method<store::StockLevel>(*rpc_, context, "count", request);
  }
  Task<store::StockLevel> set_policy(Context context, PolicyRequest request) override {
    return net::call_method<store::StockLevel>(*rpc_, context, "set_policy", request);
  }
  Task<store::MovementsReply> movements(Context context, store::MovementsRequest request) override {
    return net::call_method<store::MovementsReply>(*rpc_, context, "movements", request);
  }
  Task<AlertsReply> alerts(Context context, store::LowRequest request) override {
    return net::call_method<AlertsReply>(*rpc_, context, "alerts", request);
  }
  Task<store::LevelsReply> levels(Context context, store::LevelsRequest request) override {
    return net::call_method<store::LevelsReply>(*rpc_, context, "levels", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};
}  // namespace

std::shared_ptr<ProvisionerApi> make_remote(std::shared_ptr<net::RpcClient> rpc) {
  return std::make_shared<Remote>(std::move(rpc));
}

}  // namespace pps::provisioner
