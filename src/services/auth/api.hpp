#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"

/// The authentication server. Only it opens the Authentication Database.
namespace pps::auth {

struct RegisterRequest {
  std::string email, password, name;
  std::string peer_address;
};
struct VerifyEmailRequest {
  std::string token;
  std::string peer_address;
};
struct LoginRequest {
  std::string email, password;
  std::string peer_address, user_agent;
};
/// Access and refresh token of a session. The http layer decides whether the refresh token goes
/// into a cookie.
struct Tokens {
  std::string access_token;
  std::int64_t expires_in_s = 0;
  std::string refresh_token;
  std::string scope;
};
struct RefreshRequest {
  std::string refresh_token;
  std::string peer_address;
};
struct LogoutRequest {
  std::string refresh_token;  ///< One of both.
  std::string session_id;
};
struct Done {
  bool done = true;
};
struct IntrospectRequest {
  std::string token;
};
struct Introspection {
  bool active = false;
  std::string subject, client_id, session_id, jti, scope, audience, issuer;
  std::int64_t issued_at_s = 0, expires_at_s = 0;
};
/// POST /oauth2/token: client_credentials and refresh_token grants.
struct GrantRequest {
  std::string grant_type, client_id, client_secret, scope, refresh_token;
  std::string peer_address;
};
struct ClientAuthentication {
  std::string client_id, client_secret;
  std::string token;  ///< What the authenticated client asks about (introspection, revocation).
  std::string peer_address;
};
struct AccountRequest {
  CustomerId user;
};
struct Account {
  CustomerId id;
  std::string email, name;
  bool email_verified = false;
  std::vector<std::string> roles;
  std::int64_t created_at_us = 0;
};
struct SessionsReply {
  struct Item {
    std::string id, user_agent, peer_address;
    std::int64_t created_at_us = 0, last_used_at_us = 0, expires_at_us = 0;
  };
  std::vector<Item> items;
};
struct EndSessionRequest {
  CustomerId user;
  std::string session_id;
};
struct Nothing {};
struct Text {
  std::string json;
};
struct ImportUser {
  std::string email, password, name;
  std::vector<std::string> roles;  ///< customer, catalogue, inventory, orders, processes, admin
};
struct ImportClient {
  std::string client_id;            ///< 1–64 characters of [a-z0-9-].
  std::string client_secret;        ///< Empty: one is made. At least 32 characters.
  std::vector<std::string> scopes;  ///< What it may ask for.
  std::string audience = "pps";     ///< "pps-internal" for services of PPS.
};
struct ClientReply {
  std::string client_id, client_secret;
};
struct EmailRequest {
  std::string email;  ///< Empty: all users (list_users).
  std::string cursor;
};
struct UsersReply {
  std::vector<Account> items;
  std::string next_cursor;
};

BOOST_DESCRIBE_STRUCT(RegisterRequest, (), (email, password, name, peer_address))
BOOST_DESCRIBE_STRUCT(VerifyEmailRequest, (), (token, peer_address))
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (email, password, peer_address, user_agent))
BOOST_DESCRIBE_STRUCT(Tokens, (), (access_token, expires_in_s, refresh_token, scope))
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token, peer_address))
BOOST_DESCRIBE_STRUCT(LogoutRequest, (), (refresh_token, session_id))
BOOST_DESCRIBE_STRUCT(Done, (), (done))
BOOST_DESCRIBE_STRUCT(IntrospectRequest, (), (token))
BOOST_DESCRIBE_STRUCT(Introspection, (),
                      (active, subject, client_id, session_id, jti, scope, audience, issuer,
                       issued_at_s, expires_at_s))
BOOST_DESCRIBE_STRUCT(GrantRequest, (),
                      (grant_type, client_id, client_secret, scope, refresh_token, peer_address))
BOOST_DESCRIBE_STRUCT(ClientAuthentication, (), (client_id, client_secret, token, peer_address))
BOOST_DESCRIBE_STRUCT(AccountRequest, (), (user))
BOOST_DESCRIBE_STRUCT(Account, (), (id, email, name, email_verified, roles, created_at_us))
BOOST_DESCRIBE_STRUCT(SessionsReply::Item, (),
                      (id, user_agent, peer_address, created_at_us, last_used_at_us, expires_at_us))
BOOST_DESCRIBE_STRUCT(SessionsReply, (), (items))
BOOST_DESCRIBE_STRUCT(EndSessionRequest, (), (user, session_id))
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
BOOST_DESCRIBE_STRUCT(Text, (), (json))
BOOST_DESCRIBE_STRUCT(ImportUser, (), (email, password, name, roles))
BOOST_DESCRIBE_STRUCT(ImportClient, (), (client_id, client_secret, scopes, audience))
BOOST_DESCRIBE_STRUCT(ClientReply, (), (client_id, client_secret))
BOOST_DESCRIBE_STRUCT(EmailRequest, (), (email, cursor))
BOOST_DESCRIBE_STRUCT(UsersReply, (), (items, next_cursor))

/// Loop-confined. Secrets are checked at a cost that does not tell whether the account exists.
/// `rate_limited` "auth.throttled" with retry_after_s on every path that checks a secret;
/// `unavailable` when the hashing queue is full.
class AuthApi {
 public:
  virtual ~AuthApi() = default;
  /// Same answer for a known address (its owner gets a mail instead).
  virtual Task<Done> register_user(Context context, RegisterRequest request) = 0;
  virtual Task<Done> verify_email(
      Context context, VerifyEmailRequest request) = 0;  ///< `malformed` verification.invalid
  virtual Task<Tokens> login(
      Context context, LoginRequest request) = 0;  ///< `unauthenticated` auth.invalid_credentials
  virtual Task<Tokens> refresh(
      Context context, RefreshRequest request) = 0;  ///< `unauthenticated` auth.refresh_invalid
  virtual Task<Done> logout(Context context, LogoutRequest request) = 0;
  /// RFC 7662 for PPS's own routes: `active` false for anything wrong. A revocation is seen at once
  /// here.
  virtual Task<Introspection> introspect(Context context, IntrospectRequest request) = 0;
  virtual Task<Introspection> introspect_for(Context context, ClientAuthentication request) = 0;
  virtual Task<Tokens> grant(Context context, GrantRequest request) = 0;
  virtual Task<Done> revoke(Context context, ClientAuthentication request) = 0;
  virtual Task<Account> account(Context context, AccountRequest request) = 0;
  virtual Task<SessionsReply> sessions(Context context, AccountRequest request) = 0;
  virtual Task<Done> end_session(Context context, EndSessionRequest request) = 0;
  virtual Task<Text> jwks(Context context, Nothing request) = 0;
  virtual Task<Text> metadata(Context context, Nothing request) = 0;
  /// Commands (`pps user …`): verified users; a token for a user without its password. Never routed
  /// publicly.
  virtual Task<Account> import_user(Context context,
                                    ImportUser request) = 0;  ///< `conflict` email.taken
  /// Replaces the secret and scopes of a client that exists.
  virtual Task<ClientReply> import_client(Context context, ImportClient request) = 0;
  /// Forgets the wrong passwords of an account, so that its owner can sign in again. `not_found` user.not_found
  virtual Task<Done> unlock(Context context, EmailRequest request) = 0;
  virtual Task<UsersReply> list_users(Context context, EmailRequest request) = 0;
  virtual Task<Tokens> issue_token(Context context, AccountRequest request) = 0;
};

}  // namespace pps::auth
