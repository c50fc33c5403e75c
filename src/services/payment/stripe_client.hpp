#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/money.hpp"
#include "net/client.hpp"

namespace pps::payment {

/// A PaymentIntent as far as it is used.
struct Intent {
  std::string id;
  /// requires_payment_method requires_confirmation requires_action processing requires_capture
  /// canceled succeeded
  std::string status;
  std::int64_t amount = 0, amount_received = 0;
  std::string decline_code;  ///< Of its last payment error.
  std::string action_url;    ///< Where the customer must go, with requires_action.
  std::string purchase;      ///< Our metadata.
};
struct RefundObject {
  std::string id, effect;
  std::int64_t amount = 0;
  std::string status;
};
struct CheckoutSession {
  std::string id, url, status, customer, setup_intent;
};
struct CardMethod {
  std::string id, customer, brand, last4;
  std::int64_t exp_month = 0, exp_year = 0;
};
struct ProviderEvent {
  std::string type, intent, purchase;
};

/// The provider's answer to one call: what it said, or why that is not known.
///
/// Errors: `invalid` with the provider's code (it refused: nothing was done); `conflict`
/// "card_error" (declined; the detail is the decline code); `not_found`; `unavailable` (surely not
/// done); `unknown_outcome`: "provider.recorded" when it answered 5xx (the same idempotency key
/// would answer the same again), else "provider.silent".
class StripeClient {
 public:
  StripeClient(std::shared_ptr<net::HttpClient> http, std::string secret_key)
      : http_(std::move(http)), secret_key_(std::move(secret_key)) {}

  struct NewIntent {
    std::string purchase, payment_method, customer;  ///< customer: may be empty.
    Money amount;
  };
  Task<Intent> create_intent(Context context, NewIntent intent, std::string key);
  Task<Intent> confirm_intent(Context context, std::string id, std::string return_url,
                              std::string key);
  Task<Intent> capture_intent(Context context, std::string id, std::int64_t amount,
                              std::string key);
  Task<Intent> cancel_intent(Context context, std::string id, std::string key);
  Task<Intent> get_intent(Context context, std::string id);
  Task<RefundObject> create_refund(Context context, std::string intent, std::int64_t amount,
                                   std::string effect, std::string key);
  Task<std::vector<RefundObject>> list_refunds(Context context, std::string intent);

  Task<std::string> create_customer(Context context, std::string reference, std::string key);
  Task<CheckoutSession> create_session(Context context, std::string customer,
                                       std::string return_url, std::string key);
  Task<CheckoutSession> get_session(Context context, std::string id);
  Task<std::string> method_of_setup(Context context, std::string setup_intent);
  Task<CardMethod> get_method(Context context, std::string id);

  /// Stripe-Signature: `t=…,v1=…`, HMAC-SHA-256 of "t.body", at most 5 minutes old. Error
  /// `malformed` "webhook.signature".
  static Result<void> check_signature(const std::string& body, const std::string& header,
                                      const std::string& secret, std::int64_t now_s);
  static Result<ProviderEvent> read_event(const std::string& body);

 private:
  using Form = std::vector<std::pair<std::string, std::string>>;
  Task<std::string> post(Context context, std::string path, Form form, std::string key);
  Task<std::string> get(Context context, std::string path);
  Task<std::string> send(Context context, net::ClientRequest request);

  std::shared_ptr<net::HttpClient> http_;
  std::string secret_key_;
};

}  // namespace pps::payment
