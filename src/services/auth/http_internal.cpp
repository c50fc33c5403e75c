#include "net/described_json.hpp"
#include "services/auth/http.hpp"

namespace pps::auth {

void add_internal_routes(net::Router& router, std::shared_ptr<AuthApi> api) {
  const auto add = [&](std::string_view name, auto method) {
    net::add_internal_method(router, "auth", name, api, method);
  };
  add("register_user", &AuthApi::register_user);
  add("verify_email", &AuthApi::verify_email);
  add("login", &AuthApi::login);
  add("refresh", &AuthApi::refresh);
  add("logout", &AuthApi::logout);
  add("introspect", &AuthApi::introspect);
  add("introspect_for", &AuthApi::introspect_for);
  add("grant", &AuthApi::grant);
  add("revoke", &AuthApi::revoke);
  add("account", &AuthApi::account);
  add("sessions", &AuthApi::sessions);
  add("end_session", &AuthApi::end_session);
  add("jwks", &AuthApi::jwks);
  add("metadata", &AuthApi::metadata);
  add("import_user", &AuthApi::import_user);
  add("import_client", &AuthApi::import_client);
  add("unlock", &AuthApi::unlock);
  add("list_users", &AuthApi::list_users);
  add("issue_token", &AuthApi::issue_token);
}

}  // namespace pps::auth
