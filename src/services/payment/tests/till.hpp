#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>

#include "bus/embedded/embedded.hpp"
#include "runtime/simulated.hpp"
#include "services/payment/service.hpp"
#include "simulators/common/model_client.hpp"
#include "simulators/paysim/hooks.hpp"
#include "simulators/paysim/provider.hpp"
#include "storage/memory/memory.hpp"

namespace pps::payment::testing {

namespace json = boost::json;

/// Which of the provider's calls a request is: create confirm capture cancel refund read other.
inline std::string call_of(const net::ClientRequest& request) {
  if (request.method == net::Method::get) return "read";
  if (request.path == "/v1/payment_intents") return "create";
  if (request.path == "/v1/refunds") return "refund";
  for (const char* verb : {"confirm", "capture", "cancel"})
    if (request.path.ends_with(std::string("/") + verb)) return verb;
  return "other";
}

/// The provider, its memory and the line to it: they outlive the shop's processes.
struct Bank {
  simulators::MemoryStore store;
  paysim::Provider provider{{"sk_test_x", std::string(32, 'v'), "https://pay.example", true}};
  std::function<simulators::LineFate(const std::string& call)> fate;

  std::vector<json::object> all(std::string kind) const {
    std::vector<json::object> objects;
    for (const auto& [key, text] : store.scan(kind, simulators::after_prefix(kind), 10'000, false))
      objects.push_back(json::parse(text).as_object());
    return objects;
  }
  std::size_t intents_in(std::string_view status) const {
    std::size_t count = 0;
    for (const auto& intent : all("intent/")) count += intent.at("status").as_string() == status;
    return count;
  }
  /// What customers have paid and not got back.
  std::int64_t taken() const {
    std::int64_t sum = 0;
    for (const auto& intent : all("intent/")) sum += intent.at("amount_received").as_int64();
    for (const auto& refund : all("refund/")) sum -= refund.at("amount").as_int64();
    return sum;
  }
};

/// One process of the payment service.
struct Till {
  Till(runtime::SimulatedWorld& in, std::shared_ptr<storage::memory::Disk> on, Bank& at,
       std::string name)
      : world(in),
        disk(std::move(on)),
        bank(at),
        process(in.process(std::move(name))),
        runtime(process.runtime()) {}
  ~Till() {
    if (process.alive()) process.kill();
  }
  Till(const Till&) = delete;

  void open() {
    table = storage::memory::open_table(runtime, disk);
    bus = bus::embedded::open(runtime, table);
    auto decide = [this](const net::ClientRequest& request) {
      return bank.fate ? bank.fate(call_of(request))
                       : simulators::LineFate{.before = Duration(300), .after = Duration(300)};
    };
    client =
        std::make_shared<simulators::ModelClient>(runtime, bank.provider, bank.store, decide);
    service = std::make_shared<PaymentService>(PaymentService::Dependencies{
        runtime, table, bus, client, "sk_test_x", 2, {"whsec_x", true, {"https://shop.example"}}});
    const Result<void> started = world.run(service->start());
    ASSERT_TRUE(started) << started.error().code;
  }
  void kill(bool power_loss) {
    process.kill();
    if (power_loss)
      disk->crash();
    else
      disk->replay();
  }

  runtime::SimulatedWorld& world;
  std::shared_ptr<storage::memory::Disk> disk;
  Bank& bank;
  runtime::SimulatedProcess& process;
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  std::shared_ptr<net::HttpClient> client;
  std::shared_ptr<PaymentService> service;
};

inline PurchaseId purchase(std::uint64_t number) {
  return {Uuid::v7(1'767'225'600'000, static_cast<std::uint16_t>(number % 2), number)};
}
inline Money euros(std::int64_t minor_units) { return {minor_units, *Currency::parse("EUR")}; }
inline AuthorizeRequest order(std::uint64_t number, std::string method = "pm_card_visa") {
  return {purchase(number),
          {Uuid::v7(1, 0, 9)},
          euros(1000),
          std::move(method),
          "https://shop.example/orders/1"};
}
inline RefundRequest line_refund(std::uint64_t number, int line, std::int64_t amount) {
  return {effect_id(purchase(number), "refund", line), purchase(number), euros(amount)};
}

inline std::string said(const Result<PaymentReply>& reply) {
  static constexpr const char* kNames[] = {"unknown", "pending", "done", "undone", "refused"};
  if (!reply) return "error " + reply.error().code;
  return kNames[static_cast<int>(reply->state)] + (reply->code.empty() ? "" : " " + reply->code);
}

class TillTest : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }
  void restart(bool power_loss = false) {
    if (till) till->kill(power_loss);
    till = std::make_unique<Till>(world, disk, bank, "till" + std::to_string(++opened_));
    till->open();
  }
  Context soon(Duration patience = std::chrono::seconds(5)) const {
    Context context;
    context.deadline = world.monotonic() + patience;
    return context;
  }
  PaymentService& payments() { return *till->service; }
  Result<PaymentReply> authorize(AuthorizeRequest request) {
    return world.run(payments().authorize(soon(), std::move(request)));
  }
  std::string capture(std::uint64_t n, std::int64_t amount = 1000) {
    return said(world.run(payments().capture(soon(), {purchase(n), euros(amount)})));
  }
  std::string undo(std::uint64_t n) {
    return said(world.run(payments().void_authorization(soon(), {purchase(n)})));
  }
  std::string refund(std::uint64_t n, int line, std::int64_t amount) {
    return said(world.run(payments().refund(soon(), line_refund(n, line, amount))));
  }
  /// "captured 1000 300": status, captured, refunded.
  std::string view(std::uint64_t n) {
    Result<PaymentView> seen = world.run(payments().lookup(soon(), {purchase(n)}));
    if (!seen) return seen.error().code;
    return seen->status + " " + std::to_string(seen->captured.minor_units) + " " +
           std::to_string(seen->refunded.minor_units);
  }
  void settle() { world.run_for(std::chrono::seconds(2)); }

  runtime::SimulatedWorld world{11};
  Bank bank;
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  std::unique_ptr<Till> till;

 private:
  int opened_ = 0;
};

}  // namespace pps::payment::testing
