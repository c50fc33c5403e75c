#include "warehouse.hpp"

/// From a reserved line to a delivered product and back, with the fulfilment system's own rules at
/// the other end.
namespace pps::provisioner::testing {
namespace {

using namespace std::chrono_literals;
using simulators::LineFate;
using simulators::Mishap;
using Delivery = WarehouseTest;

TEST_F(Delivery, a_parcel_leaves_once_and_is_its_buyers) {
  receive(5);
  const Line book = line(1, "book");
  EXPECT_EQ(look("reserve", book), "unknown");
  EXPECT_EQ(call(kReserve, book), "done");
  EXPECT_EQ(look("reserve", book), "done held");
  EXPECT_EQ(look("commit_hold", book), "unknown") << "held is not committed";
  EXPECT_EQ(look("prepare", book), "unknown");
  EXPECT_EQ(call(kPrepare, book), "done");
  EXPECT_EQ(look("release", book), "pending");
  EXPECT_TRUE(owned().empty());
  EXPECT_EQ(call(kCommit, book), "done");
  EXPECT_EQ(look("commit_hold", book), "done committed");
  std::string tracking;
  for (int pass = 0; pass < 3; ++pass) {
    const Result<EffectReply> released = world.run(api->release({}, book));
    ASSERT_EQ(said(released), "done");
    EXPECT_FALSE(released->tracking.empty());
    if (pass > 0) {
      EXPECT_EQ(released->tracking, tracking);
    }
    tracking = released->tracking;
    EXPECT_EQ(call(kPrepare, book), "done");
    EXPECT_EQ(call(kUnprepare, book), "refused instance.released");
    EXPECT_EQ(call(kUnreserve, book), "refused hold.consumed");
    EXPECT_EQ(look("release", book), "done active");
    EXPECT_EQ(sums(), "3 0 0");
    ASSERT_EQ(owned().size(), 1u);
    EXPECT_EQ(owned()[0].tracking, tracking);
    if (pass == 0) world.run_for(1s);
    if (pass == 1) restart();
  }
  EXPECT_EQ(fulfilments_in("released"), 1u);
}

TEST_F(Delivery, an_audit_asks_everyone_how_a_line_stands) {
  const auto audit = [this](const Line& line) -> std::string {
    Result<LineAudit> seen = world.run(api->audit({}, line));
    return seen ? seen->hold + " " + seen->instance + " " + seen->fulfilment : seen.error().code;
  };
  receive(5);
  const Line book = line(1, "book");
  EXPECT_EQ(audit(book), "none none none");
  EXPECT_EQ(call(kReserve, book), "done");
  EXPECT_EQ(call(kPrepare, book), "done");
  EXPECT_EQ(audit(book), "held prepared prepared");
  EXPECT_EQ(call(kCommit, book), "done");
  EXPECT_EQ(audit(book), "committed prepared prepared");
  ASSERT_EQ(said(world.run(api->release({}, book))), "done");
  EXPECT_EQ(audit(book), "consumed active released");
  world.run_for(1s);
  restart();
  EXPECT_EQ(audit(book), "consumed active released") << "settled rows too";
  const Line undone = line(2, "book");
  EXPECT_EQ(call(kReserve, undone), "done");
  EXPECT_EQ(call(kPrepare, undone), "done");
  EXPECT_EQ(call(kUnprepare, undone), "undone");
  EXPECT_EQ(call(kUnreserve, undone), "undone");
  EXPECT_EQ(audit(undone), "undone withdrawn cancelled");
  EXPECT_EQ(audit(line(3, "key")), "untracked none none");
}

TEST_F(Delivery, goods_lost_between_two_tries_to_prepare_them_leave_no_instance) {
  receive(5);
  const Line book = line(1, "book");
  EXPECT_EQ(call(kReserve, book), "done");
  EXPECT_EQ(call(kPrepare, book), "done") << "and nobody heard it";
  auto decide = [](const net::ClientRequest&) { return simulators::LineFate{}; };
  FulfilmentClient warehouseman(std::make_shared<simulators::ModelClient>(process->runtime(), rules, warehouse, decide));
  ASSERT_TRUE(world.run(warehouseman.cancel({}, book)));
  EXPECT_EQ(call(kPrepare, book), "undone already_undone");
  EXPECT_EQ(look("prepare", book), "undone") << "the refused line is not undone by anybody else";
}

TEST_F(Delivery, licences_need_no_stock_and_one_key_a_unit_is_shown_to_the_buyer) {
  const Line key = line(1, "key", 3);
  EXPECT_EQ(call(kReserve, key), "done");
  EXPECT_EQ(call(kPrepare, key), "done");
  EXPECT_EQ(call(kCommit, key), "done");
  restart();  // the release must find the fulfilment again by itself
  EXPECT_EQ(call(kRelease, key), "done");
  ASSERT_EQ(owned().size(), 1u);
  const std::vector<std::string> keys = owned()[0].licence_keys;
  EXPECT_EQ(keys.size(), 3u);
  EXPECT_EQ(call(kRelease, key), "done");
  EXPECT_EQ(owned()[0].licence_keys, keys);
  EXPECT_EQ(call(kUnreserve, key), "undone");
}

TEST_F(Delivery, an_undo_before_the_action_wins) {
  receive(5);
  for (const char* sku : {"book", "key"}) {
    const Line one = line(sku == std::string("book") ? 1 : 2, sku);
    EXPECT_EQ(call(kUnprepare, one), "undone");
    EXPECT_EQ(call(kPrepare, one), "undone already_undone");
    EXPECT_EQ(call(kRelease, one), "refused release.impossible");
    EXPECT_EQ(call(kUnprepare, one), "undone");
  }
  EXPECT_EQ(call(kUnreserve, line(1, "book")), "undone");
  EXPECT_EQ(call(kReserve, line(1, "book")), "undone already_undone");
  EXPECT_EQ(sums(), "5 0 0");
  EXPECT_EQ(fulfilments_in("prepared"), 0u);
}

TEST_F(Delivery, what_is_prepared_can_be_undone_and_is_then_never_released) {
  receive(5);
  const Line book = line(1, "book");
  EXPECT_EQ(call(kReserve, book), "done");
  EXPECT_EQ(call(kPrepare, book), "done");
  EXPECT_EQ(call(kCommit, book), "done");
  EXPECT_EQ(call(kUnprepare, book), "undone");
  EXPECT_EQ(call(kRelease, book), "refused release.impossible");
  restart();
  EXPECT_EQ(call(kRelease, book), "refused release.impossible");
  EXPECT_EQ(look("prepare", book), "undone");
  EXPECT_EQ(call(kUnreserve, book), "undone");
  EXPECT_EQ(sums(), "5 0 0");
  EXPECT_EQ(fulfilments_in("cancelled"), 1u);
}

TEST_F(Delivery, what_nobody_can_deliver_is_refused) {
  Line odd = line(1, "odd");
  EXPECT_EQ(call(kReserve, odd), "refused kind.unknown");
  EXPECT_EQ(call(kPrepare, odd), "refused prepare.refused");
  Line nowhere = line(2, "book");
  nowhere.shipping_address = {};
  EXPECT_EQ(call(kPrepare, nowhere), "refused prepare.refused");
  EXPECT_EQ(call(kRelease, line(3, "key")), "refused release.impossible") << "nothing is prepared";
  EXPECT_EQ(call(kReserve, line(4, "book")), "refused stock.insufficient");
}

TEST_F(Delivery, check_says_what_could_be_reserved_now) {
  receive(5);
  CheckRequest request;
  request.lines = {line(1, "book", 3), line(1, "key", 900), line(1, "odd"), line(1, "book", 3),
                   line(1, "book", 2)};
  for (std::size_t i = 0; i < request.lines.size(); ++i)
    request.lines[i].line = static_cast<std::int64_t>(i);
  request.lines[4].shipping_address = {};
  Result<CheckReply> reply = world.run(api->check({}, std::move(request)));
  ASSERT_TRUE(reply);
  std::vector<std::string> codes;
  for (const auto& checked : reply->lines) codes.push_back(checked.ok ? "ok" : checked.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"ok", "ok", "kind.unknown", "stock.insufficient",
                                             "shipping_address.missing"}))
      << "lines of one SKU share its stock";
  EXPECT_EQ(sums(), "5 0 0");
}

