#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"
#include "services/effect_reply.hpp"
#include "services/store/api.hpp"

/// The provisioner: from a paid line to a delivered product, by the template of the product's kind.
namespace pps::provisioner {

struct Address {
  std::string name, line1, line2, city, postal_code, region;
  std::string country;  ///< ISO 3166-1 alpha-2.
};

/// One line of a purchase; everything that any of its effects needs, so that each call stands by
/// itself.
struct Line {
  PurchaseId purchase;
  std::int64_t line = 0;
  CustomerId customer;
  ProductId product;
  Sku sku;
  std::int64_t quantity = 1;
  std::string kind;           ///< physical | licence
  bool stock_tracked = true;  ///< As the catalogue said when it was bought: false, it never runs out.
  std::string name, variant;
  std::string customization;
  Address shipping_address;             ///< Physical lines only.
  std::int64_t hold_expires_at_us = 0;  ///< For reserve.
};

struct CheckRequest {
  std::vector<Line> lines;
};
struct LineCheck {
  std::int64_t line = 0;
  bool ok = false;
  std::string code;  ///< stock.insufficient, kind.unknown, sku.unknown, shipping_address.missing; product.changed: kind or
                     ///< stock-keeping are not what the catalogue says
  std::int64_t available = 0;
};
struct CheckReply {
  std::vector<LineCheck> lines;
};

/// The effects on a line. Ids: <purchase>/reserve/<line>, <purchase>/prepare/<line>,
/// <purchase>/release/<line>; commit_hold and the undo operations refer to the reserve's and the
/// prepare's id.
struct LookupRequest {
  Line line;
  std::string effect;  ///< reserve commit_hold prepare release
};

/// How a line stands at each of those who keep something of it, as they say it themselves.
struct LineAudit {
  std::string hold;        ///< untracked none held committed consumed undone
  std::string instance;    ///< none prepared active withdrawn
  std::string fulfilment;  ///< none prepared released cancelled
};

struct PolicyRequest {
  Sku sku;
  std::int64_t low_stock_threshold = 0;
  std::int64_t expected = 0;  ///< The threshold that the change is based on; else `stale`.
};

/// A SKU that is running low, with what it is called in the shop.
struct StockAlert {
  store::StockLevel level;
  ProductId product;
  std::string name, variant;
};
struct AlertsReply {
  std::vector<StockAlert> items;  ///< By SKU; fewer than asked for where the shop has stopped selling some.
  std::string next_cursor;
};

BOOST_DESCRIBE_STRUCT(Address, (), (name, line1, line2, city, postal_code, region, country))
BOOST_DESCRIBE_STRUCT(Line, (),
                      (purchase, line, customer, product, sku, quantity, kind, stock_tracked, name, variant,
                       customization, shipping_address, hold_expires_at_us))
BOOST_DESCRIBE_STRUCT(CheckRequest, (), (lines))
BOOST_DESCRIBE_STRUCT(LineCheck, (), (line, ok, code, available))
BOOST_DESCRIBE_STRUCT(CheckReply, (), (lines))
BOOST_DESCRIBE_STRUCT(LookupRequest, (), (line, effect))
BOOST_DESCRIBE_STRUCT(LineAudit, (), (hold, instance, fulfilment))
BOOST_DESCRIBE_STRUCT(PolicyRequest, (), (sku, low_stock_threshold, expected))
BOOST_DESCRIBE_STRUCT(StockAlert, (), (level, product, name, variant))
BOOST_DESCRIBE_STRUCT(AlertsReply, (), (items, next_cursor))

/// Effects are idempotent by id; errors only `unavailable` (surely not done) and `unknown_outcome`
/// (look it up). Loop-confined.
class ProvisionerApi {
 public:
  virtual ~ProvisionerApi() = default;
  /// Whether the catalogue knows the lines as they are and they could be reserved now; reserves nothing.
  virtual Task<CheckReply> check(Context context, CheckRequest request) = 0;
  /// Lines without stock (generated licences) answer done at once.
  virtual Task<EffectReply> reserve(Context context, Line line) = 0;
  virtual Task<EffectReply> unreserve(Context context, Line line) = 0;
  virtual Task<EffectReply> commit_hold(Context context, Line line) = 0;
  /// Allocates, packs, creates suspended: nothing is visible to the owner or leaves the house.
  /// refused "prepare.refused".
  virtual Task<EffectReply> prepare(Context context, Line line) = 0;
  virtual Task<EffectReply> unprepare(Context context, Line line) = 0;
  /// Reveals the key, hands to the carrier; consumes the hold. refused "release.impossible": it
  /// never can be done.
  virtual Task<EffectReply> release(Context context, Line line) = 0;
  virtual Task<EffectReply> lookup(Context context, LookupRequest request) = 0;
  /// Asks the store and the external system how the line stands; changes nothing. For the reconciler.
  virtual Task<LineAudit> audit(Context context, Line line) = 0;

  /// /api/admin/inventory: policy here, ledger in the store. Errors: `not_found` "sku.not_found";
  /// `conflict` "stock.not_tracked" for a change of a SKU whose kind keeps no stock; those of the
  /// store.
  virtual Task<store::StockLevel> inventory(Context context, store::SkuRequest request) = 0;
  virtual Task<store::StockLevel> receive(Context context, store::StockChange change) = 0;
  virtual Task<store::StockLevel> adjust(Context context, store::StockChange change) = 0;
  virtual Task<store::StockLevel> count(Context context, store::StockChange change) = 0;
  virtual Task<store::StockLevel> set_policy(Context context, PolicyRequest request) = 0;
  virtual Task<store::MovementsReply> movements(Context context,
                                                store::MovementsRequest request) = 0;
  /// What active products' SKUs of kept stock are low or out (GET /api/admin/alerts).
  virtual Task<AlertsReply> alerts(Context context, store::LowRequest request) = 0;
  /// Exact quantities for the shop (GET /api/availability).
  virtual Task<store::LevelsReply> levels(Context context, store::LevelsRequest request) = 0;
};

}  // namespace pps::provisioner
