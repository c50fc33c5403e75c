#include <algorithm>

#include "services/payment/service.hpp"
#include "services/payment/service_locked.hpp"
#include "storage/keys.hpp"

/// The provider's hosted page, the provider's customers, webhooks and look-ups.
namespace pps::payment {

namespace {
const char* name_of(PaymentState state, bool refunded) {
  switch (state) {
    case PaymentState::created:
      return "created";
    case PaymentState::requires_action:
      return "requires_action";
    case PaymentState::authorized:
      return "authorized";
    case PaymentState::captured:
      return refunded ? "refunded" : "captured";
    case PaymentState::declined:
      return "declined";
    case PaymentState::voided:
      return "voided";
  }
  return "created";
}
}  // namespace

Task<std::string> PaymentService::provider_customer(Context context, CustomerId customer,
                                                    bool make) {
  const std::string partition = storage::KeyWriter().uuid(customer.value).take();
  const storage::RowKey at{CustomerRow::kKind, {}};
  Result<std::optional<storage::Row>> row = co_await deps_.table->find(kCustomers, partition, at);
  if (!row) co_return fail(std::move(row).error());
  if (*row) {
    Result<CustomerRow> known = storage::decode_row<CustomerRow>((*row)->body);
    if (!known) co_return fail(std::move(known).error());
    co_return known->customer;
  }
  if (!make) co_return std::string{};
  Result<std::string> made = co_await stripe_.create_customer(context, customer.to_string(),
                                                              "customer/" + customer.to_string());
  if (!made) co_return made;
  storage::Batch batch{.family = &kCustomers, .partition = partition};
  batch.conditions.push_back({storage::Condition::Kind::absent, at, 0});
  batch.mutations.emplace_back(storage::Put{{at, 1, storage::encode_row(CustomerRow{*made, {}})}});
  Result<void> kept = co_await deps_.table->commit(std::move(batch));
  if (kept) co_return made;
  if (kept.error().kind != ErrorKind::conflict) co_return fail(std::move(kept).error());
  co_return co_await provider_customer(context, customer, false);  // somebody was faster
}

Task<Session> PaymentService::create_session(Context context, CreateSessionRequest request) {
  const auto& origins = deps_.settings.return_origins;
  const bool ours = std::ranges::any_of(origins, [&](const std::string& origin) {
    return request.return_url == origin || request.return_url.starts_with(origin + "/");
  });
  if (!ours || request.return_url.size() > 2000)
    co_return fail_field("/return_url", "return_url.foreign",
                         "must be a page of " + origins.front());
  Result<std::string> customer = co_await provider_customer(context, request.customer, true);
  if (!customer) co_return fail(std::move(customer).error());
  std::string key = "session/" + runtime::new_uuid(deps_.runtime).to_string();
  Result<CheckoutSession> session =
      co_await stripe_.create_session(context, *customer, request.return_url, std::move(key));
  if (!session) co_return fail(std::move(session).error());
  co_return Session{.id = session->id, .url = session->url, .status = session->status};
}

Task<Session> PaymentService::get_session(Context context, SessionRequest request) {
  Result<std::string> customer = co_await provider_customer(context, request.customer, false);
  if (!customer) co_return fail(std::move(customer).error());
  Result<CheckoutSession> session = co_await stripe_.get_session(context, request.id);
  if (!session && session.error().kind != ErrorKind::not_found)
    co_return fail(std::move(session).error());
  if (!session || customer->empty() || session->customer != *customer)
    co_return fail(ErrorKind::not_found, "payment_session.not_found",
                   "no such payment session of yours");
  Session reply{.id = session->id, .url = session->url, .status = session->status};
  if (session->status != "complete") co_return reply;
  Result<std::string> method = co_await stripe_.method_of_setup(context, session->setup_intent);
  if (!method) co_return fail(std::move(method).error());
  Result<CardMethod> card = co_await stripe_.get_method(context, *method);
  if (!card) co_return fail(std::move(card).error());
  reply.payment_method = card->id;
  reply.card_brand = card->brand;
  reply.card_last4 = card->last4;
  reply.card_exp_month = card->exp_month;
  reply.card_exp_year = card->exp_year;
  co_return reply;
}

Task<PaymentView> PaymentService::lookup(Context context, PaymentRequest request) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(request.purchase);
  if (!payment) co_return fail(std::move(payment).error());
  PaymentRow& row = (*payment)->row();
  if ((*payment)->is_new())
    co_return fail(ErrorKind::not_found, "payment.not_found",
                   "nothing was authorized for this purchase");
  if (!row.ended() && !row.intent.empty()) {
    Result<Intent> intent = co_await stripe_.get_intent(context, row.intent);
    if (!intent) co_return fail(std::move(intent).error());
    if (intent->status != "requires_confirmation" && intent->status != "processing")
      take_in(**payment, *intent);
  }
  Result<void> durable = co_await (*payment)->flush();
  if (!durable) co_return fail(std::move(durable).error());
  const Currency currency = row.amount.currency;
  const bool all_back = row.captured > 0 && row.refunded() == row.captured;
  co_return PaymentView{row.purchase,
                        row.intent,
                        name_of(row.state, all_back),
                        row.amount,
                        {row.captured, currency},
                        {row.refunded(), currency}};
}