TEST_F(Delivery, check_takes_no_callers_word_for_what_a_product_is) {
  receive(5);
  CheckRequest request;
  request.lines = {line(1, "book"), line(1, "book"), line(1, "book"), line(1, "key")};
  for (std::size_t i = 0; i < request.lines.size(); ++i)
    request.lines[i].line = static_cast<std::int64_t>(i);
  request.lines[0].sku = {"gone"};
  request.lines[1].kind = "licence";
  request.lines[2].stock_tracked = false;
  request.lines[3].product = {Uuid::v7(9, 0, 9)};
  Result<CheckReply> reply = world.run(api->check({}, std::move(request)));
  ASSERT_TRUE(reply);
  std::vector<std::string> codes;
  for (const auto& checked : reply->lines) codes.push_back(checked.ok ? "ok" : checked.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"sku.unknown", "product.changed", "product.changed",
                                             "product.changed"}));
}

TEST_F(Delivery, a_licence_that_keeps_stock_is_held_like_goods) {
  Line scarce = line(1, "book");
  scarce.kind = "licence";
  EXPECT_EQ(call(kReserve, scarce), "refused stock.insufficient");
  receive(2);
  Line next = line(2, "book");
  next.kind = "licence";
  EXPECT_EQ(call(kReserve, next), "done");
  EXPECT_EQ(sums(), "2 2 0");
}

