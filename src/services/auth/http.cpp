#include "services/auth/http.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <sstream>

#include "net/json_reader.hpp"

namespace pps::auth {

namespace json = boost::json;

namespace {
using Api = std::shared_ptr<AuthApi>;
constexpr std::string_view kCookie = "pps_refresh";

net::Response reply(int status, const json::value& value) {
  net::Response response = net::json_response(status, json::serialize(value));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

std::string cookie_of(const net::Request& request) {
  for (const auto& [name, value] : request.headers.all()) {
    if (!net::same_name(name, "Cookie")) continue;
    std::istringstream in(value);
    for (std::string part; std::getline(in, part, ';');) {
      const auto begin = part.find_first_not_of(' ');
      if (begin == std::string::npos) continue;
      const std::string_view pair = std::string_view(part).substr(begin);
      if (pair.starts_with(kCookie) && pair.size() > kCookie.size() && pair[kCookie.size()] == '=')
        return std::string(pair.substr(kCookie.size() + 1));
    }
  }
  return {};
}

// The cookie is ours alone: a page of another origin must not be able to use it.
Result<void> check_origin(const net::Request& request, const HttpOptions& options) {
  const auto origin = request.headers.get("Origin");
  if (origin && *origin == options.public_origin) return {};
  return fail(ErrorKind::forbidden, "auth.origin_refused",
              "the request's Origin is not " + options.public_origin);
}

std::string set_cookie(const std::string& token, const HttpOptions& options) {
  const auto age =
      token.empty()
          ? 0
          : std::chrono::duration_cast<std::chrono::seconds>(options.refresh_most).count();
  return fmt::format("{}={}; Path=/api/auth; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie,
                     token, age, options.public_origin.starts_with("https://") ? "; Secure" : "");
}

net::Response token_reply(const Tokens& tokens, bool as_cookie, const HttpOptions& options) {
  json::object body{{"access_token", tokens.access_token},
                    {"token_type", "Bearer"},
                    {"expires_in", tokens.expires_in_s},
                    {"scope", tokens.scope}};
  if (!as_cookie && !tokens.refresh_token.empty()) body["refresh_token"] = tokens.refresh_token;
  net::Response response = reply(200, std::move(body));
  if (as_cookie) response.headers.add("Set-Cookie", set_cookie(tokens.refresh_token, options));
  return response;
}

Task<net::Response> handle_register(Api api, HttpOptions, net::Request request) {
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  RegisterRequest asked{body->text("email", {3, 254}), body->text("password", {1, 1024}),
                        body->text("name", {1, 480}), request.peer_address};
  Result<void> finished = body->finish();
  if (!finished) co_return fail(std::move(finished).error());
  Result<Done> done = co_await api->register_user(request.context, std::move(asked));
  if (!done) co_return fail(std::move(done).error());
  co_return reply(202, {{"status", "verification_sent"}});
}

Task<net::Response> handle_verify(Api api, HttpOptions, net::Request request) {
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  VerifyEmailRequest asked{body->text("token", {20, 200}), request.peer_address};
  Result<void> finished = body->finish();
  if (!finished) co_return fail(std::move(finished).error());
  Result<Done> done = co_await api->verify_email(request.context, std::move(asked));
  if (!done) co_return fail(std::move(done).error());
  co_return net::empty_response(204);
}

Task<net::Response> handle_login(Api api, HttpOptions options, net::Request request) {
  Result<net::ObjectReader> body = net::ObjectReader::parse(request.body);
  if (!body) co_return fail(std::move(body).error());
  LoginRequest asked{body->text("email", {3, 254}), body->text("password", {1, 1024}),
                     request.peer_address,
                     std::string(request.headers.get("User-Agent").value_or(""))};
  const bool cookie =
      body->has("session") && body->one_of("session", {"token", "cookie"}) == "cookie";
  Result<void> checked = body->finish();
  if (checked && cookie) checked = check_origin(request, options);
  if (!checked) co_return fail(std::move(checked).error());
  Result<Tokens> tokens = co_await api->login(request.context, std::move(asked));
  if (!tokens) co_return fail(std::move(tokens).error());
  co_return token_reply(*tokens, cookie, options);
}

Task<net::Response> handle_refresh(Api api, HttpOptions options, net::Request request) {
  Result<net::ObjectReader> body =
      net::ObjectReader::parse(request.body.empty() ? "{}" : request.body);
  if (!body) co_return fail(std::move(body).error());
  std::optional<std::string> token = body->optional_text("refresh_token", {20, 200});
  Result<void> checked = body->finish();
  const bool cookie = !token;
  if (checked && cookie) {
    token = cookie_of(request);
    if (!token->empty()) checked = check_origin(request, options);
  }
  if (!checked) co_return fail(std::move(checked).error());
  RefreshRequest asked{*token, request.peer_address};
  Result<Tokens> tokens = co_await api->refresh(request.context, std::move(asked));
  if (!tokens) co_return fail(std::move(tokens).error());
  co_return token_reply(*tokens, cookie, options);
}

/// The session of the access token, of the refresh token in the body, or of the cookie: whichever of them is still known. An
/// access token that has ended says nothing of its session.
Task<net::Response> handle_logout(Api api, HttpOptions options, net::Request request) {
  Result<net::ObjectReader> body =
      net::ObjectReader::parse(request.body.empty() ? "{}" : request.body);
  if (!body) co_return fail(std::move(body).error());
  std::string refresh_token = body->optional_text("refresh_token", {20, 200}).value_or("");
  Result<void> checked = body->finish();
  const std::string cookie = cookie_of(request);
  if (checked && refresh_token.empty() && !cookie.empty()) {
    checked = check_origin(request, options);
    refresh_token = cookie;
  }
  if (!checked) co_return fail(std::move(checked).error());
  IntrospectRequest bearer{std::string(net::bearer_of(request))};
  if (bearer.token.empty() && refresh_token.empty())
    co_return fail(ErrorKind::unauthenticated, "auth.token_missing",
                   "Send the access token, the refresh token, or its cookie.");
  std::vector<LogoutRequest> ended;
  if (!refresh_token.empty()) ended.push_back({.refresh_token = std::move(refresh_token)});
  if (!bearer.token.empty()) {
    Result<Introspection> known = co_await api->introspect(request.context, std::move(bearer));
    if (!known) co_return fail(std::move(known).error());
    if (known->active) ended.push_back({.session_id = known->session_id});
    else if (ended.empty())
      co_return fail(ErrorKind::unauthenticated, "auth.token_invalid",
                     "the access token is unknown or ended; send the refresh token");
  }
  for (auto& one : ended) {
    Result<Done> done = co_await api->logout(request.context, std::move(one));
    if (!done) co_return fail(std::move(done).error());
  }
  net::Response response = net::empty_response(204);
  response.headers.add("Set-Cookie", set_cookie({}, options));
  co_return response;
}

Result<CustomerId> user_of(const net::Request& request) {
  const auto id = CustomerId::parse(request.principal->subject);
  if (!id)
    return fail(ErrorKind::forbidden, "auth.scope_missing", "this needs the token of a user");
  return *id;
}

Task<net::Response> handle_me(Api api, HttpOptions, net::Request request) {
  Result<CustomerId> user = user_of(request);
  if (!user) co_return fail(std::move(user).error());
  AccountRequest asked{*user};
  Result<Account> account = co_await api->account(request.context, std::move(asked));
  if (!account) co_return fail(std::move(account).error());
  json::array scopes;
  for (const auto& scope : request.principal->scopes) scopes.emplace_back(scope);
  json::array roles;
  for (const auto& role : account->roles) roles.emplace_back(role);
  co_return reply(200, {{"id", account->id.to_string()},
                        {"email", account->email},
                        {"name", account->name},
                        {"roles", std::move(roles)},
                        {"scopes", std::move(scopes)},
                        {"created_at", to_rfc3339(from_unix_us(account->created_at_us))}});
}

Task<net::Response> handle_sessions(Api api, HttpOptions, net::Request request) {
  Result<CustomerId> user = user_of(request);
  if (!user) co_return fail(std::move(user).error());
  AccountRequest asked{*user};
  Result<SessionsReply> sessions = co_await api->sessions(request.context, std::move(asked));
  if (!sessions) co_return fail(std::move(sessions).error());
  json::array items;
  for (const auto& item : sessions->items) {
    json::object object{{"id", item.id},
                        {"created_at", to_rfc3339(from_unix_us(item.created_at_us))},
                        {"last_used_at", to_rfc3339(from_unix_us(item.last_used_at_us))},
                        {"expires_at", to_rfc3339(from_unix_us(item.expires_at_us))},
                        {"current", item.id == request.principal->session_id}};
    if (!item.user_agent.empty()) object["user_agent"] = item.user_agent;
    items.push_back(std::move(object));
  }
  co_return reply(200, {{"items", std::move(items)}});
}

Task<net::Response> handle_end_session(Api api, HttpOptions, net::Request request) {
  Result<CustomerId> user = user_of(request);
  if (!user) co_return fail(std::move(user).error());
  EndSessionRequest asked{*user, request.params.at(0)};
  Result<Done> done = co_await api->end_session(request.context, std::move(asked));
  if (!done) co_return fail(std::move(done).error());
  co_return net::empty_response(204);
}
}  // namespace

void add_oauth_routes(net::Router& router, std::shared_ptr<AuthApi> api);

void add_public_routes(net::Router& router, Api api, HttpOptions options) {
  using net::Method;
  const auto add = [&](Method method, std::string path, std::string operation, net::Access access,
                       Task<net::Response> (*handle)(Api, HttpOptions, net::Request)) {
    net::Handler handler = [api, options, handle](net::Request request) {
      return handle(api, options, std::move(request));
    };
    router.add({.method = method,
                .pattern = std::move(path),
                .operation_id = std::move(operation),
                .access = std::move(access),
                .handler = std::move(handler),
                .media_type = "application/json"});
  };
  add(Method::post, "/api/auth/register", "register", net::open_to_all(), &handle_register);
  add(Method::post, "/api/auth/verify-email", "verify_email", net::open_to_all(), &handle_verify);
  add(Method::post, "/api/auth/login", "login", net::open_to_all(), &handle_login);
  add(Method::post, "/api/auth/refresh", "refresh", net::open_to_all(), &handle_refresh);
  add(Method::post, "/api/auth/logout", "logout", net::open_to_all(), &handle_logout);
  add(Method::get, "/api/auth/me", "get_me", net::with_scope("account"), &handle_me);
  add(Method::get, "/api/auth/sessions", "list_sessions", net::with_scope("account"),
      &handle_sessions);
  add(Method::del, "/api/auth/sessions/{id}", "end_session", net::with_scope("account"),
      &handle_end_session);
  add_oauth_routes(router, std::move(api));
}

net::Authenticator make_authenticator(Api api, std::string audience) {
  return [api = std::move(api), audience = std::move(audience)](
             Context context, std::string token) -> Task<net::Principal> {
    IntrospectRequest asked{std::move(token)};
    Result<Introspection> found = co_await api->introspect(context, std::move(asked));
    if (!found) co_return fail(std::move(found).error());
    if (!found->active || found->audience != audience)
      co_return fail(ErrorKind::unauthenticated, "auth.token_invalid",
                     "the token is unknown, ended or not for this listener");
    net::Principal principal{.subject = found->subject,
                             .client_id = found->client_id,
                             .session_id = found->session_id,
                             .jti = found->jti,
                             .audience = found->audience,
                             .expires_at_us = found->expires_at_s * 1'000'000};
    std::istringstream in(found->scope);
    for (std::string scope; in >> scope;) principal.scopes.push_back(scope);
    co_return principal;
  };
}

}  // namespace pps::auth
