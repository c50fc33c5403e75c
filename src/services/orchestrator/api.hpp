#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"
#include "services/payment/api.hpp"
#include "services/provisioner/api.hpp"

/// The purchase orchestrator: a purchase from acceptance to fulfilled or fully compensated.
namespace pps::orchestrator {

struct OrderLine {
  Sku sku;
  std::int64_t quantity = 1;
  std::string customization;  ///< Canonical JSON or empty.
};
struct AcceptRequest {
  CustomerId customer;
  std::string client_id;
  std::string idempotency_key;  ///< 1–255 characters; scope (subject, client, route, key).
  std::string fingerprint;      ///< Hex SHA-256 of the parsed body.
  std::vector<OrderLine> lines;  ///< 1–50.
  std::string payment_method;
  Money expected_total;
  std::optional<provisioner::Address> shipping_address;
};
enum class Status : std::uint8_t {
  accepted, reserving, awaiting_payment, payment_processing, in_review, preparing, capturing, releasing, completed,
  compensating, cancelled, failed,
};
struct TimelineEntry {
  std::int64_t seq = 0;  ///< Dense from 1.
  std::int64_t at_us = 0;
  std::string step;      ///< reserve authorize prepare commit_hold capture release …
  std::string status;    ///< started completed failed retrying undone
  std::optional<Status> purchase_status;
  std::optional<std::int64_t> line;
  std::string detail;
};
struct LineView {
  std::int64_t line = 0;
  Sku sku;
  ProductId product;
  std::string name, variant, kind;
  std::int64_t quantity = 0;
  Money unit_price, total, refunded;
  std::string fulfilment;  ///< pending preparing prepared releasing released cancelled refunded
  std::string tracking;
  std::string customization;  ///< Canonical JSON or empty.
};
struct RefundView {
  std::int64_t line = 0;
  Money amount;
  std::int64_t at_us = 0;
};
struct Purchase {
  PurchaseId id;
  CustomerId customer;
  Status status = Status::accepted;
  std::string reason;
  Money total;
  std::int64_t created_at_us = 0, updated_at_us = 0;
  std::vector<LineView> lines;
  std::vector<TimelineEntry> timeline;
  std::vector<RefundView> refunds;
  std::optional<provisioner::Address> shipping_address;
  bool attention = false;
  std::string action_url;  ///< 3-D Secure: where the customer must go.
};
struct AcceptReply {
  Purchase purchase;
  bool replayed = false;
};
struct PurchaseRequest {
  PurchaseId id;
  std::optional<CustomerId> customer;  ///< Set: `not_found` unless it is this customer's.
};
struct ListRequest {
  std::optional<CustomerId> customer;  ///< Required by list; absent: everyone's (admin_list).
  std::string status, cursor;          ///< status: only admin_list looks at it; empty: all.
  std::int64_t limit = 20;             ///< 1 … 100.
  std::optional<bool> attention;       ///< admin_list: only those that an operator must look at, or need not.
};
struct PurchasePage {
  std::vector<Purchase> items;  ///< Newest first; timeline left out.
  std::string next_cursor;
};
/// Long poll behind the SSE stream: answers at once if there is news after `after_seq`, else when there is, or after
/// `wait_us` with none.
struct EventsRequest {
  PurchaseRequest purchase;
  std::int64_t after_seq = 0;
  std::int64_t wait_us = 0;
  bool with_purchase = true;  ///< False: the entries are enough.
  std::int64_t gather_us = 0;  ///< How long after the first news to wait for more; the end of a purchase does not wait.
};
struct EventsReply {
  std::vector<TimelineEntry> entries;
  Purchase purchase;  ///< As the entries leave it; says nothing if it was not asked for.
  bool final = false;
};
struct ProcessToken {
  std::string element_id, state;
};
struct ProcessReply {
  std::string process_id;
  std::int64_t version = 0;
  std::string state;  ///< running completed
  std::string xml;
  std::vector<ProcessToken> tokens;
  std::vector<std::string> completed;
};
struct PriceRequest {
  std::vector<OrderLine> lines;
  std::string currency;
};
struct PricedLine {
  std::int64_t line = 0;
  Sku sku;
  std::string name, variant, kind;
  ProductId product;
  std::int64_t quantity = 0;
  Money unit_price, total;
  bool available = false;
  std::string availability;  ///< in_stock low out
  std::optional<std::int64_t> stock;  ///< Units that can be had; absent for what keeps no stock.
};
struct PriceReply {
  std::vector<PricedLine> lines;
  Money total;
  bool available = false;
};
struct EffectView {
  std::string effect;
  std::optional<std::int64_t> line;
  std::string state;  ///< asked done undone refused
  std::int64_t attempts = 0;
};
struct IncidentView {
  std::string id, element_id, code, detail;
  PurchaseId instance;
  std::int64_t since_us = 0;
};
struct AdminPurchase {
  Purchase purchase;
  std::string client_id, idempotency_key;  ///< Of the request that it was accepted by.
  std::optional<payment::PaymentView> payment;
  std::vector<EffectView> effects;
  std::vector<IncidentView> incidents;
};
/// Newest first within a shard; without payments (admin_get has it).
struct AdminPage {
  std::vector<AdminPurchase> items;
  std::string next_cursor;
};
struct Nothing {};
struct DefinitionView {
  std::string process_id, name, hash;
  std::int64_t version = 0;
  std::int64_t deployed_at_us = 0;
  std::int64_t running = 0;
};
struct DefinitionsReply {
  std::vector<DefinitionView> items;
};
struct DeployRequest {
  std::string xml, actor;
};
struct InstancesRequest {
  std::string process_id;  ///< Empty: all; only `instances` looks at it.
  std::string cursor;
  std::int64_t limit = 20;
};
struct InstanceView {
  PurchaseId id;
  std::string process_id;
  std::int64_t version = 0, started_at_us = 0;
  std::vector<ProcessToken> tokens;
};
struct InstancesReply {
  std::vector<InstanceView> items;
  std::string next_cursor;
};
struct IncidentsReply {
  std::vector<IncidentView> items;
  std::string next_cursor;
};
struct IncidentRequest {
  std::string id;
};

BOOST_DESCRIBE_STRUCT(OrderLine, (), (sku, quantity, customization))
BOOST_DESCRIBE_STRUCT(AcceptRequest, (),
                      (customer, client_id, idempotency_key, fingerprint, lines, payment_method, expected_total,
                       shipping_address))
BOOST_DESCRIBE_ENUM(Status, accepted, reserving, awaiting_payment, payment_processing, in_review, preparing, capturing,
                    releasing, completed, compensating, cancelled, failed)
BOOST_DESCRIBE_STRUCT(TimelineEntry, (), (seq, at_us, step, status, purchase_status, line, detail))
BOOST_DESCRIBE_STRUCT(LineView, (),
                      (line, sku, product, name, variant, kind, quantity, unit_price, total, refunded, fulfilment,
                       tracking, customization))
BOOST_DESCRIBE_STRUCT(RefundView, (), (line, amount, at_us))
BOOST_DESCRIBE_STRUCT(Purchase, (),
                      (id, customer, status, reason, total, created_at_us, updated_at_us, lines, timeline, refunds,
                       shipping_address, attention, action_url))
BOOST_DESCRIBE_STRUCT(AcceptReply, (), (purchase, replayed))
BOOST_DESCRIBE_STRUCT(PurchaseRequest, (), (id, customer))
BOOST_DESCRIBE_STRUCT(ListRequest, (), (customer, status, cursor, limit, attention))
BOOST_DESCRIBE_STRUCT(PurchasePage, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(EventsRequest, (), (purchase, after_seq, wait_us, with_purchase, gather_us))
BOOST_DESCRIBE_STRUCT(EventsReply, (), (entries, purchase, final))
BOOST_DESCRIBE_STRUCT(ProcessToken, (), (element_id, state))
BOOST_DESCRIBE_STRUCT(ProcessReply, (), (process_id, version, state, xml, tokens, completed))
BOOST_DESCRIBE_STRUCT(PriceRequest, (), (lines, currency))
BOOST_DESCRIBE_STRUCT(PricedLine, (),
                      (line, sku, name, variant, kind, product, quantity, unit_price, total, available, availability,
                       stock))
BOOST_DESCRIBE_STRUCT(PriceReply, (), (lines, total, available))
BOOST_DESCRIBE_STRUCT(EffectView, (), (effect, line, state, attempts))
BOOST_DESCRIBE_STRUCT(IncidentView, (), (id, element_id, code, detail, instance, since_us))
BOOST_DESCRIBE_STRUCT(AdminPurchase, (), (purchase, client_id, idempotency_key, payment, effects, incidents))
BOOST_DESCRIBE_STRUCT(AdminPage, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
BOOST_DESCRIBE_STRUCT(DefinitionView, (), (process_id, name, hash, version, deployed_at_us, running))
BOOST_DESCRIBE_STRUCT(DefinitionsReply, (), (items))
BOOST_DESCRIBE_STRUCT(DeployRequest, (), (xml, actor))
BOOST_DESCRIBE_STRUCT(InstancesRequest, (), (process_id, cursor, limit))
BOOST_DESCRIBE_STRUCT(InstanceView, (), (id, process_id, version, started_at_us, tokens))
BOOST_DESCRIBE_STRUCT(InstancesReply, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(IncidentsReply, (), (items, next_cursor))
BOOST_DESCRIBE_STRUCT(IncidentRequest, (), (id))

/// Loop-confined. Errors beside those named: `not_found` "purchase.not_found", `unavailable`.
class OrchestratorApi {
 public:
  virtual ~OrchestratorApi() = default;
  /// Durable when it returns. Errors: `conflict` "price.changed" (detail holds the new total in minor units and
  /// currency, "1999 EUR"), "stock.insufficient"; `invalid` "idempotency.key_reused", and by field "sku.unknown",
  /// "currency.not_sold", "shipping_address.required"; `unavailable` "purchase.too_late": the caller's deadline passed before
  /// it could be accepted, so it was not.
  virtual Task<AcceptReply> accept(Context context, AcceptRequest request) = 0;
  virtual Task<Purchase> get(Context context, PurchaseRequest request) = 0;
  virtual Task<PurchasePage> list(Context context, ListRequest request) = 0;
  /// `conflict` "purchase.not_cancellable" from the capture command on.
  virtual Task<Purchase> cancel(Context context, PurchaseRequest request) = 0;
  virtual Task<EventsReply> events(Context context, EventsRequest request) = 0;
  virtual Task<ProcessReply> process(Context context, PurchaseRequest request) = 0;
  virtual Task<PriceReply> price(Context context, PriceRequest request) = 0;

  virtual Task<AdminPage> admin_list(Context context, ListRequest request) = 0;
  virtual Task<AdminPurchase> admin_get(Context context, PurchaseRequest request) = 0;
  /// Retries every incident of the purchase. `conflict` "purchase.no_incident".
  virtual Task<AdminPurchase> retry(Context context, PurchaseRequest request) = 0;
  virtual Task<DefinitionsReply> definitions(Context context, Nothing request) = 0;
  /// `invalid` "process.refused" with one field error per element. The same file again is the same version.
  virtual Task<DefinitionView> deploy(Context context, DeployRequest request) = 0;
  virtual Task<InstancesReply> instances(Context context, InstancesRequest request) = 0;
  virtual Task<IncidentsReply> incidents(Context context, InstancesRequest request) = 0;
  virtual Task<IncidentView> retry_incident(Context context, IncidentRequest request) = 0;
};

struct SoldLine {
  ProductId product;
  Sku sku;
  std::int64_t quantity = 0;
};
BOOST_DESCRIBE_STRUCT(SoldLine, (), (product, sku, quantity))

/// Events on topic "purchase": types "purchase.accepted", "purchase.completed", "purchase.failed",
/// "purchase.cancelled"; key = purchase id, body = this as JSON.
struct PurchaseEvent {
  PurchaseId purchase;
  CustomerId customer;
  std::string status, reason;
  Money total;
  Money refunded;  ///< What was given back of what was captured.
  std::vector<SoldLine> lines;  ///< Of a completed purchase, those whose money was not given back.
};
BOOST_DESCRIBE_STRUCT(PurchaseEvent, (), (purchase, customer, status, reason, total, refunded, lines))

}  // namespace pps::orchestrator
