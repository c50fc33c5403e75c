#include "net/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/health.hpp"
#include "net/problem.hpp"
#include "net/sse.hpp"
#include "runtime/simulated.hpp"

namespace pps::net {
namespace {

Route route(Method method, std::string pattern, Access access = open_to_all()) {
  Route out;
  out.method = method;
  out.operation_id = std::string(name_of(method)) + " " + pattern;
  out.pattern = std::move(pattern);
  out.access = std::move(access);
  out.handler = [](Request request) -> Task<Response> {
    Response response;
    for (const auto& param : request.params) response.headers.add("param", param);
    if (request.principal) response.headers.add("subject", request.principal->subject);
    co_return response;
  };
  return out;
}

Router table() {
  Router router;
  router.add(route(Method::get, "/"));
  router.add(route(Method::get, "/api/products"));
  router.add(route(Method::get, "/api/products/suggest"));
  router.add(route(Method::get, "/api/products/{id}"));
  router.add(route(Method::del, "/api/products/{id}"));
  router.add(route(Method::get, "/api/products/{id}/images/{name}"));
  router.add(route(Method::post, "/api/products/suggest"));
  router.add(route(Method::get, "/files/{path...}"));
  router.add(route(Method::post, "/secret", with_scope("purchase")));
  return router;
}

struct MatchCase {
  Method method;
  const char* path;
  const char* operation;  // null: no route
  std::vector<std::string> params{};
  std::vector<Method> allowed{};
};
class Matching : public testing::TestWithParam<MatchCase> {};

TEST_P(Matching, finds_the_route) {
  const Router router = table();
  const auto& expected = GetParam();
  const auto match = router.match(expected.method, expected.path);
  EXPECT_STREQ(match.route != nullptr ? match.route->operation_id.c_str() : nullptr,
               expected.operation);
  EXPECT_EQ(match.params, expected.params);
  EXPECT_EQ(match.allowed, expected.allowed);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Matching,
    testing::Values(
        MatchCase{Method::get, "/", "GET /"}, MatchCase{Method::head, "/", "GET /"},
        MatchCase{Method::get, "/api/products", "GET /api/products"},
        MatchCase{Method::get, "/api/products/", nullptr},
        MatchCase{Method::get, "/api/%70roducts", "GET /api/products"},
        MatchCase{Method::get, "/api/products/suggest", "GET /api/products/suggest"},
        // A literal without the method does not hide the placeholder that has it.
        MatchCase{Method::del, "/api/products/suggest", "DELETE /api/products/{id}", {"suggest"}},
        MatchCase{Method::get, "/api/products/a%2Fb", "GET /api/products/{id}", {"a/b"}},
        MatchCase{Method::get,
                  "/api/products/7/images/x%20y.png",
                  "GET /api/products/{id}/images/{name}",
                  {"7", "x y.png"}},
        MatchCase{
            Method::put, "/api/products/7", nullptr, {}, {Method::get, Method::head, Method::del}},
        MatchCase{Method::get, "/files/a/b/c.js", "GET /files/{path...}", {"a/b/c.js"}},
        MatchCase{Method::get, "/files/", "GET /files/{path...}", {""}},
        MatchCase{Method::get, "/files", nullptr}, MatchCase{Method::get, "/nowhere", nullptr},
        MatchCase{Method::get, "/api/%zz", nullptr}, MatchCase{Method::get, "", nullptr},
        MatchCase{Method::get, "*", nullptr}, MatchCase{Method::get, "//", nullptr}));

struct Handling : testing::Test {
  Response handle(Method method, std::string path, Headers headers = {}) {
    Request request;
    request.method = method;
    request.path = request.target = path;
    request.headers = std::move(headers);
    auto match = router.match(method, path);
    auto run = [](Router& r, Request in, Router::Match m) -> Task<Response> {
      Response out = co_await r.handle(std::move(in), std::move(m));
      co_return out;
    };
    return *world.run(run(router, std::move(request), std::move(match)));
  }
  Headers bearer(std::string token) {
    Headers headers;
    headers.add("authorization", "bearer " + token);
    return headers;
  }
  static std::string header(const Response& response, std::string_view name) {
    return std::string(response.headers.get(name).value_or("(none)"));
  }
  static std::string body(const Response& response) { return std::get<std::string>(response.body); }
  runtime::SimulatedWorld world{1};
  Router router = table();
};

TEST_F(Handling, unknown_paths_and_methods) {
  EXPECT_EQ(handle(Method::get, "/nowhere").status, 404);
  const auto refused = handle(Method::put, "/api/products");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header(refused, "Allow"), "GET, HEAD");
  EXPECT_THAT(body(refused), testing::HasSubstr(R"("code":"method.not_allowed")"));
}

TEST_F(Handling, a_fallback_answers_what_no_route_does) {
  router.set_fallback([](Request) -> Task<Response> { co_return empty_response(204); });
  EXPECT_EQ(handle(Method::get, "/nowhere").status, 204);
  EXPECT_EQ(handle(Method::put, "/api/products").status, 405);
}

TEST_F(Handling, tokens_are_asked_for_read_and_judged) {
  router.set_authenticator([](Context, std::string token) -> Task<Principal> {
    if (token == "bad") co_return fail(ErrorKind::unauthenticated, "auth.token_invalid", "expired");
    Principal principal;
    principal.subject = "ada";
    if (token == "good") principal.scopes = {"account", "purchase"};
    co_return principal;
  });
  const auto none = handle(Method::post, "/secret");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(header(none, "WWW-Authenticate"), "Bearer realm=\"pps\"");
  const auto bad = handle(Method::post, "/secret", bearer("bad"));
  EXPECT_EQ(bad.status, 401);
  EXPECT_THAT(header(bad, "WWW-Authenticate"), testing::HasSubstr("invalid_token"));
  const auto weak = handle(Method::post, "/secret", bearer("weak"));
  EXPECT_EQ(weak.status, 403);
  EXPECT_THAT(header(weak, "WWW-Authenticate"), testing::HasSubstr("scope=\"purchase\""));
  const auto good = handle(Method::post, "/secret", bearer("good"));
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(header(good, "subject"), "ada");
}

TEST_F(Handling, what_a_handler_throws_costs_one_request) {
  Route broken = route(Method::get, "/broken");
  broken.handler = [](Request) -> Task<Response> {
    throw std::runtime_error("secret path /etc/x");
    co_return Response{};
  };
  router.add(std::move(broken));
  Route sooner = route(Method::get, "/sooner");
  sooner.handler = [](Request) -> Task<Response> { throw std::runtime_error("no coroutine"); };
  router.add(std::move(sooner));
  EXPECT_EQ(handle(Method::get, "/sooner").status, 500);
  const auto response = handle(Method::get, "/broken");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(body(response), testing::Not(testing::HasSubstr("secret")));
}

TEST_F(Handling, oauth_routes_answer_in_oauths_words) {
  Route token = route(Method::post, "/oauth2/token");
  token.oauth_errors = true;
  token.handler = [](Request) -> Task<Response> {
    co_return fail(ErrorKind::malformed, "invalid_grant", "The code was used before.");
  };
  router.add(std::move(token));
  const auto response = handle(Method::post, "/oauth2/token");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body(response),
            R"({"error":"invalid_grant","error_description":"The code was used before."})");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

TEST_F(Handling, health_and_metrics) {
  auto health = std::make_shared<Health>();
  auto storage = Health::Part::starting;
  health->add("storage", [&] { return storage; });
  health->add("search", [] { return Health::Part::ok; });
  add_health_routes(router, health);
  add_metrics_route(router, open_to_all());
  EXPECT_EQ(body(handle(Method::get, "/livez")), R"({"status":"ok"})");
  const auto starting = handle(Method::get, "/readyz");
  EXPECT_EQ(starting.status, 503);
  EXPECT_EQ(body(starting),
            R"({"status":"starting","checks":{"storage":"starting","search":"ok"}})");
  storage = Health::Part::ok;
  EXPECT_EQ(body(handle(Method::get, "/readyz")),
            R"({"status":"ready","checks":{"storage":"ok","search":"ok"}})");
  storage = Health::Part::failed;
  EXPECT_THAT(body(handle(Method::get, "/readyz")), testing::HasSubstr("unwell"));
  health->set_draining();
  const auto draining = handle(Method::get, "/readyz");
  EXPECT_EQ(header(draining, "Retry-After"), "1");
  EXPECT_THAT(body(draining), testing::HasSubstr("draining"));
  EXPECT_EQ(handle(Method::get, "/livez").status, 200);
  EXPECT_THAT(header(handle(Method::get, "/metrics"), "Content-Type"),
              testing::StartsWith("text/plain; version=0.0.4"));
}

TEST(Problem, tells_code_detail_fields_and_further_members) {
  Error error{ErrorKind::conflict,
              "price.changed",
              "The total is now 5.00 EUR.",
              {{"/expected_total", "field.range", "500"}},
              0};
  const auto response = problem(error, R"({"total":{"amount":500,"currency":"EUR"}})");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(
      std::get<std::string>(response.body),
      R"({"type":"about:blank","title":"Conflict","status":409,"code":"price.changed","detail":"The total is now 5.00 EUR.",)"
      R"("errors":[{"pointer":"/expected_total","code":"field.range","detail":"500"}],"total":{"amount":500,"currency":"EUR"}})");
  EXPECT_EQ(*response.headers.get("content-type"), "application/problem+json");
}

TEST(Problem, every_kind_has_a_status_and_advice_where_it_helps) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    const auto response = problem(Error{kind, "a.b", "text"});
    EXPECT_EQ(response.status, status_of(kind));
    EXPECT_EQ(response.headers.get("Retry-After").has_value(),
              kind == ErrorKind::unavailable || kind == ErrorKind::rate_limited)
        << i;
  }
}

TEST(Http, percent_and_query) {
  EXPECT_EQ(percent_decode("a%20b%2f+"), "a b/+");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_FALSE(percent_decode("%"));
  EXPECT_FALSE(percent_decode("%a"));
  EXPECT_FALSE(percent_decode("%g0"));
  EXPECT_EQ(percent_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(*parse_query("a=1&b=&c&&a=x%26y+z"),
            (Query{{"a", "1"}, {"b", ""}, {"c", ""}, {"a", "x&y z"}}));
  EXPECT_FALSE(parse_query("a=%"));
}

TEST(Sse, frames_every_line_and_lets_nothing_break_out) {
  EXPECT_EQ(sse_event("7", "timeline", "{}"), "id: 7\nevent: timeline\ndata: {}\n\n");
  EXPECT_EQ(sse_event("", "end", "a\nb\r\nc\rd"),
            "event: end\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(sse_event("1\ndata: forged", "x\revent: y", ""), "id: 1\nevent: x\ndata: \n\n");
}

}  // namespace
}  // namespace pps::net
