#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "purchases.hpp"
#include "runtime/trace.hpp"
#include "services/orchestrator/views.hpp"

namespace pps::orchestrator::testing {
namespace {

using namespace std::chrono_literals;

TEST_F(Purchases, ends_completed_with_everything_delivered_and_paid_once) {
  outside.stock = {{"book", 5}};
  const AcceptReply reply = accepted({{"book", 2}, {"key", 1}});
  EXPECT_FALSE(reply.replayed);
  EXPECT_EQ(reply.purchase.total.minor_units, 4900);
  const Purchase purchase = ended(reply.purchase.id);
  EXPECT_EQ(purchase.status, Status::completed);
  EXPECT_EQ(broken_promise(outside, purchase), "");
  EXPECT_EQ(outside.stock["book"], 3);
  EXPECT_EQ(purchase.lines[0].tracking, "T-book");
  std::vector<Status> statuses;
  for (const auto& entry : purchase.timeline)
    if (entry.purchase_status) statuses.push_back(*entry.purchase_status);
  EXPECT_EQ(statuses, (std::vector{Status::accepted, Status::reserving, Status::payment_processing, Status::preparing,
                                   Status::capturing, Status::releasing, Status::completed}));
  archive();
  std::vector<std::string> types;
  for (const auto& event : outside.published) types.push_back(event.type);
  EXPECT_EQ(types, (std::vector<std::string>{"purchase.accepted", "purchase.completed"}));
  EXPECT_THAT(outside.published[0].body, ::testing::HasSubstr(R"("lines":[])"));
  EXPECT_THAT(outside.published[1].body, ::testing::HasSubstr(R"("sku":"book","quantity":2})"));
  EXPECT_THAT(outside.published[1].body, ::testing::HasSubstr(R"("sku":"key","quantity":1})"));
}

TEST_F(Purchases, finished_ones_leave_the_shard_and_are_still_found) {
  const PurchaseId id = accepted({{"key", 1}}).purchase.id;
  const Purchase before = ended(id);
  archive();
  const auto memory = world.run(shop.service->shard(id.shard()));
  EXPECT_EQ((*memory)->find(id), nullptr);
  const Purchase after = now(id);
  EXPECT_EQ(after.status, Status::completed);
  EXPECT_EQ(after.timeline.size(), before.timeline.size());
  Result<PurchasePage> page = world.run(shop.service->list({}, {customer(1), {}, {}, 10, {}}));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items[0].lines[0].fulfilment, "released");
  Result<ProcessReply> process = world.run(shop.service->process({}, {id, customer(1)}));
  ASSERT_TRUE(process);
  EXPECT_EQ(process->state, "completed");
  EXPECT_EQ(process->completed.back(), "completed");
  EXPECT_FALSE(world.run(shop.service->get({}, {id, customer(2)})));
  Result<AdminPage> all = world.run(shop.service->admin_list({}, {std::nullopt, "completed", {}, 10, {}}));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->items.size(), 1u);
}

TEST_F(Purchases, that_took_long_to_accept_are_found_after_a_crash) {
  outside.script["check"] = {Fault::slow};
  auto slow = std::make_shared<runtime::Promise<AcceptReply>>();
  auto wait = [](std::shared_ptr<OrchestratorService> service, AcceptRequest request,
                 std::shared_ptr<runtime::Promise<AcceptReply>> out) -> boost::asio::awaitable<void> {
    Result<AcceptReply> reply = co_await service->accept({}, std::move(request));
    out->fulfil(std::move(reply));
  };
  runtime::spawn(shop.runtime.executor, wait(shop.service, order(1, "slow", {{"key", 1}}, outside), slow));
  world.run_until([&] { return outside.script["check"].empty(); });
  // Another one of the shard is accepted, ends and leaves it meanwhile.
  ended(accepted({{"key", 1}}, "quick").purchase.id);
  archive();
  world.run_until([&] { return slow->is_fulfilled(); });
  const Result<AcceptReply> reply = world.run(slow->get());
  ASSERT_TRUE(reply);
  shop.kill(false);
  Process next(world, outside, "next");
  ASSERT_TRUE(world.run(next.open()));
  EXPECT_TRUE(world.run(next.service->get({}, {reply->purchase.id, std::nullopt})));
}

