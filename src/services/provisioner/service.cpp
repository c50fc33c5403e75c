#include "services/provisioner/service.hpp"

#include <fmt/format.h>

#include "base/mutant.hpp"

namespace pps::provisioner {

namespace {
EffectReply done(std::string tracking = {}) {
  return {EffectState::done, {}, {}, std::move(tracking)};
}
EffectReply refused(std::string code, std::string detail) {
  return {EffectState::refused, std::move(code), std::move(detail), {}};
}

EffectId hold_of(const Line& line) {
  return effect_id(line.purchase, "reserve", static_cast<int>(line.line));
}
EffectId prepared_of(const Line& line) {
  return effect_id(line.purchase, "prepare", static_cast<int>(line.line));
}
store::PrepareInstanceRequest instance_of(const Line& line) {
  return {.effect = prepared_of(line),
          .owner = line.customer,
          .purchase = line.purchase,
          .line = line.line,
          .product = line.product,
          .sku = line.sku,
          .name = line.name,
          .variant = line.variant,
          .kind = line.kind,
          .quantity = line.quantity,
          .customization = line.customization};
}
constexpr std::size_t kRememberedIds = 10'000;

/// Why a line cannot be provisioned, whatever the stock; empty: it can. A caller's word is not taken for what a product is.
std::string objection(const Line& line, const catalogue::Quote& known) {
  const Template* found = find_template(line.kind);
  if (!known.found) return "sku.unknown";
  if (known.product != line.product || known.kind != line.kind || known.stock_tracked != line.stock_tracked)
    return "product.changed";
  if (!found) return "kind.unknown";
  return found->needs_address && line.shipping_address.line1.empty() ? "shipping_address.missing" : "";
}
}  // namespace

Task<CheckReply> ProvisionerService::check(Context context, CheckRequest request) {
  catalogue::QuoteRequest known;
  store::LevelsRequest tracked;
  for (const auto& line : request.lines) {
    known.skus.push_back(line.sku);
    if (line.stock_tracked) tracked.skus.push_back(line.sku);
  }
  Result<catalogue::QuoteReply> quotes = co_await deps_.catalogue->quote(context, std::move(known));
  if (!quotes) co_return fail(std::move(quotes).error());
  if (quotes->quotes.size() != request.lines.size())
    co_return fail(ErrorKind::internal, "catalogue.quotes", "not one quote a line");
  store::LevelsReply levels;
  if (!tracked.skus.empty()) {
    Result<store::LevelsReply> read = co_await deps_.store->levels(context, std::move(tracked));
    if (!read) co_return fail(std::move(read).error());
    levels = std::move(*read);
  }
  CheckReply reply;
  std::size_t next = 0;
  std::unordered_map<Sku, std::int64_t> asked_before;  // lines of one SKU share its stock
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    const Line& line = request.lines[i];
    LineCheck checked{.line = line.line, .code = objection(line, quotes->quotes[i])};
    if (line.stock_tracked) {
      std::int64_t& so_far = asked_before[line.sku];
      checked.available = std::max<std::int64_t>(0, levels.levels[next++].available - so_far);
      so_far += line.quantity;
      if (checked.code.empty() && checked.available < line.quantity) checked.code = "stock.insufficient";
    }
    checked.ok = checked.code.empty();
    reply.lines.push_back(std::move(checked));
  }
  co_return reply;
}

Task<EffectReply> ProvisionerService::reserve(Context context, Line line) {
  if (!find_template(line.kind))
    co_return refused("kind.unknown", "no template delivers the kind " + line.kind);
  if (!line.stock_tracked) co_return done();
  store::ReserveRequest request{hold_of(line), line.sku, line.quantity, line.hold_expires_at_us};
  co_return co_await deps_.store->reserve(context, std::move(request));
}

Task<EffectReply> ProvisionerService::unreserve(Context context, Line line) {
  if (!line.stock_tracked) co_return EffectReply{EffectState::undone, {}, {}, {}};
  if (PPS_MUTANT("hold_not_undone")) co_return EffectReply{EffectState::undone, {}, {}, {}};
  store::HoldRequest request{hold_of(line), line.sku, 0};
  co_return co_await deps_.store->unreserve(context, std::move(request));
}

Task<EffectReply> ProvisionerService::commit_hold(Context context, Line line) {
  if (!line.stock_tracked) co_return done();
  store::HoldRequest request{hold_of(line), line.sku, 0};
  co_return co_await deps_.store->commit_hold(context, std::move(request));
}

Task<EffectReply> ProvisionerService::prepare(Context context, Line line) {
  Result<Fulfilment> fulfilment = co_await deps_.fulfilment->prepare(context, line);
  if (!fulfilment) {
    const Error& error = fulfilment.error();
    if (error.kind == ErrorKind::conflict && error.code == "already_undone") {
      EffectReply undone{EffectState::undone, "already_undone", {}, {}};
      co_return co_await without_instance(context, std::move(line), std::move(undone));
    }
    if (error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid) {
      EffectReply never = refused("prepare.refused", error.code + ": " + error.detail);
      co_return co_await without_instance(context, std::move(line), std::move(never));
    }
    co_return fail(std::move(fulfilment).error());
  }
  if (fulfilment->status == "cancelled") {
    EffectReply undone{EffectState::undone, "already_undone", {}, {}};
    co_return co_await without_instance(context, std::move(line), std::move(undone));
  }
  remember(line, fulfilment->id);
  co_return co_await deps_.store->prepare_instance(context, instance_of(line));
}

