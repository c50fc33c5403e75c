#include "services/store/http.hpp"

#include "net/described_json.hpp"

namespace pps::store {

void add_internal_routes(net::Router& router, std::shared_ptr<StoreApi> api) {
  const auto add = [&](std::string_view name, auto method) {
    net::add_internal_method(router, "store", name, api, method);
  };
  add("reserve", &StoreApi::reserve);
  add("commit_hold", &StoreApi::commit_hold);
  add("consume", &StoreApi::consume);
  add("unreserve", &StoreApi::unreserve);
  add("extend_hold", &StoreApi::extend_hold);
  add("find_hold", &StoreApi::find_hold);
  add("list_holds", &StoreApi::list_holds);
  add("receive", &StoreApi::receive);
  add("adjust", &StoreApi::adjust);
  add("count", &StoreApi::count);
  add("set_threshold", &StoreApi::set_threshold);
  add("levels", &StoreApi::levels);
  add("low", &StoreApi::low);
  add("movements", &StoreApi::movements);
  add("prepare_instance", &StoreApi::prepare_instance);
  add("release_instance", &StoreApi::release_instance);
  add("withdraw_instance", &StoreApi::withdraw_instance);
  add("find_instance_effect", &StoreApi::find_instance_effect);
  add("get_owned", &StoreApi::get_owned);
  add("list_owned", &StoreApi::list_owned);
}

}  // namespace pps::store
