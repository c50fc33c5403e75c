#pragma once

#include <memory>
#include <unordered_map>

#include "runtime/runtime.hpp"
#include "security/jwt.hpp"
#include "security/passwords.hpp"
#include "services/auth/api.hpp"
#include "services/auth/keyring.hpp"
#include "services/auth/repository.hpp"
#include "services/auth/throttle.hpp"
#include "services/notifications/api.hpp"

namespace pps::auth {

struct Settings {
  std::string issuer;  ///< The public origin: "http://localhost:8080", no slash at the end.
  Duration access_life = std::chrono::minutes(5);
  Duration refresh_idle = std::chrono::hours(24 * 14);
  Duration refresh_most = std::chrono::hours(24 * 30);
  Duration refresh_grace = std::chrono::seconds(10);
  Duration verification_life = std::chrono::hours(24);
  ThrottleLimits throttle;
  security::PasswordCost cost;
};

/// Scopes of an account with these roles, separated by spaces.
std::string scopes_of(const std::vector<std::string>& roles);
bool is_known_role(std::string_view role);

/// The rules of the authentication server. Loop-confined.
class AuthService final : public AuthApi {
 public:
  struct Dependencies {
    runtime::Runtime& runtime;
    std::shared_ptr<storage::Table> table;   ///< The Authentication Database.
    std::shared_ptr<storage::Keyring> ring;  ///< Seals what may not be readable at rest.
    std::string pepper;
    std::shared_ptr<notifications::NotificationsApi> notifications;
    Settings settings;
  };
  explicit AuthService(Dependencies dependencies);
  /// Opens the signing keys and sees to their rotation once an hour.
  Task<void> start();

  Task<Done> register_user(Context context, RegisterRequest request) override;
  Task<Done> verify_email(Context context, VerifyEmailRequest request) override;
  Task<Tokens> login(Context context, LoginRequest request) override;
  Task<Tokens> refresh(Context context, RefreshRequest request) override;
  Task<Done> logout(Context context, LogoutRequest request) override;
  Task<Introspection> introspect(Context context, IntrospectRequest request) override;
  Task<Introspection> introspect_for(Context context, ClientAuthentication request) override;
  Task<Tokens> grant(Context context, GrantRequest request) override;
  Task<Done> revoke(Context context, ClientAuthentication request) override;
  Task<Account> account(Context context, AccountRequest request) override;
  Task<SessionsReply> sessions(Context context, AccountRequest request) override;
  Task<Done> end_session(Context context, EndSessionRequest request) override;
  Task<Text> jwks(Context context, Nothing request) override;
  Task<Text> metadata(Context context, Nothing request) override;
  Task<Account> import_user(Context context, ImportUser request) override;
  Task<ClientReply> import_client(Context context, ImportClient request) override;
  Task<UsersReply> list_users(Context context, EmailRequest request) override;
  Task<Done> unlock(Context context, EmailRequest request) override;
  Task<Tokens> issue_token(Context context, AccountRequest request) override;

 private:
  struct NewUser {
    std::string email, canonical, name, password;
    bool verified = false;
    std::vector<std::string> roles;
  };
  /// Claims the address and writes the record. Error `conflict` "email.taken".
  Task<Account> add_user(NewUser user);
  Task<void> claim_email(std::string canonical, CustomerId user);
  Task<void> take_over_claim(std::string partition, Versioned<EmailClaimRow> claim,
                             CustomerId user);
  /// A link that gives the account the address, name and password in `user` and marks it verified.
  Task<void> send_verification(Context context, UserRow user);
  Task<void> greet_known(Context context, UserRow user);

  Task<Tokens> open_session(const UserRow& user, std::string agent, std::string address);
  Tokens tokens_for(const SessionRow& session, std::string refresh_token) const;
  Task<bool> session_is_live(const Uuid& id);
  Task<void> end(Uuid id);
  struct FoundRefresh {
    Versioned<SessionRow> session;
    std::int64_t generation = 0;
  };
  Task<std::optional<FoundRefresh>> find_refresh(std::string token);
  Task<void> forgive_early_attempts(UserRow user);
  Task<ClientRow> authenticate_client(std::string id, std::string secret, std::string peer);

  std::int64_t now_us() const { return to_unix_us(deps_.runtime.clock.now()); }
  std::string random_bytes(std::size_t count);
  void watch_keys();
  void use_keys();

  Dependencies deps_;
  Repository repository_;
  security::Passwords passwords_;
  Throttle throttle_;
  Keyring keyring_;
  security::TokenVerifier verifier_;
  runtime::TimerHandle key_timer_;

  /// What was verified lately, by the whole token; a look-up instead of a signature check. Bounded,
  /// cleared when full.
  std::unordered_map<std::string, security::Claims> verified_;
  /// Sessions that are live, and until when; this service alone ends sessions. What was read before
  /// one was ended is not remembered: `ends_` counts their begins and ends.
  std::unordered_map<Uuid, std::int64_t> live_sessions_;
  std::uint64_t ends_ = 0;
  std::unordered_map<std::string, std::int64_t>
      revoked_;  ///< By jti: when the token ends (Unix s).
};

}  // namespace pps::auth
