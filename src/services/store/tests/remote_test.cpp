#include "net/router.hpp"
#include "services/store/client.hpp"
#include "services/store/http.hpp"
#include "shop.hpp"

/// The Api across its internal routes gives what it gives within the process.
namespace pps::store::testing {
namespace {

using namespace std::chrono_literals;

/// Hands requests straight to a router.
class DirectClient final : public net::HttpClient {
 public:
  Task<net::ClientResponse> send(Context context, net::ClientRequest request) override {
    net::Request in;
    in.method = request.method;
    in.path = in.target = request.path;
    in.headers = request.headers;
    in.body = request.body;
    in.context = context;
    net::Router::Match match = router.match(in.method, in.path);
    net::Response out = co_await router.handle(std::move(in), std::move(match));
    co_return net::ClientResponse{out.status, out.headers, std::get<std::string>(out.body)};
  }
  net::Router router;
};

class Remote : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    http->router.set_authenticator([](Context, std::string) -> Task<net::Principal> {
      co_return net::Principal{.subject = "service"};
    });
    add_internal_routes(http->router, shop->service);
    auto token = [](Context) -> Task<std::string> { co_return std::string("token"); };
    far = make_remote(std::make_shared<net::RpcClient>(http, "store", token));
  }
  std::shared_ptr<DirectClient> http = std::make_shared<DirectClient>();
  std::shared_ptr<StoreApi> far;
};

TEST_F(Remote, every_method_of_stock) {
  EXPECT_EQ(world.run(far->receive({}, {sku, 10, "k1", "clerk", "a \"note\""}))->on_hand, 10);
  EXPECT_EQ(world.run(far->adjust({}, {sku, -1, "k2", "clerk", ""}))->on_hand, 9);
  EXPECT_EQ(world.run(far->count({}, {sku, 8, "k3", "clerk", ""}))->on_hand, 8);
  EXPECT_EQ(world.run(far->set_threshold({}, {sku, 3, {}}))->low_stock_threshold, 3);
  EXPECT_EQ(world.run(far->set_threshold({}, {sku, 4, 9})).error().kind, ErrorKind::stale);
  EXPECT_EQ(said(world.run(far->reserve({}, {reserving(1), sku, 2, in(1h)}))), "done");
  EXPECT_EQ(said(world.run(far->reserve({}, {reserving(2), sku, 100, in(1h)}))),
            "refused stock.insufficient");
  EXPECT_EQ(said(world.run(far->extend_hold({}, {reserving(1), sku, in(2h)}))), "done");
  Result<HoldsReply> holds = world.run(far->list_holds({}, {}));
  ASSERT_EQ(holds->items.size(), 1u);
  EXPECT_EQ(holds->items[0].state, "held");
  EXPECT_EQ(holds->items[0].expires_at_us / 1'000'000, in(2h) / 1'000'000);
  EXPECT_EQ(said(world.run(far->commit_hold({}, {reserving(1), sku, 0}))), "done");
  EXPECT_EQ(said(world.run(far->find_hold({}, {reserving(1), sku, 0}))), "done committed");
  EXPECT_EQ(said(world.run(far->consume({}, {reserving(1), sku, 0}))), "done");
  EXPECT_EQ(said(world.run(far->unreserve({}, {reserving(1), sku, 0}))), "refused hold.consumed");
  Result<LevelsReply> levels = world.run(far->levels({}, {{sku}}));
  EXPECT_EQ(sums(levels->levels.at(0)), sums(level()));
  EXPECT_EQ(levels->levels.at(0).available, 6);
  Result<MovementsReply> movements = world.run(far->movements({}, {sku, {}, 4}));
  ASSERT_EQ(movements->items.size(), 4u);
  movements = world.run(far->movements({}, {sku, movements->next_cursor, 4}));
  ASSERT_EQ(movements->items.size(), 2u);
  EXPECT_EQ(movements->items[1].note, "a \"note\"");
}

TEST_F(Remote, every_method_of_instances) {
  PrepareInstanceRequest prepare{.effect = preparing(1),
                                 .owner = customer(1),
                                 .purchase = purchase(1),
                                 .line = 2,
                                 .product = {Uuid::v7(2, 0, 1)},
                                 .sku = sku,
                                 .name = "Spiel \xC3\xBC",
                                 .variant = "L",
                                 .kind = "digital",
                                 .quantity = 3,
                                 .customization = R"({"a":1})"};
  EXPECT_EQ(said(world.run(far->prepare_instance({}, prepare))), "done");
  EXPECT_EQ(
      said(world.run(far->release_instance({}, {preparing(1), customer(1), {"A", "B"}, "T"}))),
      "done");
  EXPECT_EQ(said(world.run(far->withdraw_instance({}, {preparing(1), customer(1)}))),
            "refused instance.released");
  EXPECT_EQ(said(world.run(far->find_instance_effect({}, {preparing(1), customer(1)}))),
            "done active");
  Result<OwnedPage> page =
      world.run(far->list_owned({}, {.owner = customer(1), .product = prepare.product}));
  ASSERT_EQ(page->items.size(), 1u);
  Result<Owned> owned = world.run(far->get_owned({}, {customer(1), page->items[0].id}));
  ASSERT_TRUE(owned);
  EXPECT_EQ(owned->licence_keys, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(owned->name, prepare.name);
  EXPECT_EQ(owned->purchase, prepare.purchase);
  EXPECT_EQ(owned->line, 2);
  EXPECT_EQ(owned->quantity, 3);
  EXPECT_EQ(world.run(far->get_owned({}, {customer(2), owned->id})).error().kind,
            ErrorKind::not_found);
}

}  // namespace
}  // namespace pps::store::testing
