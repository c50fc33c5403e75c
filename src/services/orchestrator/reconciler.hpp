#pragma once

#include <map>
#include <memory>
#include <set>

#include "services/orchestrator/participants.hpp"
#include "services/orchestrator/purchase_shard.hpp"
#include "services/orchestrator/reconciliation.hpp"

namespace pps::orchestrator {

struct ReconcileSetting {
  Duration after = std::chrono::seconds(60);  ///< A purchase is looked at no sooner after its acceptance.
  std::int64_t per_second = 25;               ///< Purchases looked at, at most; each costs the provider two reads. 0: none.
};

/// Looks at every purchase once more after it is final and has left its shard: what the provider, the store and the
/// fulfilment system say of it must be what its ledger says. A difference becomes an incident of the purchase, for an
/// operator; nothing is undone or paid back here. Findings are kept in the purchase's record, and listed in
/// `orchestrator_attention`.
///
/// Where it is: a mark of the shard below which all are done, written with whatever commit comes next; after a crash some
/// are looked at again. What is still running when the walk comes by is remembered until it is final. Loop-confined.
class Reconciler {
 public:
  Reconciler(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, Participants participants,
             ReconcileSetting setting);

  /// Goes on for at most `budget` purchases of a shard. Errors: a participant could not be asked; the next call goes on there.
  Task<void> sweep(std::shared_ptr<PurchaseShard> shard, std::size_t budget);
  /// Looks at one final purchase now, and keeps what it finds: new findings, or that earlier ones are gone. Gives the
  /// record as it is then. One so old that the participants may have forgotten it is compared with nothing: no finding
  /// stays. Errors: those of the participants and of storage.
  Task<PurchaseRow> check(PurchaseRow row);
  /// The same for an operator who has seen its incidents: only what still differs stays.
  Task<PurchaseRow> acknowledge(PurchaseRow row);

 private:
  struct Walk {
    std::string from;                ///< Key of the next record.
    std::set<PurchaseId> running;    ///< Passed by while they ran.
    /// Goes on to `next`, remembering which of those that run now are passed by.
    void pass(const std::vector<PurchaseId>& now_running, std::string next);
  };
  struct Stretch {
    std::vector<PurchaseRow> rows;
    std::string next;  ///< Where the walk goes on.
  };
  Task<Seen> ask(const PurchaseRow& row);
  Task<void> keep(const PurchaseRow& row);
  Task<void> look_at_left(std::shared_ptr<PurchaseShard> shard, Walk& walk, std::size_t& budget);
  Task<Stretch> read(std::uint16_t shard, std::string from, std::uint64_t until_ms, std::size_t limit);
  void note_progress(PurchaseShard& shard, const Walk& walk);

  runtime::Runtime& runtime_;
  std::shared_ptr<storage::Table> table_;
  Participants participants_;
  ReconcileSetting setting_;
  std::map<std::uint16_t, Walk> walks_;
};

/// Finished purchases of a shard that an operator must look at, oldest first.
Task<std::vector<PurchaseId>> find_attention(storage::Table& table, std::uint16_t shard, std::size_t limit);

}  // namespace pps::orchestrator
