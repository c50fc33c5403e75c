#include "services/payment/client.hpp"

#include "net/described_json.hpp"

namespace pps::payment {

namespace {
class Remote final : public PaymentApi {
 public:
  explicit Remote(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}
  Task<Session> create_session(Context context, CreateSessionRequest request) override {
    return net::call_method<Session>(*rpc_, context, "create_session", request);
  }
  Task<Session> get_session(Context context, SessionRequest request) override {
    return net::call_method<Session>(*rpc_, context, "get_session", request);
  }
  Task<PaymentReply> authorize(Context context, AuthorizeRequest request) override {
    return net::call_method<PaymentReply>(*rpc_, context, "authorize", request);
  }
  Task<PaymentReply> capture(Context context, CaptureRequest request) override {
    return net::call_method<PaymentReply>(*rpc_, context, "capture", request);
  }
  Task<PaymentReply> void_authorization(Context context, PaymentRequest request) override {
    return net::call_method<PaymentReply>(*rpc_, context, "void_authorization", request);
  }
  Task<PaymentReply> refund(Context context, RefundRequest request) override {
    return net::call_method<PaymentReply>(*rpc_, context, "refund", request);
  }
  Task<PaymentView> lookup(Context context, PaymentRequest request) override {
    return net::call_method<PaymentView>(*rpc_, context, "lookup", request);
  }
  Task<PaymentView> audit(Context context, PaymentRequest request) override {
    return net::call_method<PaymentView>(*rpc_, context, "audit", request);
  }
  Task<WebhookReply> webhook(Context context, WebhookRequest request) override {
    return net::call_method<WebhookReply>(*rpc_, context, "webhook", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};
}  // namespace

std::shared_ptr<PaymentApi> make_remote(std::shared_ptr<net::RpcClient> rpc) {
  return std::make_shared<Remote>(std::move(rpc));
}

}  // namespace pps::payment
