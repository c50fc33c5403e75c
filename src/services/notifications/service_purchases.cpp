#include <boost/json.hpp>

#include "base/money.hpp"
#include "runtime/log.hpp"
#include "services/notifications/service.hpp"
#include "services/orchestrator/api.hpp"

/// Mails to customers about their purchases.
namespace pps::notifications {

namespace {
/// The minor units of a sum of money, under the name that events have now or the one they had; absent: null or unreadable.
std::optional<std::int64_t> amount_in(const boost::json::value* money) {
  const auto* object = money ? money->if_object() : nullptr;
  const auto* amount = object ? object->if_contains("amount") : nullptr;
  if (object && !amount) amount = object->if_contains("minor_units");
  return amount && amount->is_int64() ? std::optional(amount->get_int64()) : std::nullopt;
}

// The event's body, as orchestrator::PurchaseEvent documents it; unknown members are ignored.
Result<orchestrator::PurchaseEvent> read_event(const std::string& body) {
  namespace json = boost::json;
  const auto unreadable =
      fail(ErrorKind::internal, "event.unreadable", "a purchase event cannot be read");
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  const auto* object = error ? nullptr : value.if_object();
  if (!object) return unreadable;
  const auto text = [&](const json::object& in, std::string_view name) {
    const auto* found = in.if_contains(name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string{};
  };
  const auto purchase = PurchaseId::parse(text(*object, "purchase"));
  const auto customer = CustomerId::parse(text(*object, "customer"));
  const auto* total = object->if_contains("total") ? object->at("total").if_object() : nullptr;
  if (!purchase || !customer || !total) return unreadable;
  const Result<Currency> currency = Currency::parse(text(*total, "currency"));
  const std::optional<std::int64_t> amount = amount_in(object->if_contains("total"));
  if (!currency || !amount) return unreadable;
  orchestrator::PurchaseEvent event{*purchase,
                                    *customer,
                                    text(*object, "status"),
                                    text(*object, "reason"),
                                    {*amount, *currency},
                                    {0, *currency}};
  event.refunded.minor_units = amount_in(object->if_contains("refunded")).value_or(0);  // earlier versions do not tell
  return event;
}

/// What a mail says of money must be true: who was charged and got it back was charged.
std::string template_for(const std::string& type, bool refunded) {
  if (type == "purchase.accepted") return "purchase_accepted";
  if (type == "purchase.completed") return refunded ? "purchase_completed_in_part" : "purchase_completed";
  if (type == "purchase.failed") return refunded ? "purchase_refunded" : "purchase_failed";
  return type == "purchase.cancelled" ? "purchase_cancelled" : std::string{};
}
}  // namespace

void NotificationsService::follow_purchases(bus::Bus& bus, std::shared_ptr<auth::AuthApi> auth) {
  bus.subscribe("purchase", "notifications",
                [this, auth](std::vector<bus::Delivered> batch) -> Task<void> {
                  for (auto& delivered : batch) {
                    Result<void> told = co_await tell_customer(auth, std::move(delivered));
                    if (!told) co_return told;
                  }
                  co_return Result<void>{};
                });
}

Task<void> NotificationsService::tell_customer(std::shared_ptr<auth::AuthApi> auth,
                                               bus::Delivered delivered) {
  if (template_for(delivered.event.type, false).empty()) co_return Result<void>{};
  Result<orchestrator::PurchaseEvent> event = read_event(delivered.event.body);
  if (!event) {  // it will not be better the next time, and others wait behind it
    log::error("event.unreadable", {{"origin", delivered.origin}});
    co_return Result<void>{};
  }
  Context context;
  context.deadline = deps_.runtime.clock.monotonic() + std::chrono::seconds(10);
  auth::AccountRequest asked{event->customer};
  Result<auth::Account> account = co_await auth->account(context, std::move(asked));
  if (!account && account.error().kind == ErrorKind::not_found)
    co_return Result<void>{};  // nobody to write to
  if (!account) co_return fail(std::move(account).error());
  const std::string name = template_for(delivered.event.type, event->refunded.minor_units > 0);
  const std::string id = event->purchase.to_string();
  Mail mail{.id = id + "-" + name, .to = account->email, .template_name = name};
  mail.values = {{"name", account->name},
                 {"order", id.substr(id.size() - 8)},
                 {"total", in_words(event->total)},
                 {"refunded", in_words(event->refunded)},
                 {"reason", event->reason},
                 {"link", deps_.public_origin + "/orders/" + id}};
  Result<MailReply> sent = co_await send(context, std::move(mail));
  if (!sent && sent.error().kind == ErrorKind::invalid) {
    log::error("mail.refused", {{"mail", id}, {"error", sent.error().detail}});
    co_return Result<void>{};
  }
  if (!sent) co_return fail(std::move(sent).error());
  co_return Result<void>{};
}

}  // namespace pps::notifications