TEST_F(Purchases, that_nobody_waits_for_any_more_are_not_accepted) {
  outside.script["check"] = {Fault::slow};
  Context hurried;
  hurried.deadline = shop.runtime.clock.monotonic() + 10ms;
  AcceptRequest request = order(1, "late", {{"key", 1}}, outside);
  const Result<AcceptReply> late = world.run(shop.service->accept(hurried, request));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "purchase.too_late");
  EXPECT_EQ(late.error().kind, ErrorKind::unavailable) << "surely not done";
  EXPECT_TRUE(world.run(shop.service->list({}, ListRequest{customer(1), {}, {}, 10, {}}))->items.empty());
  const Result<AcceptReply> again = world.run(shop.service->accept({}, request));
  ASSERT_TRUE(again) << "the key is not used up";
  EXPECT_FALSE(again->replayed);
}

TEST_F(Purchases, lists_newest_first_over_live_and_finished_in_pages) {
  std::vector<PurchaseId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(accepted({{"key", 1}}, "k" + std::to_string(i)).purchase.id);
    if (i < 3) ended(ids.back());
    world.run_for(10ms);
  }
  std::vector<PurchaseId> seen;
  ListRequest request{customer(1), {}, {}, 2, {}};
  for (int page = 0; page < 5; ++page) {
    Result<PurchasePage> reply = world.run(shop.service->list({}, request));
    ASSERT_TRUE(reply);
    for (const auto& item : reply->items) seen.push_back(item.id);
    request.cursor = reply->next_cursor;
    if (request.cursor.empty()) break;
  }
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(seen, ids);
  request.cursor = "nonsense";
  EXPECT_EQ(world.run(shop.service->list({}, request)).error().code, "cursor.invalid");
}

TEST_F(Purchases, one_key_is_one_purchase_while_it_runs_and_after) {
  const AcceptRequest request = order(1, "same", {{"key", 1}}, outside);
  auto both = [](std::shared_ptr<OrchestratorService> service, AcceptRequest asked) -> Task<std::vector<AcceptReply>> {
    std::vector<Task<AcceptReply>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(service->accept({}, asked));
    std::vector<Result<AcceptReply>> replies = co_await runtime::all_of(std::move(tasks));
    std::vector<AcceptReply> out;
    for (auto& reply : replies) out.push_back(std::move(*reply));
    co_return out;
  };
  Result<std::vector<AcceptReply>> replies = world.run(both(shop.service, request));
  ASSERT_TRUE(replies);
  const PurchaseId id = (*replies)[0].purchase.id;
  EXPECT_EQ((*replies)[1].purchase.id, id);
  EXPECT_EQ((*replies)[2].purchase.id, id);
  AcceptRequest other = order(1, "same", {{"key", 2}}, outside);
  EXPECT_EQ(accept(other).error().code, "idempotency.key_reused");
  ended(id);
  archive();
  Result<AcceptReply> again = accept(request);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->purchase.id, id);
  EXPECT_EQ(accept(other).error().code, "idempotency.key_reused");
  AcceptRequest elsewhere = request;
  elsewhere.client_id = "another-client";
  EXPECT_NE(accept(elsewhere)->purchase.id, id);
  for (const auto& [days, kept] : {std::pair(89, true), std::pair(91, false)}) {
    const Timestamp later = world.now() + std::chrono::hours(24 * days);
    const auto settled = world.run(find_settled(*shop.table, customer(1), "pps-web", "same", later));
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->has_value(), kept) << days << " days after the end";
  }
}

