#pragma once

#include <memory>
#include <vector>

#include "bus/bus.hpp"
#include "runtime/runtime.hpp"
#include "services/payment/api.hpp"
#include "services/payment/payment_shard.hpp"
#include "services/payment/stripe_client.hpp"
#include "storage/shard_host.hpp"

namespace pps::payment {

struct Settings {
  std::string webhook_secret;
  bool allow_test_tokens = false;           ///< Take the provider's ready-made "pm_card_…".
  std::vector<std::string> return_origins;  ///< Where a session may return to.
};

/// The rules of the payment service. Loop-confined.
class PaymentService final : public PaymentApi {
 public:
  struct Dependencies {
    runtime::Runtime& runtime;
    std::shared_ptr<storage::Table> table;
    std::shared_ptr<bus::Bus> bus;
    std::shared_ptr<net::HttpClient> provider;
    std::string secret_key;
    std::uint16_t shards = 4;
    Settings settings;
  };
  explicit PaymentService(Dependencies dependencies);
  Task<void> start();

  Task<Session> create_session(Context context, CreateSessionRequest request) override;
  Task<Session> get_session(Context context, SessionRequest request) override;
  Task<PaymentReply> authorize(Context context, AuthorizeRequest request) override;
  Task<PaymentReply> capture(Context context, CaptureRequest request) override;
  Task<PaymentReply> void_authorization(Context context, PaymentRequest request) override;
  Task<PaymentReply> refund(Context context, RefundRequest request) override;
  Task<PaymentView> lookup(Context context, PaymentRequest request) override;
  Task<PaymentView> audit(Context context, PaymentRequest request) override;
  Task<WebhookReply> webhook(Context context, WebhookRequest request) override;

 private:
  using Host = storage::ShardHost<PaymentShard>;
  /// A payment, locked until it is destroyed.
  class Locked;
  Task<std::shared_ptr<Locked>> lock(PurchaseId purchase);

  Task<PaymentReply> authorize_locked(Context context, std::shared_ptr<Locked> payment,
                                      AuthorizeRequest request);
  /// The reply, once all that it tells of is durable.
  Task<PaymentReply> told(std::shared_ptr<Locked> payment, Result<PaymentReply> reply);
  Task<PaymentReply> create_and_confirm(Context context, std::shared_ptr<Locked> payment,
                                        AuthorizeRequest request);
  Task<PaymentReply> confirm(Context context, std::shared_ptr<Locked> payment,
                             std::string return_url);
  /// Takes what was read from the provider into the row; the reply to authorize.
  PaymentReply take_in(Locked& payment, const Intent& intent);
  PaymentReply reply_to_authorize(const PaymentRow& row) const;
  std::string key(PaymentRow& row, const char* operation) const;
  void note_recorded(PaymentRow& row, const char* operation, const Error& error) const;
  bool past(const Context& context) const {
    return deps_.runtime.clock.monotonic() >= context.deadline;
  }

  Task<std::string> provider_customer(Context context, CustomerId customer, bool make);
  Task<void> look_again(PurchaseId purchase);
  void watch_waiting();

  Dependencies deps_;
  StripeClient stripe_;
  std::vector<std::unique_ptr<Host>> hosts_;
  runtime::TimerHandle watch_timer_;
};

}  // namespace pps::payment
