#include "net/described_json.hpp"
#include "services/payment/http.hpp"

namespace pps::payment {

void add_internal_routes(net::Router& router, std::shared_ptr<PaymentApi> api) {
  const auto add = [&](std::string_view name, auto method) {
    net::add_internal_method(router, "payment", name, api, method);
  };
  add("create_session", &PaymentApi::create_session);
  add("get_session", &PaymentApi::get_session);
  add("authorize", &PaymentApi::authorize);
  add("capture", &PaymentApi::capture);
  add("void_authorization", &PaymentApi::void_authorization);
  add("refund", &PaymentApi::refund);
  add("lookup", &PaymentApi::lookup);
  add("audit", &PaymentApi::audit);
  add("webhook", &PaymentApi::webhook);
}

}  // namespace pps::payment