struct Refusal {
  const char* name;
  std::vector<std::pair<std::string, std::int64_t>> lines;
  std::int64_t expected_change;
  ErrorKind kind;
  const char* code;
  const char* field;
};
class Refused : public Purchases, public ::testing::WithParamInterface<Refusal> {};
TEST_P(Refused, before_acceptance_and_the_key_is_still_free) {
  outside.stock = {{"book", 0}, {"pen", 1}};
  const Refusal& refusal = GetParam();
  AcceptRequest request = order(1, "k", refusal.lines, outside);
  request.expected_total.minor_units += refusal.expected_change;
  if (std::string_view(refusal.name) == "currency") request.expected_total.currency = *Currency::parse("USD");
  Result<AcceptReply> reply = accept(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, refusal.kind);
  EXPECT_EQ(reply.error().code, refusal.code);
  const std::string field = reply.error().fields.empty() ? "" : reply.error().fields[0].code;
  EXPECT_EQ(field, refusal.field);
  if (std::string_view(refusal.code) == "price.changed") {
    EXPECT_EQ(reply.error().detail, "2900 EUR");
  }
  EXPECT_TRUE(accept(order(1, "k", {{"key", 3}}, outside)));
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Refused,
    ::testing::Values(Refusal{"price", {{"key", 1}}, 1, ErrorKind::conflict, "price.changed", ""},
                      Refusal{"sold_out", {{"key", 1}, {"book", 1}}, 0, ErrorKind::conflict, "stock.insufficient", "stock.insufficient"},
                      Refusal{"unknown", {{"unicorn", 1}}, 0, ErrorKind::invalid, "fields.invalid", "sku.unknown"},
                      Refusal{"currency", {{"key", 1}}, 0, ErrorKind::invalid, "fields.invalid", "sku.unknown"},
                      Refusal{"too_cheap", {{"sticker", 1}}, 0, ErrorKind::invalid, "fields.invalid", "total.not_chargeable"},
                      Refusal{"too_dear", {{"ship", 2}}, 0, ErrorKind::invalid, "fields.invalid", "total.not_chargeable"},
                      Refusal{"duplicate", {{"key", 1}, {"key", 2}}, 0, ErrorKind::invalid, "lines.duplicate", "lines.duplicate"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(Purchases, what_is_done_for_a_purchase_belongs_to_the_trace_of_its_request) {
  outside.stock = {{"book", 5}};
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  Context context;
  context.trace = *trace::parse(parent);
  Result<AcceptReply> reply = world.run(shop.service->accept(context, order(1, "k", {{"book", 1}}, outside)));
  ASSERT_TRUE(reply);
  EXPECT_EQ(ended(reply->purchase.id).status, Status::completed);
  EXPECT_EQ(outside.traces, std::set<std::string>{parent});
}

struct Failure {
  const char* call;
  const char* code;
  const char* reason;
};
class Failing : public Purchases, public ::testing::WithParamInterface<Failure> {};
TEST_P(Failing, undoes_everything_and_says_why) {
  outside.stock = {{"book", 5}, {"pen", 5}};
  outside.refusals[GetParam().call] = GetParam().code;
  const Purchase purchase = ended(accepted({{"book", 1}, {"pen", 2}}).purchase.id);
  EXPECT_EQ(purchase.status, Status::failed);
  EXPECT_EQ(purchase.reason, GetParam().reason);
  EXPECT_EQ(broken_promise(outside, purchase), "");
  EXPECT_EQ(outside.stock, (std::map<std::string, std::int64_t>{{"book", 5}, {"pen", 5}}));
  EXPECT_FALSE(purchase.attention);
  EXPECT_EQ(purchase.lines[0].fulfilment, "cancelled");
}
INSTANTIATE_TEST_SUITE_P(Cases, Failing,
                         ::testing::Values(Failure{"reserve/pen", "stock.insufficient", "stock.insufficient"},
                                           Failure{"authorize", "declined", "payment.declined"},
                                           Failure{"prepare/book", "prepare.refused", "prepare.refused"},
                                           Failure{"commit_hold/pen", "hold.expired", "hold.expired"},
                                           Failure{"capture", "refused", "payment.capture_refused"}));

class Unreliable : public Purchases, public ::testing::WithParamInterface<std::tuple<const char*, Fault, bool>> {};
TEST_P(Unreliable, calls_change_nothing_of_the_outcome) {
  const auto& [call, fault, declined] = GetParam();
  outside.stock = {{"book", 5}};
  if (declined) outside.refusals["prepare/key"] = "prepare.refused";
  outside.script[call] = {fault, fault, fault};
  outside.script["lookup"] = {Fault::unknown_before, Fault::unavailable};
  outside.script["lookup_payment"] = {Fault::unknown_after, Fault::unavailable};
  const Purchase purchase = ended(accepted({{"book", 2}, {"key", 1}}).purchase.id);
  EXPECT_EQ(purchase.status, declined ? Status::failed : Status::completed);
  EXPECT_EQ(broken_promise(outside, purchase), "");
  EXPECT_EQ(broken_stock(outside, {{"book", 5}}), "");
}
INSTANTIATE_TEST_SUITE_P(
    Forward, Unreliable,
    ::testing::Combine(::testing::Values("reserve", "authorize", "prepare", "commit_hold", "capture", "release"),
                       ::testing::Values(Fault::unavailable, Fault::unknown_before, Fault::unknown_after, Fault::twice, Fault::slow),
                       ::testing::Values(false)));
INSTANTIATE_TEST_SUITE_P(
    Undo, Unreliable,
    ::testing::Combine(::testing::Values("unreserve", "void", "unprepare"),
                       ::testing::Values(Fault::unavailable, Fault::unknown_before, Fault::unknown_after, Fault::twice, Fault::slow),
                       ::testing::Values(true)));

TEST_F(Purchases, a_line_that_can_never_be_released_is_given_back_alone) {
  outside.stock = {{"book", 5}};
  outside.refusals["release/book"] = "release.impossible";
  outside.script["refund"] = {Fault::unknown_after, Fault::unknown_before};
  const Purchase purchase = ended(accepted({{"book", 2}, {"key", 1}}).purchase.id);
  EXPECT_EQ(purchase.status, Status::completed);
  EXPECT_EQ(purchase.lines[0].fulfilment, "refunded");
  EXPECT_EQ(purchase.lines[1].fulfilment, "released");
  ASSERT_EQ(purchase.refunds.size(), 1u);
  EXPECT_EQ(purchase.refunds[0].amount.minor_units, 2000);
  EXPECT_EQ(broken_promise(outside, purchase), "");
  EXPECT_EQ(broken_stock(outside, {{"book", 5}}), "");
}

TEST_F(Purchases, a_line_that_was_taken_back_before_its_release_is_given_back_alone) {
  outside.stock = {{"book", 5}};
  const PurchaseId id = accepted({{"book", 2}, {"key", 1}}).purchase.id;
  outside.script["release"] = {Fault::unknown_before};
  outside.released[effect_id(id, "release", 0).value] = "undone";  // as a late message may leave it
  const Purchase purchase = ended(id);
  EXPECT_EQ(purchase.status, Status::completed);
  EXPECT_EQ(purchase.lines[0].fulfilment, "refunded");
  EXPECT_EQ(purchase.lines[1].fulfilment, "released");
}

TEST_F(Purchases, of_which_nothing_can_be_released_fails_with_all_money_back) {
  outside.refusals["release"] = "release.impossible";
  const Purchase purchase = ended(accepted({{"book", 2}, {"key", 1}}).purchase.id);
  EXPECT_EQ(purchase.status, Status::failed);
  EXPECT_EQ(purchase.reason, "release.impossible");
  EXPECT_EQ(broken_promise(outside, purchase), "");
}

TEST_F(Purchases, wait_for_the_customer_to_confirm_the_payment) {
  outside.ask_for_confirmation = true;
  const PurchaseId id = accepted({{"key", 1}}).purchase.id;
  world.run_for(1s);
  Purchase purchase = now(id);
  EXPECT_EQ(purchase.status, Status::awaiting_payment);
  EXPECT_EQ(purchase.action_url, "https://bank.example/3ds");
  outside.payments[id].status = "authorized";
  ASSERT_TRUE(world.run(shop.tell_payment(id, "payment.confirmed", "")));
  ASSERT_TRUE(world.run(shop.tell_payment(id, "payment.confirmed", "")));
  purchase = ended(id);
  EXPECT_EQ(purchase.status, Status::completed);
  EXPECT_EQ(broken_promise(outside, purchase), "");
}

TEST_F(Purchases, fail_when_the_customer_does_not_confirm) {
  outside.ask_for_confirmation = true;
  const PurchaseId refused = accepted({{"key", 1}}, "a").purchase.id;
  const PurchaseId forgotten = accepted({{"key", 1}}, "b").purchase.id;
  world.run_for(1s);
  ASSERT_TRUE(world.run(shop.tell_payment(refused, "payment.failed", "payment.authentication_failed")));
  Purchase purchase = ended(refused);
  EXPECT_EQ(purchase.status, Status::failed);
  EXPECT_EQ(purchase.reason, "payment.authentication_failed");
  EXPECT_EQ(broken_promise(outside, purchase), "");
  purchase = ended(forgotten);
  EXPECT_EQ(purchase.reason, "payment.not_confirmed");
  EXPECT_EQ(broken_promise(outside, purchase), "");
}

TEST_F(Purchases, can_be_cancelled_until_the_money_is_taken) {
  // Cancelled after ever more of the purchase has happened, in steps of the world.
  int cancelled = 0, refused = 0;
  for (int after = 0; after < 60; ++after) {
    const PurchaseId id = accepted({{"book", 1}, {"key", 1}}, "k" + std::to_string(after)).purchase.id;
    for (int i = 0; i < after * 4; ++i) world.step();
    Result<Purchase> reply = world.run(shop.service->cancel({}, {id, customer(1)}));
    const bool taken = reply.has_value();
    (taken ? cancelled : refused)++;
    if (taken) {
      EXPECT_TRUE(world.run(shop.service->cancel({}, {id, customer(1)}))) << "may be repeated";
    } else {
      EXPECT_EQ(reply.error().code, "purchase.not_cancellable");
    }
    const Purchase purchase = ended(id);
    EXPECT_EQ(purchase.status, taken ? Status::cancelled : Status::completed);
    EXPECT_EQ(broken_promise(outside, purchase), "");
    EXPECT_FALSE(world.run(shop.service->cancel({}, {id, customer(1)})));
  }
  EXPECT_GT(cancelled, 5);
  EXPECT_GT(refused, 5);
}

TEST_F(Purchases, that_nobody_can_help_wait_for_an_operator_and_go_on) {
  outside.script["capture"] = std::deque<Fault>(1001, Fault::unavailable);
  const PurchaseId id = accepted({{"key", 1}}).purchase.id;
  world.run_until([&] { return outside.script["capture"].size() <= 1; }, std::chrono::hours(10));
  world.run_for(1s);
  const Purchase stuck = now(id);
  EXPECT_TRUE(stuck.attention);
  EXPECT_EQ(stuck.status, Status::capturing);
  Result<IncidentsReply> incidents = world.run(shop.service->incidents({}, {}));
  ASSERT_TRUE(incidents);
  ASSERT_EQ(incidents->items.size(), 1u);
  EXPECT_EQ(incidents->items[0].element_id, "capture");
  EXPECT_FALSE(world.run(shop.service->cancel({}, {id, std::nullopt})));
  EXPECT_TRUE(world.run(shop.service->retry_incident({}, {incidents->items[0].id})));
  const Purchase purchase = ended(id);
  EXPECT_EQ(purchase.status, Status::completed);
  EXPECT_FALSE(purchase.attention);
  EXPECT_EQ(broken_promise(outside, purchase), "");
  EXPECT_EQ(world.run(shop.service->retry({}, {id, std::nullopt})).error().code, "purchase.no_incident");
}

TEST_F(Purchases, price_a_basket_without_keeping_anything) {
  outside.stock = {{"book", 2}, {"pen", 0}};
  PriceRequest request{{{{"book"}, 1, {}}, {{"pen"}, 1, {}}, {{"key"}, 3, {}}}, "EUR"};
  Result<PriceReply> reply = world.run(shop.service->price({}, request));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->total.minor_units, 1000 + 250 + 8700);
  EXPECT_FALSE(reply->available);
  EXPECT_EQ(reply->lines[0].availability, "low");
  EXPECT_EQ(reply->lines[1].availability, "out");
  EXPECT_EQ(reply->lines[2].availability, "in_stock");
  EXPECT_TRUE(outside.holds.empty());
}

TEST_F(Purchases, stay_within_the_budget_of_commits_and_keys) {
  accepted({{"key", 1}}, "warm");
  world.run_for(5s);
  std::uint64_t commits = 0, keys = 0, bytes = 0;
  const auto count = [&](int sign) {
    for (std::uint16_t number = 0; number < 2; ++number) {
      const auto& stats = (*world.run(shop.service->shard(number)))->shard().stats();
      commits += static_cast<std::uint64_t>(sign) * stats.commits;
      keys += static_cast<std::uint64_t>(sign) * stats.keys;
      bytes += static_cast<std::uint64_t>(sign) * stats.bytes;
    }
  };
  count(-1);
  ended(accepted({{"key", 1}}, "measured").purchase.id);
  world.run_for(5s);
  count(1);
  RecordProperty("commits", static_cast<int>(commits));
  RecordProperty("keys", static_cast<int>(keys));
  RecordProperty("bytes", static_cast<int>(bytes));
  EXPECT_LE(commits, 10u) << "archiving and the outbox's erasure included";
  EXPECT_LE(keys, 36u) << "each commit's own static row included";
  EXPECT_LE(bytes, 20'000u);
}

}  // namespace
}  // namespace pps::orchestrator::testing
