#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/bus.hpp"
#include "runtime/sync.hpp"
#include "services/orchestrator/participants.hpp"
#include "services/orchestrator/repository.hpp"
#include "storage/shard.hpp"
#include "workflow/runner.hpp"

namespace pps::orchestrator {

/// What a job's handler learned, applied to the row by the step that takes the job's answer: memory never knows what no
/// commit will carry.
struct Lesson {
  ledger::Command command;
  std::int64_t line = -1;
  Outcome outcome;
  bool begins = false;  ///< The command itself was begun by the handler (giving a lost line back).
};

/// Messages that a purchase's process may wait for, as processes/purchase.bpmn names them.
inline constexpr const char* kCancelMessage = "cancel";
inline constexpr const char* kPaymentMessage = "payment.confirmed";  ///< With `confirmed` true or false.

/// Incidents from this number on are the orchestrator's own; below, the engine's.
inline constexpr std::uint64_t kOwnIncidents = 1'000'000'000;

/// A purchase in its owner's memory.
struct LivePurchase {
  PurchaseRow row;
  runtime::Signal changed;                             ///< Something new may be read (after a flush).
  std::map<workflow::LocalId, std::vector<Lesson>> lessons;  ///< By job.
};

/// What every shard needs of the rest of the service.
struct ShardSetting {
  runtime::Runtime& runtime;
  Participants participants;
  std::shared_ptr<bus::Bus> bus;
  workflow::Runner::FindDefinition find_definition;
};

/// The memory of one shard: its purchases that are not archived yet, and the runner of their processes. Loop-confined;
/// dies with the shard. All decisions are made here without waiting; what they wrote is durable after `flush`.
class PurchaseShard : public std::enable_shared_from_this<PurchaseShard> {
 public:
  static Task<std::shared_ptr<PurchaseShard>> load(ShardSetting setting, std::shared_ptr<storage::Shard> shard);
  PurchaseShard(ShardSetting setting, std::shared_ptr<storage::Shard> shard);
  ~PurchaseShard();
  PurchaseShard(const PurchaseShard&) = delete;

  std::shared_ptr<LivePurchase> find(PurchaseId id) const;
  std::shared_ptr<LivePurchase> find_by_key(CustomerId customer, const std::string& client, const std::string& key) const;
  std::vector<std::shared_ptr<LivePurchase>> of_customer(CustomerId customer) const;
  const std::map<PurchaseId, std::shared_ptr<LivePurchase>>& all() const { return purchases_; }

  /// An id for a new purchase, not below any that this shard has made.
  PurchaseId new_id();
  /// Accepts: the row and its process instance in one decision.
  Result<std::shared_ptr<LivePurchase>> accept(PurchaseRow row, std::shared_ptr<const workflow::Definition> definition);
  /// Error `conflict` "purchase.not_cancellable".
  Result<void> cancel(LivePurchase& purchase);
  /// A message for the purchase's process. Late and doubled ones are dropped.
  Result<void> payment_event(LivePurchase& purchase, bool confirmed, const std::string& code);
  /// Tries again what an incident stopped. Error `not_found` "incident.not_found".
  Result<void> retry(LivePurchase& purchase, std::uint64_t incident);
  /// An incident of the orchestrator's own (the reconciler's findings).
  void raise(LivePurchase& purchase, std::string code, std::string detail);

  /// Everything decided so far is durable.
  Task<void> flush();

  storage::Shard& shard() { return *shard_; }
  workflow::Runner& runner() { return *runner_; }
  const ShardSetting& setting() const { return setting_; }

 private:
  friend class JobHandlers;
  friend class Closer;

  Task<void> read_rows();
  void index(std::shared_ptr<LivePurchase> purchase);
  void on_step(const workflow::StepView& view, storage::Decision& decision);
  void take_event(LivePurchase& purchase, const workflow::StepView& view);
  void take_command(LivePurchase& purchase, const workflow::StepView& view, const workflow::Command& command);
  void apply_lessons(LivePurchase& purchase, workflow::LocalId job);
  void apply(LivePurchase& purchase, const Lesson& lesson);
  void note_progress(LivePurchase& purchase, ledger::Command command);
  void process_over(LivePurchase& purchase);
  /// The process does again what is done and cannot be undone, and might go on so for ever: the ledger ends the purchase.
  void leave_process(LivePurchase& purchase);
  /// Ends the purchase if its ledger says that it has ended. False if something is open.
  bool try_end(LivePurchase& purchase);
  /// The row as it is now, and the events its end gave rise to.
  void put(LivePurchase& purchase, storage::Decision& decision);
  void archive_later(const std::shared_ptr<LivePurchase>& purchase);
  static boost::asio::awaitable<void> archive(std::shared_ptr<PurchaseShard> self);
  void forget(const std::vector<std::shared_ptr<LivePurchase>>& done, storage::Decision& decision);

  ShardSetting setting_;
  std::shared_ptr<storage::Shard> shard_;
  std::unique_ptr<workflow::Runner> runner_;
  std::unique_ptr<bus::Relay> relay_;
  std::map<PurchaseId, std::shared_ptr<LivePurchase>> purchases_;
  std::map<std::string, PurchaseId> by_key_;
  std::map<CustomerId, std::set<PurchaseId>> by_customer_;
  std::deque<std::shared_ptr<LivePurchase>> to_archive_;
  std::vector<storage::Event> events_;  ///< Of the step being taken.
  bool archiving_ = false;
  std::uint64_t last_ms_ = 0;
};

/// Where the scan of live rows starts after a crash: everything older has left the shard.
inline constexpr const char* kLowMark = "purchases.low_ms";

}  // namespace pps::orchestrator
