#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/catalogue/api.hpp"
#include "services/orchestrator/api.hpp"
#include "services/orchestrator/definitions.hpp"
#include "services/orchestrator/purchase_shard.hpp"
#include "services/orchestrator/reconciler.hpp"
#include "storage/shard_host.hpp"

namespace pps::orchestrator {

struct ServiceParts {
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  std::shared_ptr<catalogue::QuoteApi> catalogue;
  Participants participants;
  std::shared_ptr<Definitions> definitions;
  std::uint16_t shards = 4;
  ReconcileSetting reconcile = {};
};

/// Accepts purchases and answers about them; the shards carry them out. Loop-confined.
class OrchestratorService final : public OrchestratorApi, public std::enable_shared_from_this<OrchestratorService> {
 public:
  explicit OrchestratorService(ServiceParts parts);
  ~OrchestratorService() override;

  /// Opens every shard (which takes up what a crash left) and listens to payments; keeps the shards open from then on.
  Task<void> start();
  /// Takes no more work up; what runs comes to its next wait.
  void stop();

  Task<AcceptReply> accept(Context context, AcceptRequest request) override;
  Task<Purchase> get(Context context, PurchaseRequest request) override;
  Task<PurchasePage> list(Context context, ListRequest request) override;
  Task<Purchase> cancel(Context context, PurchaseRequest request) override;
  Task<EventsReply> events(Context context, EventsRequest request) override;
  Task<ProcessReply> process(Context context, PurchaseRequest request) override;
  Task<PriceReply> price(Context context, PriceRequest request) override;

  Task<AdminPage> admin_list(Context context, ListRequest request) override;
  Task<AdminPurchase> admin_get(Context context, PurchaseRequest request) override;
  Task<AdminPurchase> retry(Context context, PurchaseRequest request) override;
  Task<DefinitionsReply> definitions(Context context, Nothing request) override;
  Task<DefinitionView> deploy(Context context, DeployRequest request) override;
  Task<InstancesReply> instances(Context context, InstancesRequest request) override;
  Task<IncidentsReply> incidents(Context context, InstancesRequest request) override;
  Task<IncidentView> retry_incident(Context context, IncidentRequest request) override;

  /// The shard's memory, opened if need be.
  Task<std::shared_ptr<PurchaseShard>> shard(std::uint16_t number);
  std::uint16_t shards() const { return parts_.shards; }

 private:
  struct Found {
    std::shared_ptr<PurchaseShard> shard;
    std::shared_ptr<LivePurchase> live;  ///< Null: it is finished, and `record` is what is kept of it.
    PurchaseRow record;
    /// As it is now; durable once `shard` is flushed.
    const PurchaseRow& row() const { return live ? live->row : record; }
  };
  /// Error `not_found` "purchase.not_found".
  Task<Found> find(PurchaseRequest request);
  /// The same as it was when asked, durable.
  Task<PurchaseRow> read(PurchaseRequest request);
  Task<AcceptReply> accept_once(Context context, AcceptRequest request, std::shared_ptr<PurchaseShard> shard);
  Task<std::optional<AcceptReply>> replay(AcceptRequest request, std::shared_ptr<PurchaseShard> shard);
  Task<PurchaseRow> agree(Context context, AcceptRequest request, PurchaseId id);
  /// Live and finished purchases of a shard below `before`, newest first.
  Task<std::vector<PurchaseRow>> rows_of_shard(std::uint16_t number, ListRequest request,
                                               std::optional<PurchaseId> before, std::size_t limit);
  Task<void> flush_all();
  Task<void> payment_events(std::vector<bus::Delivered> events);
  /// Records of finished purchases that an operator must look at; at most 1,000 of each shard.
  Task<std::vector<PurchaseRow>> finished_with_attention();
  static boost::asio::awaitable<void> reconcile(std::weak_ptr<OrchestratorService> weak);
  static boost::asio::awaitable<void> keep_open(std::weak_ptr<OrchestratorService> weak, std::uint16_t number);

  ServiceParts parts_;
  std::vector<std::unique_ptr<storage::ShardHost<PurchaseShard>>> hosts_;
  Reconciler reconciler_;
  std::map<std::string, std::shared_ptr<runtime::Event>> accepting_;  ///< By idempotency scope.
  bool stopped_ = false;
};

}  // namespace pps::orchestrator
