#include <sstream>

#include "services/auth/service.hpp"

/// OAuth clients: client credentials, introspection and revocation for them.
namespace pps::auth {

namespace {
constexpr std::size_t kManyRevoked = 1000;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}
std::unexpected<Error> oauth(std::string code, std::string detail) {
  return fail(ErrorKind::malformed, std::move(code), std::move(detail));
}
}  // namespace

Task<ClientReply> AuthService::import_client(Context, ImportClient request) {
  const bool valid_id = !request.client_id.empty() && request.client_id.size() <= 64 &&
                        std::ranges::all_of(request.client_id, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                        });
  if (!valid_id) co_return fail_field("/client_id", "client.id", "1 to 64 characters of a-z 0-9 -");
  if (request.client_secret.empty()) request.client_secret = security::base64url(random_bytes(32));
  if (request.client_secret.size() < 32)
    co_return fail_field("/client_secret", "client.secret", "at least 32 characters");
  const ClientRow row{.id = request.client_id,
                      .secret_hash = security::sha256(request.client_secret),
                      .audience = request.audience,
                      .scopes = request.scopes};
  Result<std::optional<Versioned<ClientRow>>> known =
      co_await repository_.find<ClientRow>(partition_of("client", request.client_id));
  if (!known) co_return fail(std::move(known).error());
  Change change(partition_of("client", request.client_id));
  if (*known) {
    (*known)->row = row;
    change.update(**known);
  } else {
    change.insert(row);
  }
  Result<void> kept = co_await repository_.commit(std::move(change));
  if (!kept) co_return fail(std::move(kept).error());
  co_return ClientReply{request.client_id, request.client_secret};
}

Task<ClientRow> AuthService::authenticate_client(std::string id, std::string secret, std::string peer) {
  const std::string throttled = "client " + id;
  Result<std::optional<Versioned<ClientRow>>> client =
      co_await repository_.find<ClientRow>(partition_of("client", id));
  if (!client) co_return fail(std::move(client).error());
  // The secrets are 256 random bits: a hash that is quick is enough, and only wrong ones are
  // counted and slowed down.
  const std::string kept = *client ? (*client)->row.secret_hash : std::string(32, '\0');
  if (security::equal_in_constant_time(security::sha256(secret), kept) && *client)
    co_return (*client)->row;
  Result<void> allowed = throttle_.wrong_from(peer);
  // An id that nobody has leaves no row behind.
  if (allowed && *client) allowed = co_await throttle_.attempt(throttled);
  if (!allowed) co_return fail(std::move(allowed).error());
  co_return fail(ErrorKind::unauthenticated, "invalid_client", "unknown client or wrong secret");
}

Task<Tokens> AuthService::grant(Context context, GrantRequest request) {
  Result<ClientRow> client = co_await authenticate_client(request.client_id, request.client_secret, request.peer_address);
  if (!client) co_return fail(std::move(client).error());
  if (request.grant_type == "refresh_token") {
    Result<std::optional<FoundRefresh>> found = co_await find_refresh(request.refresh_token);
    if (!found) co_return fail(std::move(found).error());
    if (!*found || (*found)->session.row.client_id != client->id)
      co_return oauth("invalid_grant", "the refresh token is unknown, ended, or another client's");
    RefreshRequest refresh_request{request.refresh_token, request.peer_address};
    Result<Tokens> tokens = co_await refresh(context, std::move(refresh_request));
    if (!tokens && tokens.error().kind == ErrorKind::unauthenticated)
      co_return oauth("invalid_grant", tokens.error().detail);
    co_return tokens;
  }
  if (request.grant_type != "client_credentials")
    co_return oauth("unsupported_grant_type", "client_credentials or refresh_token");
  const std::vector<std::string> asked =
      request.scope.empty() ? client->scopes : words_of(request.scope);
  for (const auto& scope : asked)
    if (std::ranges::find(client->scopes, scope) == client->scopes.end())
      co_return oauth("invalid_scope", "the client may not have the scope " + scope);
  const std::int64_t now_s = now_us() / 1'000'000;
  const std::int64_t life_s =
      std::chrono::duration_cast<std::chrono::seconds>(deps_.settings.access_life).count();
  const security::Claims claims{.issuer = deps_.settings.issuer,
                                .audience = client->audience,
                                .subject = client->id,
                                .client_id = client->id,
                                .jti = runtime::new_uuid(deps_.runtime).to_string(),
                                .scope = joined(asked),
                                .issued_at = now_s,
                                .expires_at = now_s + life_s};
  co_return Tokens{keyring_.signer().sign(claims), life_s, {}, claims.scope};
}