/// Says that a line can never be prepared, once an earlier try that got further than this one has left nothing in the store:
/// a refused effect is not undone by anybody.
Task<EffectReply> ProvisionerService::without_instance(Context context, Line line, EffectReply reply) {
  store::InstanceEffectRequest request{prepared_of(line), line.customer};
  Result<EffectReply> withdrawn = co_await deps_.store->withdraw_instance(context, std::move(request));
  if (!withdrawn) co_return fail(std::move(withdrawn).error());
  co_return reply;
}

Task<EffectReply> ProvisionerService::unprepare(Context context, Line line) {
  Result<Fulfilment> cancelled = co_await deps_.fulfilment->cancel(context, line);
  if (!cancelled) {
    if (cancelled.error().kind == ErrorKind::conflict)
      co_return refused("instance.released", cancelled.error().detail);
    co_return fail(std::move(cancelled).error());
  }
  store::InstanceEffectRequest request{prepared_of(line), line.customer};
  co_return co_await deps_.store->withdraw_instance(context, std::move(request));
}

Task<EffectReply> ProvisionerService::release(Context context, Line line) {
  Result<std::string> id = co_await fulfilment_id(context, line);
  if (!id) co_return fail(std::move(id).error());
  if (id->empty()) co_return refused("release.impossible", "nothing is prepared for this line");
  Result<Fulfilment> released = co_await deps_.fulfilment->release(context, line, *id);
  if (!released) {
    if (released.error().kind == ErrorKind::conflict)
      co_return refused("release.impossible", released.error().detail);
    co_return fail(std::move(released).error());
  }
  if (line.stock_tracked) {
    store::HoldRequest request{hold_of(line), line.sku, 0};
    Result<EffectReply> consumed = co_await deps_.store->consume(context, std::move(request));
    if (!consumed || consumed->state != EffectState::done) co_return consumed;
  }
  store::ReleaseInstanceRequest request{prepared_of(line), line.customer, released->licence_keys,
                                        released->tracking};
  co_return co_await deps_.store->release_instance(context, std::move(request));
}

Task<EffectReply> ProvisionerService::lookup(Context context, LookupRequest request) {
  const Line& line = request.line;
  if (request.effect == "reserve" || request.effect == "commit_hold") {
    if (!line.stock_tracked) co_return done();
    store::HoldRequest hold{hold_of(line), line.sku, 0};
    Result<EffectReply> found = co_await deps_.store->find_hold(context, std::move(hold));
    if (found && found->state == EffectState::done && found->code == "held" &&
        request.effect == "commit_hold")
      co_return EffectReply{};  // held, not committed: surely not done
    co_return found;
  }
  store::InstanceEffectRequest instance{prepared_of(line), line.customer};
  Result<EffectReply> found =
      co_await deps_.store->find_instance_effect(context, std::move(instance));
  if (found && found->state == EffectState::done && found->code == "prepared" &&
      request.effect == "release")
    co_return EffectReply{EffectState::pending, {}, "prepared, not released", {}};
  co_return found;
}

namespace {
/// "none" where nothing is known, `undone` where it was refused or taken back, else what the store calls its state.
std::string state_of(const EffectReply& reply, std::string undone) {
  if (reply.state == EffectState::done) return reply.code;
  return reply.state == EffectState::unknown ? "none" : std::move(undone);
}
}  // namespace

Task<LineAudit> ProvisionerService::audit(Context context, Line line) {
  LineAudit audit;
  audit.hold = "untracked";
  if (line.stock_tracked) {
    store::HoldRequest hold{hold_of(line), line.sku, 0};
    Result<EffectReply> found = co_await deps_.store->find_hold(context, std::move(hold));
    if (!found) co_return fail(std::move(found).error());
    audit.hold = state_of(*found, "undone");
  }
  store::InstanceEffectRequest instance{prepared_of(line), line.customer};
  Result<EffectReply> kept = co_await deps_.store->find_instance_effect(context, std::move(instance));
  if (!kept) co_return fail(std::move(kept).error());
  audit.instance = state_of(*kept, "withdrawn");
  Result<std::optional<Fulfilment>> outside = co_await deps_.fulfilment->find(context, std::move(line));
  if (!outside) co_return fail(std::move(outside).error());
  audit.fulfilment = *outside ? (*outside)->status : "none";
  co_return audit;
}

Task<std::string> ProvisionerService::fulfilment_id(Context context, Line line) {
  if (const auto known = ids_.find(prepared_of(line)); known != ids_.end()) co_return known->second;
  Result<std::optional<Fulfilment>> found = co_await deps_.fulfilment->find(context, line);
  if (!found) co_return fail(std::move(found).error());
  co_return *found && (*found)->status != "cancelled" ? (*found)->id : std::string{};
}

void ProvisionerService::remember(const Line& line, const std::string& fulfilment_id) {
  if (!ids_.emplace(prepared_of(line), fulfilment_id).second) return;
  ids_order_.push_back(prepared_of(line));
  if (ids_order_.size() <= kRememberedIds) return;
  ids_.erase(ids_order_.front());
  ids_order_.pop_front();
}

}  // namespace pps::provisioner
