#include "net/router.hpp"
#include "services/provisioner/http.hpp"
#include "warehouse.hpp"

/// The operator's inventory, by the Api and over HTTP.
namespace pps::provisioner::testing {
namespace {

class Inventory : public WarehouseTest {
 protected:
  void SetUp() override {
    WarehouseTest::SetUp();
    router.set_authenticator([this](Context, std::string) -> Task<net::Principal> {
      net::Principal who;
      who.subject = "clerk";
      who.scopes = {scope};
      co_return who;
    });
    add_public_routes(router, api);
  }
  struct Answer {
    int status = 0;
    std::string body, etag;
  };
  Answer ask(net::Method method, std::string path, std::string body = {},
             std::vector<std::pair<std::string, std::string>> headers = {}) {
    net::Request in;
    in.method = method;
    in.target = in.path = "/api/admin/" + (path.starts_with("alerts") ? path : "inventory/" + path);
    if (const auto mark = in.path.find('?'); mark != std::string::npos) {
      const std::string query = in.path.substr(mark + 1);
      in.query.emplace_back(query.substr(0, query.find('=')), query.substr(query.find('=') + 1));
      in.path.resize(mark);
    }
    in.headers.set("Authorization", "Bearer token");
    in.headers.set("Content-Type", "application/json");
    for (const auto& [name, value] : headers) in.headers.set(name, value);
    in.body = std::move(body);
    net::Router::Match match = router.match(in.method, in.path);
    Result<net::Response> out = world.run(handled(std::move(in), std::move(match)));
    Answer answer{out->status, std::get<std::string>(out->body), {}};
    answer.etag = std::string(out->headers.get("ETag").value_or(""));
    return answer;
  }
  Task<net::Response> handled(net::Request request, net::Router::Match match) {
    net::Response response = co_await router.handle(std::move(request), std::move(match));
    co_return response;
  }
  static bool has(const Answer& answer, const std::string& text) {
    return answer.body.find(text) != std::string::npos;
  }

