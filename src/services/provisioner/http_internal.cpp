#include "net/described_json.hpp"
#include "services/provisioner/http.hpp"

namespace pps::provisioner {

void add_internal_routes(net::Router& router, std::shared_ptr<ProvisionerApi> api) {
  const auto add = [&](std::string_view name, auto method) {
    net::add_internal_method(router, "provisioner", name, api, method);
  };
  add("check", &ProvisionerApi::check);
  add("reserve", &ProvisionerApi::reserve);
  add("unreserve", &ProvisionerApi::unreserve);
  add("commit_hold", &ProvisionerApi::commit_hold);
  add("prepare", &ProvisionerApi::prepare);
  add("unprepare", &ProvisionerApi::unprepare);
  add("release", &ProvisionerApi::release);
  add("lookup", &ProvisionerApi::lookup);
  add("audit", &ProvisionerApi::audit);
  add("inventory", &ProvisionerApi::inventory);
  add("receive", &ProvisionerApi::receive);
  add("adjust", &ProvisionerApi::adjust);
  add("count", &ProvisionerApi::count);
  add("set_policy", &ProvisionerApi::set_policy);
  add("movements", &ProvisionerApi::movements);
  add("alerts", &ProvisionerApi::alerts);
  add("levels", &ProvisionerApi::levels);
}

}  // namespace pps::provisioner
