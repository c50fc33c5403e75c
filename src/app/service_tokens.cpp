#include "app/service_tokens.hpp"

#include <boost/json.hpp>

#include "net/base64.hpp"
#include "net/http.hpp"

namespace pps::app {

namespace {
constexpr std::string_view kOwnClient = "pps-services";
}

ServiceTokens::ServiceTokens(runtime::Runtime& runtime, config::Config& config, std::string origin)
    : runtime_(runtime),
      token_url_(config.get_string("internal.token_url", origin)),
      client_id_(config.get_string("internal.client_id", "")),
      client_secret_(config.get_string("internal.client_secret", "")) {}

Task<std::string> ServiceTokens::get(Context context) {
  if (!token_.empty() && runtime_.clock.monotonic() < renew_at_) co_return token_;
  Result<auth::Tokens> tokens = co_await fetch(context);
  if (!tokens) co_return fail(std::move(tokens).error());
  token_ = tokens->access_token;
  renew_at_ = runtime_.clock.monotonic() +
              std::chrono::seconds(std::max<std::int64_t>(1, tokens->expires_in_s - 60));
  co_return token_;
}

Task<auth::Tokens> ServiceTokens::fetch(Context context) {
  if (!client_id_.empty()) co_return co_await fetch_over_http(context);
  if (!issuer_)
    co_return fail(ErrorKind::invalid, "config.invalid",
                   "internal.client_id and internal.client_secret are needed where the auth server "
                   "runs elsewhere");
  if (client_secret_.empty()) {
    auth::ImportClient client{.client_id = std::string(kOwnClient), .audience = "pps-internal"};
    Result<auth::ClientReply> made = co_await issuer_->import_client(context, std::move(client));
    if (!made) co_return fail(std::move(made).error());
    client_secret_ = made->client_secret;
  }
  auth::GrantRequest grant{.grant_type = "client_credentials",
                           .client_id = std::string(kOwnClient),
                           .client_secret = client_secret_};
  co_return co_await issuer_->grant(context, std::move(grant));
}

Task<auth::Tokens> ServiceTokens::fetch_over_http(Context context) {
  if (!http_) {
    Result<std::shared_ptr<net::HttpClient>> http =
        net::make_http_client(runtime_, {.base_url = token_url_});
    if (!http) co_return fail(std::move(http).error());
    http_ = *http;
  }
  const std::string pair =
      net::percent_encode(client_id_) + ":" + net::percent_encode(client_secret_);
  net::ClientRequest request{.method = net::Method::post,
                             .path = "/oauth2/token",
                             .body = "grant_type=client_credentials"};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set(
      "Authorization",
      "Basic " +
          net::base64_encode({reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()}));
  Result<net::ClientResponse> response = co_await http_->send(context, std::move(request));
  if (!response) co_return fail(std::move(response).error());
  boost::system::error_code error;
  const boost::json::value body = boost::json::parse(response->body, error);
  const auto* object = error ? nullptr : body.if_object();
  if (response->status != 200 || !object || !object->contains("access_token"))
    co_return fail(ErrorKind::unavailable, "token.refused",
                   "the authentication server answered " + std::to_string(response->status));
  const auto* expires = object->if_contains("expires_in");
  co_return auth::Tokens{
      .access_token = std::string(object->at("access_token").as_string()),
      .expires_in_s = expires && expires->is_int64() ? expires->get_int64() : 60};
}

}  // namespace pps::app
