#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <deque>

#include "runtime/simulated.hpp"
#include "services/gateway/http.hpp"
#include "services/gateway/http_rate_limit.hpp"

namespace pps::gateway {
namespace {

using namespace std::chrono_literals;
namespace api = orchestrator;
namespace json = boost::json;

const CustomerId kAda{Uuid::v7(1'700'000'000'000, 0, 1)};
constexpr std::int64_t kStartUs = 1767225600000000;  // The simulated world's first moment.

/// Keeps what it was asked and answers what it was told to.
class Model final : public api::OrchestratorApi {
 public:
  std::vector<api::AcceptRequest> accepted;
  std::optional<Error> refusal;
  std::deque<api::EventsReply> news;  ///< One for each poll; none left: silence until the wait is over.
  runtime::Runtime* runtime = nullptr;

  static api::Purchase sample() {
    api::Purchase out;
    out.id = {Uuid::v7(1'700'000'000'001, 1, 2)};
    out.customer = kAda;
    out.total = {2900, *Currency::parse("EUR")};
    api::LineView line;
    line.sku = {"gimp-lic"};
    line.kind = "licence";
    line.quantity = 1;
    line.unit_price = line.total = out.total;
    line.refunded.currency = out.total.currency;
    line.fulfilment = "pending";
    out.lines.push_back(line);
    api::TimelineEntry entry;
    entry.seq = 1;
    entry.step = "purchase";
    entry.status = "started";
    entry.purchase_status = api::Status::accepted;
    out.timeline.push_back(entry);
    return out;
  }
  Task<api::AcceptReply> accept(Context, api::AcceptRequest request) override {
    if (refusal) co_return fail(*refusal);
    accepted.push_back(std::move(request));
    co_return api::AcceptReply{sample(), false};
  }
  Task<api::EventsReply> events(Context, api::EventsRequest request) override {
    if (refusal) co_return fail(*refusal);
    if (request.wait_us == 0) co_return api::EventsReply{{}, sample(), false};
    if (!news.empty()) {
      api::EventsReply reply = std::move(news.front());
      news.pop_front();
      co_return reply;
    }
    co_await runtime::sleep_for(*runtime, Duration(request.wait_us));
    co_return api::EventsReply{{}, sample(), false};
  }
  Task<api::Purchase> get(Context, api::PurchaseRequest) override { return none<api::Purchase>(); }
  Task<api::PurchasePage> list(Context, api::ListRequest) override { co_return api::PurchasePage{{sample()}, "more"}; }
  Task<api::Purchase> cancel(Context, api::PurchaseRequest) override { return none<api::Purchase>(); }
  Task<api::ProcessReply> process(Context, api::PurchaseRequest) override { return none<api::ProcessReply>(); }
  Task<api::PriceReply> price(Context, api::PriceRequest) override { return none<api::PriceReply>(); }
  Task<api::AdminPage> admin_list(Context, api::ListRequest) override { return none<api::AdminPage>(); }
  Task<api::AdminPurchase> admin_get(Context, api::PurchaseRequest) override { return none<api::AdminPurchase>(); }
  Task<api::AdminPurchase> retry(Context, api::PurchaseRequest) override { return none<api::AdminPurchase>(); }
  Task<api::DefinitionsReply> definitions(Context, api::Nothing) override { return none<api::DefinitionsReply>(); }
  Task<api::DefinitionView> deploy(Context, api::DeployRequest) override { return none<api::DefinitionView>(); }
  Task<api::InstancesReply> instances(Context, api::InstancesRequest) override { return none<api::InstancesReply>(); }
  Task<api::IncidentsReply> incidents(Context, api::InstancesRequest) override { return none<api::IncidentsReply>(); }
  Task<api::IncidentView> retry_incident(Context, api::IncidentRequest) override { return none<api::IncidentView>(); }

 private:
  template <class T>
  static Task<T> none() {
    co_return fail(ErrorKind::not_found, "purchase.not_found", "There is no such purchase.");
  }
};

constexpr const char* kBody =
    R"({"lines":[{"sku":"gimp-lic","quantity":1}],"payment_method":"pm_card_visa","expected_total":{"amount":2900,"currency":"EUR"}})";

class Gateway : public ::testing::Test {
 protected:
  Gateway() {
    model->runtime = &world.runtime();
    net::Authenticator authenticate = [this](Context, std::string token) -> Task<net::Principal> {
      if (token_refusal) co_return fail(*token_refusal);
      net::Principal principal;
      principal.subject = kAda.to_string();
      principal.client_id = "pps-web";
      principal.scopes = {token};
      principal.expires_at_us = token_ends;
      co_return principal;
    };
    router.set_authenticator(authenticate);
    add_public_routes(router, {world.runtime(), model, nullptr, std::move(authenticate)}, {});
  }
  net::Request request(net::Method method, std::string path, std::string body = {}, std::string scope = "purchase") {
    net::Request out;
    out.method = method;
    out.path = out.target = std::move(path);
    out.body = std::move(body);
    out.headers.set("Authorization", "Bearer " + scope);
    out.headers.set("Content-Type", "application/json");
    return out;
  }
  net::Request buy(std::string body = kBody, std::string key = "k") {
    net::Request out = request(net::Method::post, "/api/purchases", std::move(body));
    out.headers.set("Idempotency-Key", std::move(key));
    return out;
  }
  net::Response answer(net::Request asked) {
    auto match = router.match(asked.method, asked.path);
    auto handle = [](net::Router& to, net::Request what, net::Router::Match where) -> Task<net::Response> {
      co_return co_await to.handle(std::move(what), std::move(where));
    };
    return *world.run(handle(router, std::move(asked), std::move(match)));
  }
  static json::object body(const net::Response& response) { return json::parse(std::get<std::string>(response.body)).as_object(); }
  static std::string code(const net::Response& response) { return json::value_to<std::string>(body(response).at("code")); }

