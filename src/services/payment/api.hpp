#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "base/id.hpp"
#include "base/money.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"
#include "services/effect_reply.hpp"

/// The payment service: PPS's side of the payment provider. One payment per purchase.
namespace pps::payment {

/// What one charge may amount to in a currency, in minor units: eight digits, and the provider's least amount where it names
/// one (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
struct ChargeLimits {
  std::int64_t least = 1;
  std::int64_t most = 99'999'999;
};
inline ChargeLimits charge_limits(Currency currency) {
  static constexpr std::array<std::pair<std::array<char, 3>, std::int64_t>, 24> kLeast{{
      {{'A', 'E', 'D'}, 200},   {{'A', 'U', 'D'}, 50},   {{'B', 'G', 'N'}, 100}, {{'B', 'R', 'L'}, 50},
      {{'C', 'A', 'D'}, 50},    {{'C', 'H', 'F'}, 50},   {{'C', 'Z', 'K'}, 1500}, {{'D', 'K', 'K'}, 250},
      {{'E', 'U', 'R'}, 50},    {{'G', 'B', 'P'}, 30},   {{'H', 'K', 'D'}, 400}, {{'H', 'U', 'F'}, 17500},
      {{'I', 'N', 'R'}, 50},    {{'J', 'P', 'Y'}, 50},   {{'M', 'X', 'N'}, 1000}, {{'M', 'Y', 'R'}, 200},
      {{'N', 'O', 'K'}, 300},   {{'N', 'Z', 'D'}, 50},   {{'P', 'L', 'N'}, 200}, {{'R', 'O', 'N'}, 200},
      {{'S', 'E', 'K'}, 300},   {{'S', 'G', 'D'}, 50},   {{'T', 'H', 'B'}, 1000}, {{'U', 'S', 'D'}, 50},
  }};
  for (const auto& [code, least] : kLeast)
    if (code == currency.code) return {.least = least};
  return {};
}

struct CreateSessionRequest {
  CustomerId customer;
  std::string return_url;  ///< Must be of the public origin (or configured ones).
};
struct SessionRequest {
  CustomerId customer;
  std::string id;
};
struct Session {
  std::string id, url;
  std::string status;          ///< open complete expired
  std::string payment_method;  ///< Once complete: "pm_…".
  std::string card_brand, card_last4;
  std::int64_t card_exp_month = 0, card_exp_year = 0;
};

struct AuthorizeRequest {
  PurchaseId purchase;
  CustomerId customer;
  Money amount;
  std::string payment_method;  ///< "pm_…"; must be the customer's own or a ready-made token where
                               ///< those are allowed.
  std::string return_url;      ///< Where a 3-D Secure challenge returns to.
};
struct PaymentRequest {
  PurchaseId purchase;
};
struct CaptureRequest {
  PurchaseId purchase;
  Money amount;
};
struct RefundRequest {
  EffectId effect;  ///< <purchase>/refund/<line>
  PurchaseId purchase;
  Money amount;
};
/// state pending with an action: the customer must act (3-D Secure); "payment.confirmed" comes on
/// the bus.
struct PaymentReply {
  EffectState state = EffectState::unknown;
  std::string code;    ///< refused: payment.declined, payment.capture_refused, …
  std::string detail;  ///< The provider's decline code.
  std::string action_url;
};
struct PaymentView {
  PurchaseId purchase;
  std::string intent;  ///< "pi_…"
  std::string status;  ///< created authorized requires_action captured voided declined refunded
  Money amount, captured, refunded;
};
struct WebhookRequest {
  std::string body, signature;
};
struct WebhookReply {
  bool accepted = false;
};

BOOST_DESCRIBE_STRUCT(CreateSessionRequest, (), (customer, return_url))
BOOST_DESCRIBE_STRUCT(SessionRequest, (), (customer, id))
BOOST_DESCRIBE_STRUCT(Session, (),
                      (id, url, status, payment_method, card_brand, card_last4, card_exp_month,
                       card_exp_year))
BOOST_DESCRIBE_STRUCT(AuthorizeRequest, (),
                      (purchase, customer, amount, payment_method, return_url))
BOOST_DESCRIBE_STRUCT(PaymentRequest, (), (purchase))
BOOST_DESCRIBE_STRUCT(CaptureRequest, (), (purchase, amount))
BOOST_DESCRIBE_STRUCT(RefundRequest, (), (effect, purchase, amount))
BOOST_DESCRIBE_STRUCT(PaymentReply, (), (state, code, detail, action_url))
BOOST_DESCRIBE_STRUCT(PaymentView, (), (purchase, intent, status, amount, captured, refunded))
BOOST_DESCRIBE_STRUCT(WebhookRequest, (), (body, signature))
BOOST_DESCRIBE_STRUCT(WebhookReply, (), (accepted))

/// The intent's id is stored before it is confirmed, captured or cancelled; an unknown outcome of
/// the provider is resolved by reading that id before answering, within the deadline. Idempotent by
/// purchase. Loop-confined.
class PaymentApi {
 public:
  virtual ~PaymentApi() = default;
  virtual Task<Session> create_session(Context context, CreateSessionRequest request) = 0;
  virtual Task<Session> get_session(Context context,
                                    SessionRequest request) = 0;  ///< `not_found`, also another's.

  virtual Task<PaymentReply> authorize(Context context, AuthorizeRequest request) = 0;
  /// done; refused "payment.capture_refused" only when read from the provider.
  virtual Task<PaymentReply> capture(Context context, CaptureRequest request) = 0;
  /// undone: the authorization is cancelled at the provider, or a tombstone stops a late authorize
  /// ("already_undone"). After a capture: refunds it whole (money that arrived after cancellation).
  virtual Task<PaymentReply> void_authorization(Context context, PaymentRequest request) = 0;
  virtual Task<PaymentReply> refund(Context context, RefundRequest request) = 0;
  /// Reads the provider when the stored state is not final. `not_found` if there is none.
  virtual Task<PaymentView> lookup(Context context, PaymentRequest request) = 0;
  /// What the provider itself says now, whatever is kept here; for the reconciler. `refunded` is the sum of the provider's
  /// refunds. `not_found` if there is none; what never had an intent is answered from here.
  virtual Task<PaymentView> audit(Context context, PaymentRequest request) = 0;
  /// Stripe-Signature checked within 5 minutes; unknown event types are accepted and ignored.
  virtual Task<WebhookReply> webhook(Context context, WebhookRequest request) = 0;
};

/// Events on topic "payment": "payment.confirmed", "payment.failed"; key = purchase id, body = this
/// as JSON.
struct PaymentEvent {
  PurchaseId purchase;
  std::string code;
};
BOOST_DESCRIBE_STRUCT(PaymentEvent, (), (purchase, code))

}  // namespace pps::payment
