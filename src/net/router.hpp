#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace pps::net {

/// What a caller must show to use a route.
struct Access {
  enum class Kind { open, token } kind = Kind::open;
  std::string scope;  ///< With `token`: the scope that it must carry; empty for any valid token.
};
inline Access open_to_all() { return {}; }
inline Access with_scope(std::string scope) { return {Access::Kind::token, std::move(scope)}; }
inline Access any_token() { return {Access::Kind::token, {}}; }

struct Route {
  Method method = Method::get;
  std::string pattern;       ///< "/api/purchases/{id}/events"; a last "{path...}" matches the rest,
                             ///< slashes included.
  std::string operation_id;  ///< As in api/openapi.yaml; also the metric's label.
  Access access;
  Handler handler;
  std::size_t max_body_bytes = 1 << 20;
  std::string media_type{};  ///< What a body must be said to be, else 415; empty: the handler sees.
  bool stream_body = false;   ///< Hand the body over as a stream instead of whole.
  bool oauth_errors = false;  ///< RFC 6749 error JSON instead of problem+json.
  Duration deadline = std::chrono::seconds(10);  ///< Becomes Request::context.deadline.
};

/// Reads a bearer token: the authentication server's answer, or `unauthenticated`.
using Authenticator = std::function<Task<Principal>(Context, std::string token)>;

/// The token of `Authorization: Bearer` (RFC 6750, 2.1); empty without one.
std::string_view bearer_of(const Request& request);

/// The table of routes of one listener. Filled at start, then read only. 404 for an unknown path,
/// 405 with Allow for a known path with another method, 401/403 with WWW-Authenticate by `access`.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  /// @pre no route with the same method and shape of pattern; handler set.
  void add(Route route);
  void set_authenticator(Authenticator authenticator);
  /// Answers what no route does (the web page's files). Without it: 404.
  void set_fallback(Handler handler);
  std::vector<const Route*> routes() const;

  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> params;
    std::vector<Method> allowed;  ///< For 405 when route is null.
  };
  /// @param path as sent: percent-encoded, without the query. A literal part beats a placeholder;
  /// GET answers HEAD too.
  Match match(Method method, std::string_view path) const;
  /// Everything from a whole request to its reply: match, authenticate, handle, problem+json. Never
  /// fails.
  boost::asio::awaitable<Response> handle(Request request, Match match) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pps::net
