#include "buyers.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "dump.hpp"

namespace pps::simulation {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {
constexpr int kCustomers = 7;
bool is_final(orchestrator::Status status) {
  using orchestrator::Status;
  return status == Status::completed || status == Status::cancelled || status == Status::failed;
}

std::string payment_method(std::int64_t dice) {
  if (dice < 8) return "pm_card_chargeDeclined";
  if (dice < 12) return "pm_card_chargeDeclinedInsufficientFunds";
  return "pm_card_visa";
}
}  // namespace

void Buyers::start(int purchases, Duration span) {
  auto& main = shop_.world().runtime();
  runtime::spawn(main.executor, stock());
  for (int number = 0; number < purchases; ++number) {
    ++begun_;
    runtime::spawn(main.executor, buy(number, shop_.faults().between(0ms, span)));
  }
}

void Buyers::listen() {
  records_.push_back({{"record", "listening"}, {"topic", "purchase"}});
  shop_.post_office().listen(shop_.world().main(), "purchase", "simulation", [this](std::vector<bus::Delivered> events) -> Task<void> {
    for (const auto& delivered : events)
      records_.push_back({{"record", "event"}, {"type", delivered.event.type}, {"key", delivered.event.key}});
    return []() -> Task<void> { co_return Result<void>{}; }();
  });
}

boost::asio::awaitable<void> Buyers::stock() {
  const auto store = shop_.store();
  for (const auto& goods : shop_.goods()) {
    if (goods.kind != "physical") continue;
    for (int delivery = 0; delivery < 2; ++delivery) {
      const std::int64_t quantity = shop_.faults().number(4, 14);
      for (;;) {
        store::StockChange change{goods.sku, quantity, fmt::format("delivery-{}", delivery), "simulation", ""};
        Result<store::StockLevel> received = co_await store->receive({}, std::move(change));
        if (received) break;
        co_await runtime::sleep_for(shop_.world().runtime(), 20ms);
      }
    }
  }
}

orchestrator::AcceptRequest Buyers::order(int number) {
  Faults& faults = shop_.faults();
  orchestrator::AcceptRequest request;
  request.customer = CustomerId{Uuid::v7(1, 0, static_cast<std::uint64_t>(number % kCustomers) + 1)};
  request.client_id = "simulation";
  request.idempotency_key = fmt::format("purchase-{}", number);
  request.fingerprint = request.idempotency_key;
  request.payment_method = payment_method(faults.number(0, 99));
  std::int64_t total = 0;
  const std::int64_t lines = faults.number(1, 4);
  for (std::int64_t at = 0; at < lines; ++at) {
    const auto& goods = shop_.goods()[static_cast<std::size_t>(faults.number(0, 2))];
    orchestrator::OrderLine line{goods.sku, faults.number(1, 3), fmt::format(R"({{"engraving":"{}"}})", at)};
    total += goods.price.minor_units * line.quantity;
    request.lines.push_back(std::move(line));
  }
  request.expected_total = Money{total, shop_.goods().front().price.currency};
  request.shipping_address = provisioner::Address{"Ada Byron", "1 St James's Square", "", "London", "SW1Y 4JH", "", "GB"};
  return request;
}

void Buyers::take_what_there_is(orchestrator::AcceptRequest& request) {
  const auto& goods = shop_.goods().back();
  request.idempotency_key += "-instead";
  request.fingerprint = request.idempotency_key;
  request.lines = {{goods.sku, 1, "{}"}};
  request.expected_total = goods.price;
}

Task<orchestrator::Purchase> Buyers::place(orchestrator::AcceptRequest request) {
  const auto api = shop_.orchestrator();
  records_.push_back({{"record", "asked"}, {"key", request.idempotency_key}});
  for (;;) {
    orchestrator::AcceptRequest copy = request;
    Result<orchestrator::AcceptReply> reply = co_await api->accept({}, std::move(copy));
    if (reply) co_return std::move(reply->purchase);
    const ErrorKind kind = reply.error().kind;
    const bool again = kind == ErrorKind::unavailable || kind == ErrorKind::unknown_outcome || kind == ErrorKind::timeout;
    if (!again) co_return fail(std::move(reply).error());
    co_await runtime::sleep_for(shop_.world().runtime(), shop_.faults().between(10ms, 300ms));
  }
}

boost::asio::awaitable<void> Buyers::buy(int number, Duration begin) {
  co_await runtime::sleep_for(shop_.world().runtime(), begin);
  orchestrator::AcceptRequest request = order(number);
  orchestrator::AcceptRequest instead = request;
  Result<orchestrator::Purchase> purchase = co_await place(std::move(request));
  if (!purchase) {  // sold out: what never is goes well with everything
    take_what_there_is(instead);
    purchase = co_await place(std::move(instead));
  }
  if (purchase) {
    ++accepted_;
    records_.push_back({{"record", "accepted"}, {"id", purchase->id.to_string()}});
    shop_.trace(fmt::format("buyer {} has {}", number, purchase->id.to_string()));
    co_await watch(std::move(*purchase));
  } else {
    shop_.trace(fmt::format("buyer {} was refused: {}", number, purchase.error().code));
  }
  ++left_;
}

void Buyers::saw(const orchestrator::Purchase& purchase) {
  json::object seen = dump::purchase(purchase);
  seen["record"] = "seen";
  records_.push_back(std::move(seen));
}

boost::asio::awaitable<void> Buyers::watch(orchestrator::Purchase purchase) {
  saw(purchase);
  const auto api = shop_.orchestrator();
  const PurchaseId id = purchase.id;
  bool regrets = shop_.faults().number(0, 99) < 30;
  const Duration first = shop_.faults().number(0, 1) == 0 ? Duration(5ms) : Duration(1s);
  for (Duration pause = first; !is_final(purchase.status); pause = 1s) {
    co_await runtime::sleep_for(shop_.world().runtime(), shop_.faults().between(1ms, pause));
    if (std::exchange(regrets, false)) co_await cancel(id);
    orchestrator::PurchaseRequest request{id, {}};
    Result<orchestrator::Purchase> now = co_await api->get({}, std::move(request));
    // A poll without news tells the checker nothing new.
    const bool news = now && (now->status != purchase.status || now->timeline.size() != purchase.timeline.size());
    if (news) saw(*now);
    if (now) purchase = std::move(*now);
    else if (now.error().kind == ErrorKind::not_found) records_.push_back({{"record", "seen"}, {"id", id.to_string()}, {"status", "not_found"}});
  }
}

Task<void> Buyers::cancel(PurchaseId id) {
  const auto api = shop_.orchestrator();
  for (;;) {
    orchestrator::PurchaseRequest request{id, {}};
    Result<orchestrator::Purchase> cancelled = co_await api->cancel({}, std::move(request));
    if (cancelled) records_.push_back({{"record", "cancel_accepted"}, {"id", id.to_string()}});
    const ErrorKind kind = cancelled ? ErrorKind::conflict : cancelled.error().kind;
    if (kind == ErrorKind::conflict || kind == ErrorKind::not_found) co_return Result<void>{};
    co_await runtime::sleep_for(shop_.world().runtime(), 100ms);
  }
}

}  // namespace pps::simulation
