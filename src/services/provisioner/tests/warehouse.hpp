#pragma once

#include <gtest/gtest.h>

#include <map>

#include "bus/embedded/embedded.hpp"
#include "runtime/simulated.hpp"
#include "services/provisioner/service.hpp"
#include "services/store/service.hpp"
#include "simulators/common/model_client.hpp"
#include "simulators/fulfilment/fulfilment.hpp"
#include "storage/memory/memory.hpp"

namespace pps::provisioner::testing {

/// A catalogue that knows the kinds of a few SKUs, and that licences never run out.
inline const ProductId kProduct{Uuid::v7(2, 0, 1)};

class KnownKinds final : public catalogue::QuoteApi {
 public:
  std::map<std::string, std::string> kinds{
      {"book", "physical"}, {"key", "licence"}, {"odd", "hologram"}};

  Task<catalogue::QuoteReply> quote(Context, catalogue::QuoteRequest request) override {
    catalogue::QuoteReply reply;
    for (const auto& sku : request.skus) {
      const auto kind = kinds.find(sku.value);
      catalogue::Quote quote{.sku = sku, .found = kind != kinds.end()};
      if (quote.found) quote.kind = kind->second;
      quote.product = kProduct;
      quote.stock_tracked = quote.kind == "physical";
      reply.quotes.push_back(std::move(quote));
    }
    co_return reply;
  }
};

inline std::string call_of(const net::ClientRequest& request) {
  if (request.method == net::Method::get) return "find";
  if (request.path.ends_with("/release")) return "release";
  return request.path.ends_with("/cancel") ? "cancel" : "prepare";
}

inline std::string said(const Result<EffectReply>& reply) {
  static constexpr const char* kNames[] = {"unknown", "pending", "done", "undone", "refused"};
  if (!reply) return "error " + reply.error().code;
  return kNames[static_cast<int>(reply->state)] + (reply->code.empty() ? "" : " " + reply->code);
}

class WarehouseTest : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }
  void TearDown() override { process->kill(); }
  void restart() {
    if (process) process->kill();
    process = &world.process("shop" + std::to_string(++opened_));
    runtime::Runtime& runtime = process->runtime();
    table = storage::memory::open_table(runtime, disk);
    auto bus = bus::embedded::open(runtime, table);
    static constexpr storage::Family kKeys{"store_keys", storage::FamilyUse::conditional};
    auto ring = world.run(storage::Keyring::open(runtime, *table, kKeys, storage::SecretKey{}));
    ASSERT_TRUE(ring);
    stock = std::make_shared<store::StoreService>(
        store::StoreService::Dependencies{runtime, table, bus, *ring, 2});
    ASSERT_TRUE(world.run(stock->start()));
    auto decide = [this](const net::ClientRequest& request) {
      return fate ? fate(call_of(request)) : simulators::LineFate{};
    };
    auto client = std::make_shared<simulators::ModelClient>(runtime, rules, warehouse, decide);
    api = std::make_shared<ProvisionerService>(ProvisionerService::Dependencies{
        runtime, stock, catalogue, std::make_shared<FulfilmentClient>(client)});
  }
  static PurchaseId purchase(std::uint64_t n) { return {Uuid::v7(1'767'225'600'000, 0, n)}; }
  static CustomerId customer() { return {Uuid::v7(1, 0, 1)}; }
  Line line(std::uint64_t n, std::string sku, std::int64_t quantity = 2) const {
    Line made{.purchase = purchase(n),
              .customer = customer(),
              .product = kProduct,
              .quantity = quantity};
    made.kind = catalogue->kinds.at(sku);
    made.stock_tracked = made.kind == "physical";
    made.sku = {std::move(sku)};
    made.name = "Thing";
    made.hold_expires_at_us = to_unix_us(world.now() + std::chrono::hours(1));
    if (made.kind == "physical")
      made.shipping_address = {"A", "Street 1", "", "Town", "12345", "", "DE"};
    return made;
  }
  using Verb = Task<EffectReply> (ProvisionerService::*)(Context, Line);
  std::string call(Verb verb, Line on) {
    return said(world.run(((*api).*verb)({}, std::move(on))));
  }
  std::string look(std::string effect, Line on) {
    return said(world.run(api->lookup({}, {std::move(on), std::move(effect)})));
  }
  void receive(std::int64_t quantity) {
    ASSERT_TRUE(world.run(
        stock->receive({}, {Sku{"book"}, quantity, "k" + std::to_string(++keys_), "t", ""})));
  }
  std::string sums() {
    Result<store::LevelsReply> reply = world.run(stock->levels({}, {{Sku{"book"}}}));
    const store::StockLevel& level = reply->levels.at(0);
    return std::to_string(level.on_hand) + " " + std::to_string(level.held) + " " +
           std::to_string(level.committed);
  }
  std::vector<store::Owned> owned() {
    return world.run(stock->list_owned({}, {.owner = customer()}))->items;
  }
  /// Fulfilments that are in a status.
  std::size_t fulfilments_in(const std::string& status) const {
    std::size_t count = 0;
    for (const auto& [key, text] :
         warehouse.scan("item/", simulators::after_prefix("item/"), 100, false))
      count += text.find("\"status\":\"" + status + "\"") != std::string::npos;
    return count;
  }

  runtime::SimulatedWorld world{3};
  fulfilment::Fulfilment rules;
  simulators::MemoryStore warehouse;
  std::function<simulators::LineFate(const std::string& call)> fate;
  std::shared_ptr<KnownKinds> catalogue = std::make_shared<KnownKinds>();
  std::shared_ptr<storage::memory::Disk> disk = std::make_shared<storage::memory::Disk>();
  runtime::SimulatedProcess* process = nullptr;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<store::StoreService> stock;
  std::shared_ptr<ProvisionerService> api;

 private:
  int opened_ = 0, keys_ = 0;
};

constexpr auto kReserve = &ProvisionerService::reserve;
constexpr auto kUnreserve = &ProvisionerService::unreserve;
constexpr auto kCommit = &ProvisionerService::commit_hold;
constexpr auto kPrepare = &ProvisionerService::prepare;
constexpr auto kUnprepare = &ProvisionerService::unprepare;
constexpr auto kRelease = &ProvisionerService::release;

}  // namespace pps::provisioner::testing