Task<PaymentView> PaymentService::audit(Context context, PaymentRequest request) {
  Result<std::shared_ptr<Locked>> payment = co_await lock(request.purchase);
  if (!payment) co_return fail(std::move(payment).error());
  const PaymentRow row = (*payment)->row();
  const bool is_new = (*payment)->is_new();
  Result<void> ours = co_await (*payment)->confirm();
  if (!ours) co_return fail(std::move(ours).error());
  payment->reset();
  if (is_new) co_return fail(ErrorKind::not_found, "payment.not_found", "nothing was authorized for this purchase");
  const Currency currency = row.amount.currency;
  PaymentView view{row.purchase, row.intent, name_of(row.state, false), row.amount, {0, currency}, {0, currency}};
  if (row.intent.empty()) co_return view;
  Result<Intent> intent = co_await stripe_.get_intent(context, row.intent);
  if (!intent) co_return fail(std::move(intent).error());
  view.status = name_of(state_of(*intent).value_or(PaymentState::created), false);
  view.amount.minor_units = intent->amount;
  if (intent->status != "succeeded") co_return view;
  view.captured.minor_units = intent->amount_received;
  Result<std::vector<RefundObject>> refunds = co_await stripe_.list_refunds(context, row.intent);
  if (!refunds) co_return fail(std::move(refunds).error());
  for (const auto& refund : *refunds)
    if (refund.status != "failed" && refund.status != "canceled") view.refunded.minor_units += refund.amount;
  if (view.captured.minor_units > 0 && view.refunded == view.captured) view.status = name_of(PaymentState::captured, true);
  co_return view;
}

Task<WebhookReply> PaymentService::webhook(Context, WebhookRequest request) {
  const std::int64_t now_s = to_unix_us(deps_.runtime.clock.now()) / 1'000'000;
  Result<void> genuine = StripeClient::check_signature(request.body, request.signature,
                                                       deps_.settings.webhook_secret, now_s);
  if (!genuine) co_return fail(std::move(genuine).error());
  Result<ProviderEvent> event = StripeClient::read_event(request.body);
  if (!event) co_return fail(std::move(event).error());
  const auto purchase = PurchaseId::parse(event->purchase);
  if (!purchase) co_return WebhookReply{true};
  // What the event says may be old or repeated: it only makes us look.
  Result<void> looked = co_await look_again(*purchase);
  if (!looked) co_return fail(std::move(looked).error());
  co_return WebhookReply{true};
}

}  // namespace pps::payment
