#include <boost/json.hpp>

#include "net/base64.hpp"
#include "net/http.hpp"
#include "services/auth/http.hpp"

/// OAuth 2.0 endpoints for clients: RFC 6749, 7662, 7009, 8414, 7517. Form-encoded in, OAuth's own
/// errors out.
namespace pps::auth {

namespace json = boost::json;

namespace {
using Api = std::shared_ptr<AuthApi>;

net::Response reply(std::string body, bool cacheable = false) {
  net::Response response = net::json_response(200, std::move(body));
  response.headers.set("Cache-Control", cacheable ? "public, max-age=300" : "no-store");
  return response;
}

std::string field(const net::Query& form, std::string_view name) {
  const auto it = std::ranges::find(form, name, &std::pair<std::string, std::string>::first);
  return it == form.end() ? std::string{} : it->second;
}

struct Form {
  net::Query fields;
  std::string client_id, client_secret;
};

// RFC 6749, 2.3.1: client id and secret by HTTP Basic, each form-encoded first.
Result<Form> read_form(const net::Request& request) {
  const auto type = request.headers.get("Content-Type").value_or("");
  if (!type.starts_with("application/x-www-form-urlencoded"))
    return fail(ErrorKind::malformed, "invalid_request",
                "the body must be application/x-www-form-urlencoded");
  std::optional<net::Query> fields = net::parse_query(request.body);
  if (!fields)
    return fail(ErrorKind::malformed, "invalid_request",
                "a % of the form is not followed by two hex digits");
  Form form{std::move(*fields), {}, {}};
  // RFC 6749, 3.2. A caller in between that reads the other value must not be fooled.
  for (auto at = form.fields.begin(); at != form.fields.end(); ++at)
    if (std::ranges::find(at + 1, form.fields.end(), at->first,
                          &std::pair<std::string, std::string>::first) != form.fields.end())
      return fail(ErrorKind::malformed, "invalid_request", "a parameter is there twice");
  const auto authorization = request.headers.get("Authorization").value_or("");
  const Error unknown{ErrorKind::unauthenticated,
                      "invalid_client",
                      "send client id and secret by HTTP Basic",
                      {},
                      0};
  if (authorization.size() < 6 || !net::same_name(authorization.substr(0, 6), "Basic "))
    return fail(unknown);
  const auto decoded = net::base64_decode(authorization.substr(6));
  if (!decoded) return fail(unknown);
  const std::string pair(decoded->begin(), decoded->end());
  const auto colon = pair.find(':');
  if (colon == std::string::npos) return fail(unknown);
  const auto id = net::percent_decode(pair.substr(0, colon), true);
  const auto secret = net::percent_decode(pair.substr(colon + 1), true);
  if (!id || !secret) return fail(unknown);
  form.client_id = *id;
  form.client_secret = *secret;
  return form;
}

Task<net::Response> handle_token(Api api, net::Request request) {
  Result<Form> form = read_form(request);
  if (!form) co_return fail(std::move(form).error());
  GrantRequest asked{field(form->fields, "grant_type"),
                     form->client_id,
                     form->client_secret,
                     field(form->fields, "scope"),
                     field(form->fields, "refresh_token"),
                     request.peer_address};
  if (asked.grant_type.empty())
    co_return fail(ErrorKind::malformed, "invalid_request", "grant_type is missing");
  Result<Tokens> tokens = co_await api->grant(request.context, std::move(asked));
  if (!tokens) co_return fail(std::move(tokens).error());
  json::object body{{"access_token", tokens->access_token},
                    {"token_type", "Bearer"},
                    {"expires_in", tokens->expires_in_s},
                    {"scope", tokens->scope}};
  if (!tokens->refresh_token.empty()) body["refresh_token"] = tokens->refresh_token;
  co_return reply(json::serialize(body));
}

Task<net::Response> handle_introspect(Api api, net::Request request) {
  Result<Form> form = read_form(request);
  if (!form) co_return fail(std::move(form).error());
  ClientAuthentication asked{form->client_id, form->client_secret, field(form->fields, "token"),
                             request.peer_address};
  if (asked.token.empty())
    co_return fail(ErrorKind::malformed, "invalid_request", "token is missing");
  Result<Introspection> found = co_await api->introspect_for(request.context, std::move(asked));
  if (!found) co_return fail(std::move(found).error());
  if (!found->active) co_return reply(R"({"active":false})");
  json::object body{{"active", true},
                    {"scope", found->scope},
                    {"client_id", found->client_id},
                    {"sub", found->subject},
                    {"aud", found->audience},
                    {"iss", found->issuer},
                    {"token_type", found->jti.empty() ? "refresh_token" : "Bearer"},
                    {"exp", found->expires_at_s},
                    {"iat", found->issued_at_s}};
  if (!found->jti.empty()) body["jti"] = found->jti;
  if (!found->session_id.empty()) body["sid"] = found->session_id;
  co_return reply(json::serialize(body));
}

Task<net::Response> handle_revoke(Api api, net::Request request) {
  Result<Form> form = read_form(request);
  if (!form) co_return fail(std::move(form).error());
  ClientAuthentication asked{form->client_id, form->client_secret, field(form->fields, "token"),
                             request.peer_address};
  if (asked.token.empty())
    co_return fail(ErrorKind::malformed, "invalid_request", "token is missing");
  Result<Done> done = co_await api->revoke(request.context, std::move(asked));
  if (!done) co_return fail(std::move(done).error());
  net::Response response;
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

Task<net::Response> handle_jwks(Api api, net::Request request) {
  Result<Text> text = co_await api->jwks(request.context, Nothing{});
  if (!text) co_return fail(std::move(text).error());
  co_return reply(std::move(text->json), true);
}

Task<net::Response> handle_metadata(Api api, net::Request request) {
  Result<Text> text = co_await api->metadata(request.context, Nothing{});
  if (!text) co_return fail(std::move(text).error());
  co_return reply(std::move(text->json), true);
}
}  // namespace

void add_oauth_routes(net::Router& router, std::shared_ptr<AuthApi> api) {
  using net::Method;
  const auto add = [&](Method method, std::string path, std::string operation, bool oauth_errors,
                       Task<net::Response> (*handle)(Api, net::Request)) {
    net::Handler handler = [api, handle](net::Request request) {
      return handle(api, std::move(request));
    };
    router.add({.method = method,
                .pattern = std::move(path),
                .operation_id = std::move(operation),
                .handler = std::move(handler),
                .oauth_errors = oauth_errors});
  };
  add(Method::post, "/oauth2/token", "issue_token", true, &handle_token);
  add(Method::post, "/oauth2/introspect", "introspect_token", true, &handle_introspect);
  add(Method::post, "/oauth2/revoke", "revoke_token", true, &handle_revoke);
  add(Method::get, "/.well-known/jwks.json", "get_jwks", false, &handle_jwks);
  add(Method::get, "/.well-known/oauth-authorization-server", "get_authorization_server_metadata",
      false, &handle_metadata);
}

}  // namespace pps::auth