  net::Router router;
  std::string scope = "inventory:write";
};
using net::Method;

TEST_F(Inventory, changes_are_counted_once_and_seen_in_the_ledger) {
  const Answer first =
      ask(Method::post, "book/receive", R"({"quantity":5})", {{"Idempotency-Key", "a"}});
  EXPECT_EQ(first.status, 200);
  EXPECT_TRUE(has(first, R"("on_hand":5)")) << first.body;
  EXPECT_EQ(ask(Method::post, "book/receive", R"({"quantity":5})", {{"Idempotency-Key", "a"}}).body,
            first.body);
  EXPECT_EQ(
      ask(Method::post, "book/receive", R"({"quantity":6})", {{"Idempotency-Key", "a"}}).status,
      422);
  EXPECT_EQ(
      ask(Method::post, "book/adjust", R"({"delta":-6,"note":"x"})", {{"Idempotency-Key", "b"}})
          .status,
      409);
  EXPECT_EQ(
      ask(Method::post, "book/adjust", R"({"delta":-1,"note":"x"})", {{"Idempotency-Key", "c"}})
          .status,
      200);
  EXPECT_EQ(ask(Method::post, "book/count", R"({"on_hand":9})", {{"Idempotency-Key", "d"}}).status,
            200);
  EXPECT_TRUE(has(ask(Method::get, "book"), R"("on_hand":9)"));
  const Answer page = ask(Method::get, "book/movements?limit=2");
  EXPECT_TRUE(has(page, R"("verb":"count")") && has(page, R"("verb":"adjust")") &&
              has(page, R"("next_cursor":"2")"))
      << page.body;
  for (const char* limit : {"0", "101", "x", "-1", "1x"})
    EXPECT_EQ(ask(Method::get, std::string("book/movements?limit=") + limit).status, 422) << limit;
}

TEST_F(Inventory, bad_requests_change_nothing) {
  struct Case {
    const char* path;
    const char* body;
    const char* key;  ///< Null: no header.
    int status;
  };
  const std::string long_key(256, 'k');
  const Case cases[] = {
      {"book/receive", R"({"quantity":5})", nullptr, 400},
      {"book/receive", R"({"quantity":5})", "", 400},
      {"book/receive", R"({"quantity":5})", long_key.c_str(), 400},
      {"book/receive", R"({"quantity":)", "k", 400},
      {"book/receive", R"([])", "k", 400},
      {"book/receive", R"({})", "k", 422},
      {"book/receive", R"({"quantity":"5"})", "k", 422},
      {"book/receive", R"({"quantity":0})", "k", 422},
      {"book/receive", R"({"quantity":1.5})", "k", 422},
      {"book/receive", R"({"quantity":5,"extra":1})", "k", 422},
      {"book/adjust", R"({"delta":1})", "k", 422},
      {"book/adjust", R"({"delta":0,"note":"x"})", "k", 422},
      {"book/count", R"({"on_hand":-1})", "k", 422},
      {"key/receive", R"({"quantity":5})", "k", 409},
      {"nothing/receive", R"({"quantity":5})", "k", 404},
  };
  for (const auto& c : cases) {
    std::vector<std::pair<std::string, std::string>> headers;
    if (c.key) headers.emplace_back("Idempotency-Key", c.key);
    const Answer answer = ask(Method::post, c.path, c.body, headers);
    EXPECT_EQ(answer.status, c.status) << c.path << " " << c.body << " " << answer.body;
  }
  EXPECT_EQ(sums(), "0 0 0");
  scope = "purchase";
  EXPECT_EQ(ask(Method::get, "book").status, 403);
}

TEST_F(Inventory, a_policy_is_changed_by_who_has_read_it) {
  const Answer read = ask(Method::get, "book");
  EXPECT_EQ(read.status, 200);
  EXPECT_TRUE(has(read, R"("tracked":true)")) << "its kind keeps stock, though none came yet";
  const std::string body = R"({"low_stock_threshold":3})";
  EXPECT_EQ(ask(Method::put, "book/policy", body).status, 428);
  EXPECT_EQ(ask(Method::put, "book/policy", body, {{"If-Match", "\"policy-9\""}}).status, 412);
  EXPECT_EQ(ask(Method::put, "book/policy", body, {{"If-Match", "nonsense"}}).status, 412);
  EXPECT_EQ(ask(Method::put, "book/policy", R"({"low_stock_threshold":1000001})",
                {{"If-Match", read.etag}})
                .status,
            422);
  const Answer changed = ask(Method::put, "book/policy", body, {{"If-Match", read.etag}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(changed.etag, read.etag);
  EXPECT_EQ(ask(Method::put, "book/policy", body, {{"If-Match", read.etag}}).status, 412);
  EXPECT_EQ(ask(Method::put, "key/policy", body, {{"If-Match", read.etag}}).status, 409);
}

TEST_F(Inventory, what_is_sold_and_runs_low_is_told) {
  catalogue->kinds["atlas"] = "physical";
  const auto receive_of = [&](const char* sku, std::int64_t quantity) {
    ASSERT_TRUE(world.run(stock->receive({}, {Sku{sku}, quantity, "first", "t", ""})));
  };
  for (const char* sku : {"book", "atlas", "withdrawn", "key"}) receive_of(sku, 3);
  EXPECT_EQ(ask(Method::get, "alerts").body, R"({"items":[]})");
  for (const char* sku : {"book", "atlas", "withdrawn", "key"})
    ASSERT_TRUE(world.run(stock->set_threshold({}, {Sku{sku}, 3, {}})));
  ASSERT_TRUE(world.run(stock->count({}, {Sku{"atlas"}, 0, "count", "t", ""})));
  const Answer all = ask(Method::get, "alerts");
  EXPECT_EQ(all.status, 200);
  EXPECT_TRUE(has(all, R"("status":"out")") && has(all, R"("status":"low")") && has(all, R"("available":3)")) << all.body;
  EXPECT_LT(all.body.find("atlas"), all.body.find("book"));
  EXPECT_FALSE(has(all, "withdrawn")) << "not on sale any more";
  EXPECT_FALSE(has(all, "key")) << "never runs out";
  const Answer page = ask(Method::get, "alerts?limit=1");
  EXPECT_TRUE(has(page, "atlas") && !has(page, "book") && has(page, R"("next_cursor":"atlas")")) << page.body;
  EXPECT_TRUE(has(ask(Method::get, "alerts?cursor=atlas"), "book"));
  EXPECT_EQ(ask(Method::get, "alerts?limit=0").status, 422);
}

TEST_F(Inventory, which_skus_keep_stock_follows_from_their_kind) {
  EXPECT_EQ(ask(Method::get, "nothing").status, 404);
  EXPECT_TRUE(has(ask(Method::get, "key"), R"("tracked":false)"));
  receive(5);
  Result<store::LevelsReply> levels = world.run(api->levels({}, {{Sku{"key"}, Sku{"book"}}}));
  ASSERT_TRUE(levels);
  EXPECT_FALSE(levels->levels[0].tracked);
  EXPECT_TRUE(levels->levels[1].tracked);
  EXPECT_EQ(levels->levels[1].available, 5);
}

}  // namespace
}  // namespace pps::provisioner::testing
