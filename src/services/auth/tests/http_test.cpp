#include "services/auth/http.hpp"

#include <gmock/gmock.h>

#include "net/base64.hpp"
#include "net/router.hpp"
#include "services/auth/tests/house.hpp"

namespace pps::auth::testing {
namespace {

using net::Method;
using ::testing::HasSubstr;
using ::testing::Not;

struct Http : House {
  Http() {
    add_public_routes(router, service, {settings.issuer});
    router.set_authenticator(make_authenticator(service, "pps"));
    import("ada@example.com");
  }
  net::Response call(Method method, std::string path, std::string body = "",
                     net::Headers headers = {}) {
    net::Request request;
    request.method = method;
    request.target = request.path = path;
    if (!headers.get("Content-Type")) headers.set("Content-Type", "application/json");
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.peer_address = "192.0.2.1";
    std::optional<net::Response> out;
    auto run = [](net::Router& on, net::Request asked,
                  std::optional<net::Response>& to) -> boost::asio::awaitable<void> {
      net::Router::Match match = on.match(asked.method, asked.path);
      to = co_await on.handle(std::move(asked), std::move(match));
    };
    runtime::spawn(world.runtime().executor, run(router, std::move(request), out));
    EXPECT_TRUE(world.run_until([&] { return out.has_value(); }));
    return std::move(*out);
  }
  net::Response form(std::string path, std::string body, std::string authorization) {
    net::Headers headers;
    headers.set("Content-Type", "application/x-www-form-urlencoded");
    if (!authorization.empty()) headers.set("Authorization", std::move(authorization));
    return call(Method::post, std::move(path), std::move(body), std::move(headers));
  }
  static net::Headers with(std::string name, std::string value) {
    net::Headers headers;
    headers.set(std::move(name), std::move(value));
    return headers;
  }
  static std::string text(const net::Response& response) {
    return std::get<std::string>(response.body);
  }
  static std::string header(const net::Response& response, std::string_view name) {
    return std::string(response.headers.get(name).value_or(""));
  }
  const std::string sign_in = R"({"email":"ada@example.com","password":")" + kPassword + "\"";
  net::Router router;
};

TEST_F(Http, refuses_bad_bodies) {
  for (const char* path :
       {"/api/auth/register", "/api/auth/login", "/api/auth/verify-email", "/api/auth/refresh"})
    for (const char* body :
         {"[]", "{", "\"x\"", R"({"unknown":1})", R"({"email":1,"refresh_token":1,"token":1})"}) {
      const auto response = call(Method::post, path, body);
      EXPECT_TRUE(response.status == 400 || response.status == 422)
          << path << body << response.status;
      EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
    }
  EXPECT_EQ(call(Method::post, "/api/auth/login", "").status / 100, 4);
}

TEST_F(Http, keeps_the_refresh_token_in_a_cookie_of_its_own_origin) {
  EXPECT_EQ(call(Method::post, "/api/auth/login", sign_in + R"(,"session":"cookie"})").status, 403);
  EXPECT_EQ(call(Method::post, "/api/auth/login", sign_in + R"(,"session":"cookie"})",
                 with("Origin", "https://shop.example.evil.test"))
                .status,
            403);
  const auto in = call(Method::post, "/api/auth/login", sign_in + R"(,"session":"cookie"})",
                       with("Origin", settings.issuer));
  ASSERT_EQ(in.status, 200) << text(in);
  EXPECT_THAT(text(in), Not(HasSubstr("refresh_token")));
  EXPECT_EQ(header(in, "Cache-Control"), "no-store");
  const std::string cookie = header(in, "Set-Cookie");
  for (const char* part : {"pps_refresh=", "; Path=/api/auth;", "; HttpOnly", "; SameSite=Strict",
                           "; Secure", "Max-Age=2592000"})
    EXPECT_THAT(cookie, HasSubstr(part));
  net::Headers headers = with("Cookie", "other=1; " + cookie.substr(0, cookie.find(';')));
  EXPECT_EQ(call(Method::post, "/api/auth/refresh", "{}", headers).status, 403);
  headers.set("Origin", settings.issuer);
  const auto again = call(Method::post, "/api/auth/refresh", "", headers);
  ASSERT_EQ(again.status, 200) << text(again);
  EXPECT_THAT(header(again, "Set-Cookie"), HasSubstr("pps_refresh="));
  EXPECT_EQ(call(Method::post, "/api/auth/refresh", "{}").status, 401);
}

TEST_F(Http, answers_about_who_asks) {
  const auto in = call(Method::post, "/api/auth/login", sign_in + "}");
  ASSERT_EQ(in.status, 200);
  EXPECT_THAT(text(in), HasSubstr("refresh_token"));
  EXPECT_EQ(header(in, "Set-Cookie"), "");
  const std::string access = login("ada@example.com")->access_token;
  const net::Headers bearer = with("Authorization", "Bearer " + access);
  const auto me = call(Method::get, "/api/auth/me", "", bearer);
  EXPECT_EQ(me.status, 200);
  EXPECT_THAT(text(me), HasSubstr("ada@example.com"));
  EXPECT_EQ(header(me, "Cache-Control"), "no-store");
  EXPECT_EQ(call(Method::get, "/api/auth/sessions", "", bearer).status, 200);
  EXPECT_EQ(call(Method::del, "/api/auth/sessions/nonsense", "", bearer).status, 404);
  for (const char* path : {"/api/auth/me", "/api/auth/sessions"}) {
    const auto none = call(Method::get, path);
    EXPECT_EQ(none.status, 401);
    EXPECT_THAT(header(none, "WWW-Authenticate"), HasSubstr("Bearer"));
  }
  const auto out = call(Method::post, "/api/auth/logout", "", bearer);
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(header(out, "Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(call(Method::get, "/api/auth/me", "", bearer).status, 401);
}

TEST_F(Http, signs_out_by_the_refresh_token_though_the_access_token_has_ended) {
  const auto in = login("ada@example.com");
  pass(settings.access_life + std::chrono::seconds(1));
  const net::Headers old = with("Authorization", "Bearer " + in->access_token);
  EXPECT_EQ(call(Method::post, "/api/auth/logout", "", old).status, 401) << "it says nothing of its session";
  EXPECT_EQ(call(Method::post, "/api/auth/logout").status, 401);
  const std::string body = R"({"refresh_token":")" + in->refresh_token + R"("})";
  EXPECT_EQ(call(Method::post, "/api/auth/logout", body, old).status, 204);
  EXPECT_EQ(code(refresh(in->refresh_token)), "auth.refresh_invalid");
  EXPECT_EQ(call(Method::post, "/api/auth/logout", body).status, 204) << "again, and nothing happens";
}

TEST_F(Http, signs_out_by_the_cookie_of_its_own_origin) {
  const auto in = login("ada@example.com");
  net::Headers headers = with("Cookie", "pps_refresh=" + in->refresh_token);
  EXPECT_EQ(call(Method::post, "/api/auth/logout", "", headers).status, 403);
  headers.set("Origin", settings.issuer);
  EXPECT_EQ(call(Method::post, "/api/auth/logout", "", headers).status, 204);
  EXPECT_EQ(code(refresh(in->refresh_token)), "auth.refresh_invalid");
}

TEST_F(Http, speaks_oauth_to_clients) {
  const auto worker = client("worker", {"purchase"});
  const std::string pair = worker.client_id + ":" + worker.client_secret;
  const std::string basic =
      "Basic " +
      net::base64_encode({reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()});
  const auto token = form("/oauth2/token", "grant_type=client_credentials", basic);
  ASSERT_EQ(token.status, 200) << text(token);
  EXPECT_EQ(header(token, "Cache-Control"), "no-store");
  EXPECT_EQ(
      form("/oauth2/token", "grant_type=client_credentials", "bASIC " + basic.substr(6)).status,
      200);
  struct Refused {
    const char *body, *error;
  };
  for (const auto& [body, error] : std::initializer_list<Refused>{
           {"", "invalid_request"},
           {"grant_type=x", "unsupported_grant_type"},
           {"grant_type=%zz", "invalid_request"},
           {"grant_type=client_credentials&scope=admin", "invalid_scope"},
           {"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"},
           {"grant_type=refresh_token&refresh_token=x", "invalid_grant"}}) {
    const auto refused = form("/oauth2/token", body, basic);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(text(refused), HasSubstr(std::string("\"error\":\"") + error)) << body;
    EXPECT_EQ(header(refused, "Cache-Control"), "no-store");
  }
  for (const char* authorization :
       {"", "Basic", "Basic !!!", "Basic d29ya2Vy", "Basic d29ya2VyOndyb25n", "Bearer x"})
    for (const char* path : {"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"}) {
      const auto refused = form(path, "grant_type=client_credentials&token=x", authorization);
      if (refused.status == 429 || refused.status == 503) continue;  // wrong secrets are counted
      EXPECT_EQ(refused.status, 401) << path << authorization;
      EXPECT_THAT(text(refused), HasSubstr("\"error\":\"invalid_client\""));
      EXPECT_THAT(header(refused, "WWW-Authenticate"), HasSubstr("Basic"));
    }
  EXPECT_EQ(text(form("/oauth2/introspect", "token=nonsense", basic)), R"({"active":false})");
  EXPECT_EQ(form("/oauth2/revoke", "token=nonsense", basic).status, 200);
  EXPECT_EQ(form("/oauth2/revoke", "", basic).status, 400);
}

TEST_F(Http, publishes_its_keys_and_metadata) {
  EXPECT_THAT(text(call(Method::get, "/.well-known/jwks.json")), HasSubstr("\"RS256\""));
  EXPECT_THAT(text(call(Method::get, "/.well-known/oauth-authorization-server")),
              HasSubstr(R"("token_endpoint":"https://shop.example/oauth2/token")"));
}

}  // namespace
}  // namespace pps::auth::testing
