#pragma once

#include <memory>
#include <string>

#include "net/client.hpp"
#include "runtime/config.hpp"
#include "runtime/runtime.hpp"
#include "services/auth/api.hpp"

namespace pps::app {

/// The token with which this process calls others (client credentials, audience pps-internal),
/// renewed a minute before its end. Where the auth server runs in this process a client is made for
/// it at start; elsewhere `internal.client_id` and `internal.client_secret` are configured and the
/// token comes from `internal.token_url`. Loop-confined.
class ServiceTokens {
 public:
  ServiceTokens(runtime::Runtime& runtime, config::Config& config, std::string origin);
  /// The auth server of this process itself, not its remote form.
  void set_issuer(std::shared_ptr<auth::AuthApi> local) { issuer_ = std::move(local); }
  Task<std::string> get(Context context);

 private:
  Task<auth::Tokens> fetch(Context context);
  Task<auth::Tokens> fetch_over_http(Context context);
  runtime::Runtime& runtime_;
  std::string token_url_, client_id_, client_secret_;
  std::shared_ptr<net::HttpClient> http_;
  std::shared_ptr<auth::AuthApi> issuer_;
  std::string token_;
  Duration renew_at_{};
};

}  // namespace pps::app
