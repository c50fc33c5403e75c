#include "net/router.hpp"

#include <array>
#include <deque>
#include <exception>
#include <map>
#include <unordered_map>

#include "net/problem.hpp"

namespace pps::net {

namespace {

constexpr std::size_t kMethods = 7;
using ByMethod = std::array<const Route*, kMethods>;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// One segment of a pattern. Literals are compared decoded, so `/api/%70roducts` is `/api/products`,
// while an encoded slash stays inside its segment.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> placeholder;
  std::unique_ptr<ByMethod> here;
  std::unique_ptr<ByMethod> rest;  // "{path...}"
};

void put(std::unique_ptr<ByMethod>& table, const Route& route) {
  if (!table) table = std::make_unique<ByMethod>();
  auto& slot = (*table)[static_cast<std::size_t>(route.method)];
  PPS_INVARIANT(slot == nullptr);
  slot = &route;
}

bool is_placeholder(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

const Route* choose(const ByMethod& table, Method method) {
  const auto* exact = table[static_cast<std::size_t>(method)];
  if (exact == nullptr && method == Method::head)
    return table[static_cast<std::size_t>(Method::get)];
  return exact;
}

struct Search {
  Method method;
  std::vector<std::string> params;
  const Route* found = nullptr;
  std::array<bool, kMethods> seen{};

  bool try_table(const ByMethod& table) {
    found = choose(table, method);
    for (std::size_t i = 0; i < kMethods; ++i) seen[i] = seen[i] || table[i] != nullptr;
    return found != nullptr;
  }

  // Depth first with literals before placeholders; goes back when a branch has no such method.
  bool walk(const Node& node, const std::vector<std::string>& segments, std::size_t at) {
    if (at == segments.size()) {
      if (node.here && try_table(*node.here)) return true;
    } else {
      if (const auto child = node.literal.find(segments[at]); child != node.literal.end())
        if (walk(*child->second, segments, at + 1)) return true;
      if (node.placeholder && !segments[at].empty()) {
        params.push_back(segments[at]);
        if (walk(*node.placeholder, segments, at + 1)) return true;
        params.pop_back();
      }
    }
    return node.rest && at < segments.size() && take_rest(*node.rest, segments, at);
  }

  bool take_rest(const ByMethod& table, const std::vector<std::string>& segments, std::size_t at) {
    if (!try_table(table)) return false;
    std::string joined = segments[at];
    for (std::size_t i = at + 1; i < segments.size(); ++i) joined.append("/").append(segments[i]);
    params.push_back(std::move(joined));
    return true;
  }
};

std::optional<std::vector<std::string>> split(std::string_view path) {
  std::vector<std::string> out;
  if (!path.starts_with('/')) return std::nullopt;
  while (true) {
    path.remove_prefix(1);
    const auto end = path.find('/');
    auto segment = percent_decode(path.substr(0, end));
    if (!segment) return std::nullopt;
    out.push_back(std::move(*segment));
    if (end == std::string_view::npos) return out;
    path.remove_prefix(end);
  }
}

Response refusal(const Error& error, const Route* route) {
  Response response =
      route != nullptr && route->oauth_errors ? oauth_problem(error) : problem(error);
  if (route != nullptr && error.kind == ErrorKind::forbidden && !route->access.scope.empty() &&
      error.code == "auth.scope_missing")
    response.headers.set("WWW-Authenticate",
                         "Bearer realm=\"pps\", error=\"insufficient_scope\", scope=\"" +
                             route->access.scope + "\"");
  return response;
}

Response not_allowed(const std::vector<Method>& allowed) {
  std::string names;
  for (const Method method : allowed)
    names.append(names.empty() ? "" : ", ").append(name_of(method));
  Response response = problem_with_status(
      405, Error{ErrorKind::unsupported, "method.not_allowed", "This path takes " + names + "."});
  response.headers.add("Allow", std::move(names));
  return response;
}

// What a handler throws is a defect of ours; it must cost one request, not the process.
Response defect(std::string_view operation, std::exception_ptr thrown) {
  std::string what = "not a std::exception";
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
  }
  what.append(" in ").append(operation);
  return problem(Error{ErrorKind::internal, "http.handler_threw", std::move(what)});
}

}  // namespace

struct Router::State {
  std::deque<Route> routes;  // addresses stay
  Node root;
  std::unordered_map<std::string, const ByMethod*, TextHash, std::equal_to<>> exact;
  Authenticator authenticator;
  Handler fallback;
};

Router::Router() : state_(std::make_unique<State>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route) {
  PPS_INVARIANT(route.handler != nullptr);
  state_->routes.push_back(std::move(route));
  const Route& kept = state_->routes.back();
  const auto segments = split(kept.pattern);
  PPS_INVARIANT(segments.has_value());
  Node* node = &state_->root;
  bool literal = true;
  for (std::size_t i = 0; i < segments->size(); ++i) {
    const std::string& segment = (*segments)[i];
    if (is_placeholder(segment) && segment.ends_with("...}")) {
      PPS_INVARIANT(i + 1 == segments->size());
      return put(node->rest, kept);
    }
    literal = literal && !is_placeholder(segment);
    auto& child = is_placeholder(segment) ? node->placeholder : node->literal[segment];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  put(node->here, kept);
  if (literal) state_->exact[kept.pattern] = node->here.get();
}

void Router::set_authenticator(Authenticator authenticator) {
  state_->authenticator = std::move(authenticator);
}
void Router::set_fallback(Handler handler) { state_->fallback = std::move(handler); }

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> out;
  for (const auto& route : state_->routes) out.push_back(&route);
  return out;
}