Task<Introspection> AuthService::introspect_for(Context context, ClientAuthentication request) {
  Result<ClientRow> client = co_await authenticate_client(request.client_id, request.client_secret, request.peer_address);
  if (!client) co_return fail(std::move(client).error());
  IntrospectRequest asked{request.token};
  Result<Introspection> found = co_await introspect(context, std::move(asked));
  if (!found) co_return found;
  if (found->active) {
    const bool for_caller =
        found->audience == client->audience || client->audience == "pps-internal";
    co_return for_caller ? *found : Introspection{};
  }
  Result<std::optional<FoundRefresh>> refresh_token = co_await find_refresh(request.token);
  if (!refresh_token) co_return fail(std::move(refresh_token).error());
  if (!*refresh_token) co_return Introspection{};
  const SessionRow& session = (*refresh_token)->session.row;
  const std::int64_t expires =
      std::min(session.expires_at_us, session.rotated_at_us + deps_.settings.refresh_idle.count());
  const bool live = !session.ended && session.client_id == client->id && now_us() < expires &&
                    (*refresh_token)->generation == session.generation;
  if (!live) co_return Introspection{};
  co_return Introspection{.active = true,
                          .subject = session.user.to_string(),
                          .client_id = session.client_id,
                          .session_id = session.id.to_string(),
                          .scope = session.scope,
                          .audience = "pps",
                          .issuer = deps_.settings.issuer,
                          .issued_at_s = session.created_at_us / 1'000'000,
                          .expires_at_s = expires / 1'000'000};
}

Task<Done> AuthService::revoke(Context context, ClientAuthentication request) {
  Result<ClientRow> client = co_await authenticate_client(request.client_id, request.client_secret, request.peer_address);
  if (!client) co_return fail(std::move(client).error());
  IntrospectRequest asked{request.token};
  Result<Introspection> found = co_await introspect(context, std::move(asked));
  if (!found) co_return fail(std::move(found).error());
  if (found->active && found->client_id == client->id) {
    if (const auto id = Uuid::parse(found->session_id)) {
      Result<void> ended = co_await end(*id);
      if (!ended) co_return fail(std::move(ended).error());
      co_return Done{};
    }
    Change change(partition_of("revoked", found->jti));
    change.until(found->expires_at_s * 1'000'000).insert(RevokedRow{found->expires_at_s, {}});
    Result<void> kept = co_await repository_.commit(std::move(change));
    if (!kept && kept.error().kind != ErrorKind::conflict) co_return fail(std::move(kept).error());
    const std::int64_t now_s = now_us() / 1'000'000;
    if (revoked_.size() >= kManyRevoked)
      std::erase_if(revoked_, [now_s](const auto& entry) { return entry.second <= now_s; });
    revoked_[found->jti] = found->expires_at_s;
    co_return Done{};
  }
  Result<std::optional<FoundRefresh>> refresh_token = co_await find_refresh(request.token);
  if (!refresh_token) co_return fail(std::move(refresh_token).error());
  if (*refresh_token && (*refresh_token)->session.row.client_id == client->id) {
    Result<void> ended = co_await end((*refresh_token)->session.row.id);
    if (!ended) co_return fail(std::move(ended).error());
  }
  co_return Done{};
}

}  // namespace pps::auth
