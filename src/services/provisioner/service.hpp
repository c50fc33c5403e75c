#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "runtime/runtime.hpp"
#include "services/catalogue/api.hpp"
#include "services/provisioner/api.hpp"
#include "services/provisioner/fulfilment_client.hpp"
#include "services/provisioner/templates.hpp"

namespace pps::provisioner {

/// Delivers the lines of purchases. It keeps nothing of its own: every answer follows from what the
/// store and the fulfilment system hold under the effect's id, so a crash here loses nothing.
/// Loop-confined.
///
/// The order makes the store's instance the one truth of both effects: it is prepared after the
/// fulfilment system has prepared, and active after goods left and the hold is consumed. Undoing
/// goes the other way: first the fulfilment system (with a tombstone, so that a late prepare finds
/// it), then the instance.
class ProvisionerService final : public ProvisionerApi {
 public:
  struct Dependencies {
    runtime::Runtime& runtime;
    std::shared_ptr<store::StoreApi> store;
    std::shared_ptr<catalogue::QuoteApi> catalogue;
    std::shared_ptr<FulfilmentClient> fulfilment;
  };
  explicit ProvisionerService(Dependencies dependencies) : deps_(std::move(dependencies)) {}

  Task<CheckReply> check(Context context, CheckRequest request) override;
  Task<EffectReply> reserve(Context context, Line line) override;
  Task<EffectReply> unreserve(Context context, Line line) override;
  Task<EffectReply> commit_hold(Context context, Line line) override;
  Task<EffectReply> prepare(Context context, Line line) override;
  Task<EffectReply> unprepare(Context context, Line line) override;
  Task<EffectReply> release(Context context, Line line) override;
  Task<EffectReply> lookup(Context context, LookupRequest request) override;
  Task<LineAudit> audit(Context context, Line line) override;

  Task<store::StockLevel> inventory(Context context, store::SkuRequest request) override;
  Task<store::StockLevel> receive(Context context, store::StockChange change) override;
  Task<store::StockLevel> adjust(Context context, store::StockChange change) override;
  Task<store::StockLevel> count(Context context, store::StockChange change) override;
  Task<store::StockLevel> set_policy(Context context, PolicyRequest request) override;
  Task<store::MovementsReply> movements(Context context, store::MovementsRequest request) override;
  Task<AlertsReply> alerts(Context context, store::LowRequest request) override;
  Task<store::LevelsReply> levels(Context context, store::LevelsRequest request) override;

 private:
  Task<EffectReply> without_instance(Context context, Line line, EffectReply reply);
  Task<std::string> fulfilment_id(Context context, Line line);
  void remember(const Line& line, const std::string& fulfilment_id);
  /// The template of the SKU's kind; `not_found` "sku.not_found".
  Task<bool> keeps_stock(Context context, Sku sku);
  Task<void> require_stock(Context context, Sku sku);

  Dependencies deps_;
  /// Fulfilment ids of lines prepared here lately: saves a look-up before the release. Bounded;
  /// nothing depends on it.
  std::unordered_map<EffectId, std::string> ids_;
  std::deque<EffectId> ids_order_;
};

}  // namespace pps::provisioner
