#include "services/shoppers/client.hpp"

#include "net/described_json.hpp"

namespace pps::shoppers {

namespace {
class Remote final : public ShoppersApi {
 public:
  explicit Remote(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}
  Task<AddressBook> addresses(Context context, AccountRequest request) override {
    return net::call_method<AddressBook>(*rpc_, context, "addresses", request);
  }
  Task<AddressReply> add_address(Context context, AddAddress request) override {
    return net::call_method<AddressReply>(*rpc_, context, "add_address", request);
  }
  Task<AddressReply> change_address(Context context, ChangeAddress request) override {
    return net::call_method<AddressReply>(*rpc_, context, "change_address", request);
  }
  Task<AddressBook> remove_address(Context context, RemoveAddress request) override {
    return net::call_method<AddressBook>(*rpc_, context, "remove_address", request);
  }
  Task<Basket> basket(Context context, AccountRequest request) override {
    return net::call_method<Basket>(*rpc_, context, "basket", request);
  }
  Task<Basket> set_basket(Context context, SetBasket request) override {
    return net::call_method<Basket>(*rpc_, context, "set_basket", request);
  }
  Task<MergeReply> merge_basket(Context context, MergeBasket request) override {
    return net::call_method<MergeReply>(*rpc_, context, "merge_basket", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};
}  // namespace

std::shared_ptr<ShoppersApi> make_remote(std::shared_ptr<net::RpcClient> rpc) { return std::make_shared<Remote>(std::move(rpc)); }

}  // namespace pps::shoppers