std::string_view bearer_of(const Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto header = request.headers.get("Authorization");
  if (!header || header->size() <= kScheme.size() ||
      !same_name(header->substr(0, kScheme.size()), kScheme))
    return {};
  const auto token = header->substr(kScheme.size());
  return token.substr(std::min(token.find_first_not_of(' '), token.size()));
}

Router::Match Router::match(Method method, std::string_view path) const {
  // Most requests: a path without placeholders, found without allocating.
  if (const auto exact = state_->exact.find(path); exact != state_->exact.end())
    if (const Route* route = choose(*exact->second, method); route != nullptr)
      return Match{route, {}, {}};
  Match out;
  const auto segments = split(path);
  if (!segments) return out;
  Search search{method, {}, nullptr, {}};
  search.walk(state_->root, *segments, 0);
  out.route = search.found;
  if (out.route != nullptr) {
    out.params = std::move(search.params);
    return out;
  }
  if (search.seen[static_cast<std::size_t>(Method::get)])
    search.seen[static_cast<std::size_t>(Method::head)] = true;
  for (std::size_t i = 0; i < kMethods; ++i)
    if (search.seen[i]) out.allowed.push_back(static_cast<Method>(i));
  return out;
}

namespace {

Task<Principal> authenticate(const Authenticator& authenticator, const Route& route,
                             const Request& request) {
  const std::string_view token = bearer_of(request);
  if (token.empty())
    co_return fail(ErrorKind::unauthenticated, "auth.token_missing",
                   "Send an access token: Authorization: Bearer.");
  if (!authenticator)
    co_return fail(ErrorKind::unavailable, "unavailable", "no authentication server is configured");
  std::string text(token);
  Result<Principal> principal = co_await authenticator(request.context, std::move(text));
  if (principal && !route.access.scope.empty() && !principal->has(route.access.scope))
    co_return fail(ErrorKind::forbidden, "auth.scope_missing",
                   "The token lacks the scope " + route.access.scope + ".");
  co_return principal;
}

// Parameters ("; charset=utf-8") do not count, nor does the header of a request without a body.
Result<void> check_media_type(const Route& route, const Request& request) {
  if (route.media_type.empty() || request.body.empty()) return {};
  std::string_view given = request.headers.get("Content-Type").value_or("");
  given = given.substr(0, given.find(';'));
  given = given.substr(0, given.find_last_not_of(" \t") + 1);
  if (same_name(given, route.media_type)) return {};
  return fail(ErrorKind::unsupported, "media_type.unsupported",
              "Send Content-Type: " + route.media_type + ".");
}

[[gnu::noinline]] Task<Response> answer(const Authenticator& authenticator, const Route& route,
                                        Request request) {
  Result<Principal> principal = co_await authenticate(authenticator, route, request);
  if (!principal) co_return fail(std::move(principal).error());
  request.principal = std::move(*principal);
  Result<void> checked = check_media_type(route, request);
  if (!checked) co_return fail(std::move(checked).error());
  co_return co_await route.handler(std::move(request));
}

Task<Response> refuse(Error error) { co_return fail(std::move(error)); }

Task<Response> rethrow(std::exception_ptr thrown) {
  std::rethrow_exception(thrown);
  co_return Response{};
}

// Without a token to ask about, the handler's own coroutine will do. A handler that is none may
// throw at once. Not inlined: g++ 12 then warns wrongly of how Asio frees a coroutine's frame
// (-Wmismatched-new-delete).
[[gnu::noinline]] Task<Response> begin(const Authenticator& authenticator, const Route& route,
                                       Request request) {
  if (route.access.kind == Access::Kind::token)
    return answer(authenticator, route, std::move(request));
  Result<void> checked = check_media_type(route, request);
  if (!checked) return refuse(std::move(checked).error());
  try {
    return route.handler(std::move(request));
  } catch (...) {
    return rethrow(std::current_exception());
  }
}

boost::asio::awaitable<Response> guard(Task<Response> task, const Route* route) {
  std::exception_ptr thrown;
  try {
    Result<Response> result = co_await std::move(task);
    if (result) co_return std::move(*result);
    co_return refusal(result.error(), route);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_return defect(route != nullptr ? std::string_view(route->operation_id) : "fallback",
                   std::move(thrown));
}

}  // namespace

boost::asio::awaitable<Response> Router::handle(Request request, Match match) const {
  if (match.route != nullptr) {
    request.params = std::move(match.params);
    Task<Response> task = begin(state_->authenticator, *match.route, std::move(request));
    co_return co_await guard(std::move(task), match.route);
  }
  if (!match.allowed.empty()) co_return not_allowed(match.allowed);
  if (state_->fallback) {
    Task<Response> task = state_->fallback(std::move(request));
    co_return co_await guard(std::move(task), nullptr);
  }
  co_return problem(Error{ErrorKind::not_found, "not_found", "There is nothing at this path."});
}

}  // namespace pps::net