struct Trouble {
  const char* name;
  LineFate fate;
};
const Trouble kTroubles[] = {
    {"refused", {.refuse = true}},
    {"request_lost", {.lose_request = true}},
    {"answer_lost", {.lose_answer = true}},
    {"twice", {.twice = true}},
    {"late", {.before = std::chrono::seconds(4)}},
    {"failed_before", {.mishap = Mishap::error_before}},
    {"failed_after", {.mishap = Mishap::error_after}},
};

using Case = std::tuple<const char*, const char*, int>;
class Faults : public WarehouseTest, public ::testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    WarehouseTest::SetUp();
    receive(5);
    const auto& [sku, call, trouble] = GetParam();
    fate = [left = 2, call = std::string(call),
            trouble = kTroubles[trouble].fate](const std::string& now) mutable {
      return now == call && left-- > 0 ? trouble : LineFate{};
    };
  }
  std::string surely(Verb verb, const Line& on) {
    for (int tries = 0; tries < 10; ++tries) {
      Result<EffectReply> reply = world.run(((*api).*verb)({}, on));
      if (reply) return said(reply);
      const ErrorKind kind = reply.error().kind;
      EXPECT_TRUE(kind == ErrorKind::unavailable || kind == ErrorKind::unknown_outcome)
          << reply.error().code;
      restart();
    }
    return "never known";
  }
};

TEST_P(Faults, deliver_exactly_once) {
  const Line one = line(1, std::get<0>(GetParam()));
  for (const Verb verb : {Verb(kReserve), Verb(kPrepare), Verb(kCommit), Verb(kRelease)})
    EXPECT_EQ(surely(verb, one), "done");
  world.run_for(10s);
  EXPECT_EQ(fulfilments_in("released"), 1u);
  EXPECT_EQ(fulfilments_in("prepared"), 0u);
  EXPECT_EQ(owned().size(), 1u);
}

TEST_P(Faults, undo_whatever_became_of_it) {
  const Line one = line(1, std::get<0>(GetParam()));
  EXPECT_EQ(surely(kReserve, one), "done");
  (void)world.run(api->prepare({}, one));
  EXPECT_EQ(surely(kUnprepare, one), "undone");
  EXPECT_EQ(surely(kUnreserve, one), "undone");
  world.run_for(10s);
  EXPECT_EQ(fulfilments_in("released") + fulfilments_in("prepared"), 0u);
  EXPECT_EQ(surely(kPrepare, one), "undone already_undone");
  EXPECT_TRUE(owned().empty());
  EXPECT_EQ(sums(), "5 0 0");
}
INSTANTIATE_TEST_SUITE_P(Cases, Faults,
                         ::testing::Combine(::testing::Values("book", "key"),
                                            ::testing::Values("prepare", "release", "cancel",
                                                              "find"),
                                            ::testing::Range(0, 7)));

}  // namespace
}  // namespace pps::provisioner::testing
