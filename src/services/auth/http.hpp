#pragma once

#include <memory>
#include <string>

#include "net/router.hpp"
#include "services/auth/api.hpp"

namespace pps::auth {

struct HttpOptions {
  std::string public_origin;  ///< "https://shop.example": what an Origin header must be when the
                              ///< cookie is used.
  Duration refresh_most = std::chrono::hours(24 * 30);  ///< The cookie's life.
};

/// /api/auth, /oauth2 and /.well-known.
void add_public_routes(net::Router& router, std::shared_ptr<AuthApi> api, HttpOptions options);
void add_internal_routes(net::Router& router, std::shared_ptr<AuthApi> api);

/// What a listener's router asks about a bearer token: the principal, if the token is active and
/// for `audience`.
net::Authenticator make_authenticator(std::shared_ptr<AuthApi> api, std::string audience);

}  // namespace pps::auth
