#include "services/auth/service.hpp"

/// Sessions: login, rotating refresh tokens, logout, introspection.
namespace pps::auth {

namespace {
constexpr std::size_t kRemembered = 20'000;
constexpr std::string_view kFirstParty = "pps-web";

std::unexpected<Error> bad_credentials() {
  return fail(ErrorKind::unauthenticated, "auth.invalid_credentials",
              "the e-mail address or the password is wrong, or the address is not confirmed yet by the "
              "link that we sent");
}
std::unexpected<Error> bad_refresh() {
  return fail(ErrorKind::unauthenticated, "auth.refresh_invalid",
              "sign in again: the refresh token is not good any more");
}
}  // namespace

Task<Tokens> AuthService::login(Context, LoginRequest request) {
  Result<void> allowed = throttle_.address(request.peer_address);
  if (!allowed) co_return fail(std::move(allowed).error());
  Result<std::string> canonical = security::canonical_email(request.email);
  if (!canonical) {
    throttle_.address_failed(request.peer_address);
    co_return bad_credentials();
  }
  const std::string throttled = "account " + *canonical;
  allowed = co_await throttle_.attempt(throttled);
  if (!allowed) co_return fail(std::move(allowed).error());
  Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user_by_email(*canonical);
  if (!user) co_return fail(std::move(user).error());
  std::string kept = *user ? (*user)->row.password : std::string{};
  Result<security::Passwords::Verdict> verdict =
      co_await passwords_.verify(request.password, std::move(kept));
  if (!verdict) co_return fail(std::move(verdict).error());
  // Not confirmed is answered like a wrong password: else signing up with an address and a password would tell whether
  // somebody has that address.
  if (!verdict->matches || !(*user)->row.verified) {
    throttle_.address_failed(request.peer_address);
    co_return bad_credentials();
  }
  Result<void> cleared = co_await throttle_.succeeded(throttled);
  if (!cleared) co_return fail(std::move(cleared).error());
  if (verdict->outdated) {
    Result<std::string> hash = co_await passwords_.hash(request.password);
    if (hash) {
      (*user)->row.password = *hash;
      Change change(user_partition((*user)->row.id));
      change.update(**user);
      Result<void> rehashed = co_await repository_.commit(std::move(change));
      if (!rehashed && rehashed.error().kind != ErrorKind::conflict)
        co_return fail(std::move(rehashed).error());
    }
  }
  co_return co_await open_session((*user)->row, request.user_agent, request.peer_address);
}

Task<Done> AuthService::unlock(Context, EmailRequest request) {
  Result<std::string> canonical = security::canonical_email(request.email);
  if (!canonical) co_return fail(std::move(canonical).error());
  Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user_by_email(*canonical);
  if (!user) co_return fail(std::move(user).error());
  if (!*user) co_return fail(ErrorKind::not_found, "user.not_found", "no account has this address");
  std::string throttled = "account " + *canonical;
  Result<void> cleared = co_await throttle_.succeeded(std::move(throttled));
  if (!cleared) co_return fail(std::move(cleared).error());
  co_return Done{};
}

Task<Tokens> AuthService::issue_token(Context, AccountRequest request) {
  Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user(request.user);
  if (!user) co_return fail(std::move(user).error());
  if (!*user) co_return fail(ErrorKind::not_found, "user.not_found", "no such account");
  co_return co_await open_session((*user)->row, "pps user token", {});
}

Task<Tokens> AuthService::open_session(const UserRow& user, std::string agent,
                                       std::string address) {
  const std::int64_t now = now_us();
  SessionRow session{.id = runtime::new_uuid(deps_.runtime),
                     .user = user.id,
                     .client_id = std::string(kFirstParty),
                     .scope = scopes_of(user.roles),
                     .rotated_at_us = now,
                     .created_at_us = now,
                     .expires_at_us = now + deps_.settings.refresh_most.count()};
  agent.resize(std::min<std::size_t>(agent.size(), 300));
  session.sealed_agent = repository_.ring().seal("session.agent" + session.id.to_string(), agent);
  session.sealed_address =
      repository_.ring().seal("session.address" + session.id.to_string(), address);
  // The session's id lets one read find its partition; the 256 random bits are the secret.
  const std::string refresh =
      security::base64url(std::string(session.id.view()) + random_bytes(32));
  Change change(session_partition(session.id));
  change.until(session.expires_at_us).insert(session);
  change.insert(RefreshRow{.generation = 1}, security::sha256(refresh));
  Result<void> kept = co_await repository_.commit(std::move(change));
  if (!kept) co_return fail(std::move(kept).error());
  Change listed(user_sessions_partition(session.user));
  listed.until(session.expires_at_us).insert(MemberRow{}, std::string(session.id.view()));
  kept = co_await repository_.commit(std::move(listed));
  if (!kept) co_return fail(std::move(kept).error());
  live_sessions_[session.id] = session.expires_at_us;
  co_return tokens_for(session, refresh);
}

Tokens AuthService::tokens_for(const SessionRow& session, std::string refresh_token) const {
  const std::int64_t now_s = now_us() / 1'000'000;
  const std::int64_t life_s =
      std::chrono::duration_cast<std::chrono::seconds>(deps_.settings.access_life).count();
  const security::Claims claims{.issuer = deps_.settings.issuer,
                                .audience = "pps",
                                .subject = session.user.to_string(),
                                .client_id = session.client_id,
                                .session_id = session.id.to_string(),
                                .jti = runtime::new_uuid(deps_.runtime).to_string(),
                                .scope = session.scope,
                                .issued_at = now_s,
                                .expires_at = now_s + life_s};
  return {keyring_.signer().sign(claims), life_s, std::move(refresh_token), session.scope};
}

Task<std::optional<AuthService::FoundRefresh>> AuthService::find_refresh(std::string token) {
  const Result<std::string> bytes = security::from_base64url(token);
  if (!bytes || bytes->size() != 48) co_return std::optional<FoundRefresh>{};
  const Uuid id = *Uuid::from_view(std::string_view(*bytes).substr(0, 16));
  std::string key = security::sha256(token);
  Result<std::optional<Versioned<RefreshRow>>> refresh =
      co_await repository_.find<RefreshRow>(session_partition(id), std::move(key));
  if (!refresh) co_return fail(std::move(refresh).error());
  if (!*refresh) co_return std::optional<FoundRefresh>{};
  Result<std::optional<Versioned<SessionRow>>> session =
      co_await repository_.find<SessionRow>(session_partition(id));
  if (!session) co_return fail(std::move(session).error());
  if (!*session) co_return std::optional<FoundRefresh>{};
  co_return std::optional(FoundRefresh{std::move(**session), (*refresh)->row.generation});
}

Task<Tokens> AuthService::refresh(Context, RefreshRequest request) {
  for (;;) {
    Result<std::optional<FoundRefresh>> found = co_await find_refresh(request.refresh_token);
    if (!found) co_return fail(std::move(found).error());
    if (!*found) {
      Result<void> allowed = throttle_.wrong_from(request.peer_address);
      if (!allowed) co_return fail(std::move(allowed).error());
      co_return bad_refresh();
    }
    Versioned<SessionRow>& session = (*found)->session;
    const std::int64_t now = now_us();
    const bool idle = now - session.row.rotated_at_us > deps_.settings.refresh_idle.count();
    if (session.row.ended || idle || now > session.row.expires_at_us) co_return bad_refresh();
    const bool in_grace = (*found)->generation == session.row.generation - 1 &&
                          now - session.row.rotated_at_us <= deps_.settings.refresh_grace.count();
    if ((*found)->generation != session.row.generation && !in_grace) {
      Result<void> ended =
          co_await end(session.row.id);  // RFC 9700, 4.14.2: somebody else has this token
      if (!ended) co_return fail(std::move(ended).error());
      co_return bad_refresh();
    }
    Result<std::optional<Versioned<UserRow>>> user = co_await repository_.user(session.row.user);
    if (!user) co_return fail(std::move(user).error());
    if (!*user) co_return bad_refresh();
    session.row.scope = scopes_of((*user)->row.roles);
    // In the grace, one more token of the generation that is good now: several tabs that refresh at
    // once all stay signed in, and the grace is not prolonged.
    if (!in_grace) {
      session.row.rotated_at_us = now;
      ++session.row.generation;
    }
    const std::string next =
        security::base64url(std::string(session.row.id.view()) + random_bytes(32));
    Change change(session_partition(session.row.id));
    change.until(session.row.expires_at_us).update(session);
    change.insert(RefreshRow{.generation = session.row.generation}, security::sha256(next));
    Result<void> rotated = co_await repository_.commit(std::move(change));
    if (rotated) co_return tokens_for(session.row, next);
    if (rotated.error().kind != ErrorKind::conflict) co_return fail(std::move(rotated).error());
  }
}

Task<void> AuthService::end(Uuid id) {
  for (;;) {
    Result<std::optional<Versioned<SessionRow>>> session =
        co_await repository_.find<SessionRow>(session_partition(id));
    if (!session) co_return fail(std::move(session).error());
    if (!*session || (*session)->row.ended) co_return Result<void>{};
    (*session)->row.ended = true;
    Change change(session_partition(id));
    change.until((*session)->row.expires_at_us).update(**session);
    ++ends_;
    live_sessions_.erase(id);
    Result<void> ended = co_await repository_.commit(std::move(change));
    ++ends_;
    live_sessions_.erase(id);
    if (ended || ended.error().kind != ErrorKind::conflict) co_return ended;
  }
}

Task<Done> AuthService::logout(Context, LogoutRequest request) {
  std::optional<Uuid> id = Uuid::parse(request.session_id);
  if (!id && !request.refresh_token.empty()) {
    Result<std::optional<FoundRefresh>> found = co_await find_refresh(request.refresh_token);
    if (!found) co_return fail(std::move(found).error());
    if (*found) id = (*found)->session.row.id;
  }
  if (!id) co_return Done{};
  Result<void> ended = co_await end(*id);
  if (!ended) co_return fail(std::move(ended).error());
  co_return Done{};
}

Task<bool> AuthService::session_is_live(const Uuid& id) {
  if (const auto it = live_sessions_.find(id); it != live_sessions_.end())
    co_return now_us() < it->second;
  const std::uint64_t ends = ends_;
  Result<std::optional<Versioned<SessionRow>>> session =
      co_await repository_.find<SessionRow>(session_partition(id));
  if (!session) co_return fail(std::move(session).error());
  if (!*session || (*session)->row.ended) co_return false;
  if (live_sessions_.size() >= kRemembered) live_sessions_.clear();
  if (ends == ends_) live_sessions_[id] = (*session)->row.expires_at_us;
  co_return now_us() < (*session)->row.expires_at_us;
}

Task<Introspection> AuthService::introspect(Context, IntrospectRequest request) {
  const std::int64_t now_s = now_us() / 1'000'000;
  auto known = verified_.find(request.token);
  if (known == verified_.end()) {
    Result<security::Claims> claims = verifier_.verify(request.token, now_s);
    if (!claims) co_return Introspection{};
    if (claims->session_id.empty()) {
      std::string at = partition_of("revoked", claims->jti);
      Result<std::optional<Versioned<RevokedRow>>> revoked =
          co_await repository_.find<RevokedRow>(std::move(at));
      if (!revoked) co_return fail(std::move(revoked).error());
      if (*revoked) co_return Introspection{};
    }
    if (verified_.size() >= kRemembered) verified_.clear();
    known = verified_.emplace(request.token, std::move(*claims)).first;
  }
  const security::Claims claims = known->second;
  if (now_s >= claims.expires_at || revoked_.contains(claims.jti)) co_return Introspection{};
  if (!claims.session_id.empty()) {
    const auto id = Uuid::parse(claims.session_id);
    if (!id) co_return Introspection{};
    Result<bool> live = co_await session_is_live(*id);
    if (!live) co_return fail(std::move(live).error());
    if (!*live) co_return Introspection{};
  }
  co_return Introspection{
      true,         claims.subject,  claims.client_id, claims.session_id, claims.jti,
      claims.scope, claims.audience, claims.issuer,    claims.issued_at,  claims.expires_at};
}

Task<SessionsReply> AuthService::sessions(Context, AccountRequest request) {
  Result<std::vector<std::string>> keys =
      co_await repository_.members(user_sessions_partition(request.user), {}, 10'000);
  if (!keys) co_return fail(std::move(keys).error());
  SessionsReply reply;
  for (const auto& key : *keys) {
    const auto id = Uuid::from_view(key);
    if (!id) continue;
    Result<std::optional<Versioned<SessionRow>>> found =
        co_await repository_.find<SessionRow>(session_partition(*id));
    if (!found) co_return fail(std::move(found).error());
    if (!*found) continue;
    const SessionRow& row = (*found)->row;
    const std::int64_t expires =
        std::min(row.expires_at_us, row.rotated_at_us + deps_.settings.refresh_idle.count());
    if (row.ended || expires < now_us()) continue;
    Result<std::string> agent =
        repository_.ring().open_sealed("session.agent" + row.id.to_string(), row.sealed_agent);
    Result<std::string> address =
        repository_.ring().open_sealed("session.address" + row.id.to_string(), row.sealed_address);
    if (!agent || !address)
      co_return fail(ErrorKind::internal, "sealed.corrupt", "a session cannot be read");
    reply.items.push_back(
        {row.id.to_string(), *agent, *address, row.created_at_us, row.rotated_at_us, expires});
  }
  std::ranges::sort(reply.items, std::ranges::greater{}, &SessionsReply::Item::last_used_at_us);
  if (reply.items.size() > 100) reply.items.resize(100);
  co_return reply;
}

Task<Done> AuthService::end_session(Context, EndSessionRequest request) {
  const auto id = Uuid::parse(request.session_id);
  if (!id)
    co_return fail(ErrorKind::not_found, "session.not_found", "the account has no such session");
  Result<std::optional<Versioned<SessionRow>>> found =
      co_await repository_.find<SessionRow>(session_partition(*id));
  if (!found) co_return fail(std::move(found).error());
  if (!*found || (*found)->row.user != request.user || (*found)->row.ended)
    co_return fail(ErrorKind::not_found, "session.not_found", "the account has no such session");
  Result<void> ended = co_await end(*id);
  if (!ended) co_return fail(std::move(ended).error());
  co_return Done{};
}

}  // namespace pps::auth
