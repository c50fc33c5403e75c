#include "services/store/client.hpp"

#include "net/described_json.hpp"

namespace pps::store {

namespace {
class Remote final : public StoreApi {
 public:
  explicit Remote(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}
  Task<EffectReply> reserve(Context context, ReserveRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "reserve", request);
  }
  Task<EffectReply> commit_hold(Context context, HoldRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "commit_hold", request);
  }
  Task<EffectReply> consume(Context context, HoldRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "consume", request);
  }
  Task<EffectReply> unreserve(Context context, HoldRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "unreserve", request);
  }
  Task<EffectReply> extend_hold(Context context, HoldRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "extend_hold", request);
  }
  Task<EffectReply> find_hold(Context context, HoldRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "find_hold", request);
  }
  Task<HoldsReply> list_holds(Context context, HoldsRequest request) override {
    return net::call_method<HoldsReply>(*rpc_, context, "list_holds", request);
  }
  Task<StockLevel> receive(Context context, StockChange request) override {
    return net::call_method<StockLevel>(*rpc_, context, "receive", request);
  }
  Task<StockLevel> adjust(Context context, StockChange request) override {
    return net::call_method<StockLevel>(*rpc_, context, "adjust", request);
  }
  Task<StockLevel> count(Context context, StockChange request) override {
    return net::call_method<StockLevel>(*rpc_, context, "count", request);
  }
  Task<StockLevel> set_threshold(Context context, ThresholdRequest request) override {
    return net::call_method<StockLevel>(*rpc_, context, "set_threshold", request);
  }
  Task<LevelsReply> levels(Context context, LevelsRequest request) override {
    return net::call_method<LevelsReply>(*rpc_, context, "levels", request);
  }
  Task<LowReply> low(Context context, LowRequest request) override {
    return net::call_method<LowReply>(*rpc_, context, "low", request);
  }
  Task<MovementsReply> movements(Context context, MovementsRequest request) override {
    return net::call_method<MovementsReply>(*rpc_, context, "movements", request);
  }
  Task<EffectReply> prepare_instance(Context context, PrepareInstanceRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "prepare_instance", request);
  }
  Task<EffectReply> release_instance(Context context, ReleaseInstanceRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "release_instance", request);
  }
  Task<EffectReply> withdraw_instance(Context context, InstanceEffectRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "withdraw_instance", request);
  }
  Task<EffectReply> find_instance_effect(Context context, InstanceEffectRequest request) override {
    return net::call_method<EffectReply>(*rpc_, context, "find_instance_effect", request);
  }
  Task<Owned> get_owned(Context context, OwnedRequest request) override {
    return net::call_method<Owned>(*rpc_, context, "get_owned", request);
  }
  Task<OwnedPage> list_owned(Context context, OwnedListRequest request) override {
    return net::call_method<OwnedPage>(*rpc_, context, "list_owned", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};
}  // namespace

std::shared_ptr<StoreApi> make_remote(std::shared_ptr<net::RpcClient> rpc) {
  return std::make_shared<Remote>(std::move(rpc));
}

}  // namespace pps::store
