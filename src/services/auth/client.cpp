#include "services/auth/client.hpp"

#include "net/described_json.hpp"

namespace pps::auth {

namespace {
class Remote final : public AuthApi {
 public:
  explicit Remote(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}
  Task<Done> register_user(Context context, RegisterRequest request) override {
    return net::call_method<Done>(*rpc_, context, "register_user", request);
  }
  Task<Done> verify_email(Context context, VerifyEmailRequest request) override {
    return net::call_method<Done>(*rpc_, context, "verify_email", request);
  }
  Task<Tokens> login(Context context, LoginRequest request) override {
    return net::call_method<Tokens>(*rpc_, context, "login", request);
  }
  Task<Tokens> refresh(Context context, RefreshRequest request) override {
    return net::call_method<Tokens>(*rpc_, context, "refresh", request);
  }
  Task<Done> logout(Context context, LogoutRequest request) override {
    return net::call_method<Done>(*rpc_, context, "logout", request);
  }
  Task<Introspection> introspect(Context context, IntrospectRequest request) override {
    return net::call_method<Introspection>(*rpc_, context, "introspect", request);
  }
  Task<Introspection> introspect_for(Context context, ClientAuthentication request) override {
    return net::call_method<Introspection>(*rpc_, context, "introspect_for", request);
  }
  Task<Tokens> grant(Context context, GrantRequest request) override {
    return net::call_method<Tokens>(*rpc_, context, "grant", request);
  }
  Task<Done> revoke(Context context, ClientAuthentication request) override {
    return net::call_method<Done>(*rpc_, context, "revoke", request);
  }
  Task<Account> account(Context context, AccountRequest request) override {
    return net::call_method<Account>(*rpc_, context, "account", request);
  }
  Task<SessionsReply> sessions(Context context, AccountRequest request) override {
    return net::call_method<SessionsReply>(*rpc_, context, "sessions", request);
  }
  Task<Done> end_session(Context context, EndSessionRequest request) override {
    return net::call_method<Done>(*rpc_, context, "end_session", request);
  }
  Task<Text> jwks(Context context, Nothing request) override {
    return net::call_method<Text>(*rpc_, context, "jwks", request);
  }
  Task<Text> metadata(Context context, Nothing request) override {
    return net::call_method<Text>(*rpc_, context, "metadata", request);
  }
  Task<Account> import_user(Context context, ImportUser request) override {
    return net::call_method<Account>(*rpc_, context, "import_user", request);
  }
  Task<ClientReply> import_client(Context context, ImportClient request) override {
    return net::call_method<ClientReply>(*rpc_, context, "import_client", request);
  }
  Task<UsersReply> list_users(Context context, EmailRequest request) override {
    return net::call_method<UsersReply>(*rpc_, context, "list_users", request);
  }
  Task<Done> unlock(Context context, EmailRequest request) override {
    return net::call_method<Done>(*rpc_, context, "unlock", request);
  }
  Task<Tokens> issue_token(Context context, AccountRequest request) override {
    return net::call_method<Tokens>(*rpc_, context, "issue_token", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};
}  // namespace

std::shared_ptr<AuthApi> make_remote(std::shared_ptr<net::RpcClient> rpc) {
  return std::make_shared<Remote>(std::move(rpc));
}

}  // namespace pps::auth