  runtime::SimulatedWorld world{1};
  std::shared_ptr<Model> model = std::make_shared<Model>();
  net::Router router;
  std::optional<Error> token_refusal;
  std::int64_t token_ends = kStartUs + Duration(5min).count();
};

TEST_F(Gateway, accepts_a_purchase) {
  const net::Response response = answer(buy());
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.headers.get("Location"), "/api/purchases/" + Model::sample().id.to_string());
  const json::object document = body(response);
  EXPECT_EQ(document.at("lines").at(0).at("line"), 1) << "lines count from 1 outside";
  EXPECT_EQ(document.at("timeline").at(0).at("purchase_status"), "accepted");
  EXPECT_FALSE(document.contains("reason"));
  ASSERT_EQ(model->accepted.size(), 1u);
  EXPECT_EQ(model->accepted[0].fingerprint.size(), 64u);
  EXPECT_EQ(model->accepted[0].client_id, "pps-web");
  answer(buy(R"( {"payment_method":"pm_card_visa", "lines":[{"quantity":1,"sku":"gimp-lic"}], "expected_total":{"currency":"EUR","amount":2900}})"));
  EXPECT_EQ(model->accepted[0].fingerprint, model->accepted[1].fingerprint) << "spacing and order change nothing";
}

struct BadCase {
  const char* name;
  std::string body;
  std::string key;
  int status;
  const char* code;
  const char* pointer;
};
class Bad : public Gateway, public ::testing::WithParamInterface<BadCase> {};
TEST_P(Bad, requests_are_refused_by_name) {
  const auto& bad = GetParam();
  const net::Response response = answer(buy(bad.body, bad.key));
  EXPECT_EQ(response.status, bad.status);
  EXPECT_EQ(code(response), bad.code);
  if (*bad.pointer) {
    EXPECT_EQ(body(response).at("errors").at(0).at("pointer"), bad.pointer);
  }
  EXPECT_TRUE(model->accepted.empty());
}
std::string with(std::string from, std::string to) {
  std::string out = kBody;
  return out.replace(out.find(from), from.size(), to);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Bad,
    ::testing::Values(BadCase{"key_with_space", kBody, "a b", 400, "idempotency.key_invalid", ""},
                      BadCase{"key_too_long", kBody, std::string(256, 'k'), 400, "idempotency.key_invalid", ""},
                      BadCase{"not_json", "{", "k", 400, "request.malformed", ""},
                      BadCase{"quantity_zero", with("\"quantity\":1", "\"quantity\":0"), "k", 422, "fields.invalid", "/lines/0/quantity"},
                      BadCase{"quantity_1000", with("\"quantity\":1", "\"quantity\":1000"), "k", 422, "fields.invalid", "/lines/0/quantity"},
                      BadCase{"no_lines", with("{\"sku\":\"gimp-lic\",\"quantity\":1}", ""), "k", 422, "fields.invalid", "/lines"},
                      BadCase{"unknown_field", with("\"quantity\":1", "\"quantity\":1,\"gift\":true"), "k", 422, "fields.invalid", "/lines/0/gift"},
                      BadCase{"payment_method", with("pm_card_visa", "pm card"), "k", 422, "fields.invalid", "/payment_method"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(Gateway, needs_a_key_a_scope_and_a_media_type) {
  EXPECT_EQ(code(answer(request(net::Method::post, "/api/purchases", kBody))), "idempotency.key_missing");
  net::Request wrong = buy();
  wrong.headers.set("Authorization", "Bearer account");
  EXPECT_EQ(answer(std::move(wrong)).status, 403);
  net::Request text = buy();
  text.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(answer(std::move(text)).status, 415);
}

TEST_F(Gateway, tells_the_new_total_when_the_price_has_changed) {
  model->refusal = Error{ErrorKind::conflict, "price.changed", "2405 EUR"};
  const net::Response response = answer(buy());
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(body(response).at("total").at("amount"), 2405);
  EXPECT_EQ(body(response).at("detail"), "The total is 24.05 EUR, not 29.00 EUR.");
}

TEST_F(Gateway, limits_each_user) {
  int taken = 0;
  for (int i = 0; i < 12; ++i)
    if (answer(buy(kBody, "k" + std::to_string(i))).status == 202) ++taken;
  EXPECT_EQ(taken, 10);
  const net::Response response = answer(buy());
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.get("Retry-After"), "1");
  world.run_for(1s);
  EXPECT_EQ(answer(buy()).status, 202);
}

TEST_F(Gateway, lists_by_pages) {
  const net::Response response = answer(request(net::Method::get, "/api/purchases"));
  EXPECT_EQ(body(response).at("next_cursor"), "more");
  EXPECT_FALSE(body(response).at("items").at(0).as_object().contains("timeline"));
  net::Request wrong = request(net::Method::get, "/api/purchases");
  wrong.query = {{"limit", "101"}};
  EXPECT_EQ(answer(std::move(wrong)).status, 422);
}

TEST_F(Gateway, streams_events_until_the_end) {
  api::EventsReply news{{}, Model::sample(), true};
  news.entries.push_back({2, kStartUs, "release", "completed", api::Status::completed, 0, ""});
  net::Response response = answer(request(net::Method::get, "/api/purchases/" + Model::sample().id.to_string() + "/events"));
  ASSERT_EQ(response.status, 200);
  ASSERT_NE(response.stream, nullptr);
  const auto next = [&] { return world.run(response.stream->next())->value_or("closed"); };
  EXPECT_TRUE(next().starts_with("id: 1\nevent: snapshot\n"));
  EXPECT_EQ(next(), ": heartbeat\n\n");
  model->news.push_back(news);
  const std::string last = next();
  EXPECT_TRUE(last.starts_with("id: 2\nevent: timeline\n")) << last;
  EXPECT_NE(last.find("\"line\":1"), std::string::npos);
  EXPECT_NE(last.find("event: end\ndata: {}"), std::string::npos);
  EXPECT_EQ(next(), "closed");
}

TEST_F(Gateway, asks_to_come_again_when_the_token_ends) {
  token_ends = kStartUs + Duration(20s).count();
  net::Request asked = request(net::Method::get, "/api/purchases/" + Model::sample().id.to_string() + "/events");
  asked.headers.set("Last-Event-ID", "1");
  net::Response response = answer(std::move(asked));
  const auto next = [&] { return world.run(response.stream->next())->value_or("closed"); };
  EXPECT_EQ(next(), ": heartbeat\n\n") << "nothing new since 1";
  EXPECT_EQ(next(), ": heartbeat\n\n");
  EXPECT_NE(next().find("event: reauthenticate"), std::string::npos);
  EXPECT_EQ(next(), "closed");
}

TEST_F(Gateway, a_stream_ends_within_a_heartbeat_of_its_token_being_revoked) {
  net::Response response = answer(request(net::Method::get, "/api/purchases/" + Model::sample().id.to_string() + "/events"));
  const auto next = [&] { return world.run(response.stream->next())->value_or("closed"); };
  EXPECT_TRUE(next().starts_with("id: 1\nevent: snapshot\n"));
  token_refusal = Error{ErrorKind::unavailable, "net.refused", "no authentication server"};
  EXPECT_EQ(next(), ": heartbeat\n\n") << "nobody has said that the token is bad";
  token_refusal = Error{ErrorKind::unauthenticated, "auth.token_invalid", "revoked"};
  api::EventsReply news{{}, Model::sample(), false};
  news.entries.push_back({2, kStartUs, "release", "completed", api::Status::completed, 0, ""});
  world.run_for(15s);
  model->news.push_back(news);
  const std::string last = next();
  EXPECT_NE(last.find("event: reauthenticate"), std::string::npos) << last;
  EXPECT_EQ(last.find("timeline"), std::string::npos) << last;
  EXPECT_EQ(next(), "closed");
}

TEST_F(Gateway, one_user_may_open_so_many_streams_and_again_when_they_close) {
  std::vector<net::Response> open;
  const auto ask = [&] { return answer(request(net::Method::get, "/api/purchases/" + Model::sample().id.to_string() + "/events")); };
  for (int i = 0; i < 64; ++i) {
    open.push_back(ask());
    ASSERT_EQ(open.back().status, 200);
  }
  const net::Response refused = ask();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code(refused), "streams.too_many");
  open.pop_back();
  EXPECT_EQ(ask().status, 200);
}

TEST_F(Gateway, refuses_a_stream_before_it_begins) {
  model->refusal = Error{ErrorKind::not_found, "purchase.not_found", "There is no such purchase."};
  EXPECT_EQ(answer(request(net::Method::get, "/api/purchases/" + Model::sample().id.to_string() + "/events")).status, 404);
  EXPECT_EQ(answer(request(net::Method::get, "/api/purchases/nonsense/events")).status, 400);
}

}  // namespace
}  // namespace pps::gateway
