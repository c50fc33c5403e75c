#pragma once

#include <memory>

#include "services/orchestrator/purchase_shard.hpp"

namespace pps::orchestrator {

/// Ends a purchase whose process is over before its ledger is (a diagram that leaves without compensation, forced into
/// the engine): what was captured is released or given back, everything else is undone. Guided by the ledger alone, so
/// that it holds whatever the diagram was.
class Closer {
 public:
  static void start(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<LivePurchase> purchase);

 private:
  static boost::asio::awaitable<void> run(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<LivePurchase> purchase);
  /// Everything the ledger still wants of one kind. False if some of it has no outcome yet.
  static Task<bool> work(std::shared_ptr<PurchaseShard> shard, std::shared_ptr<LivePurchase> purchase);
  static void commit(PurchaseShard& shard, LivePurchase& purchase);
};

}  // namespace pps::orchestrator
