#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "runtime/context.hpp"
#include "runtime/task.hpp"

/// HTTP as the rest of PPS sees it: plain values, no Beast.
namespace pps::net {

enum class Method { get, head, post, put, patch, del, options };
std::string_view name_of(Method method);

/// Header fields in order; names compare without case.
class Headers {
 public:
  void set(std::string name, std::string value);  ///< Replaces all of that name.
  void add(std::string name, std::string value);
  std::optional<std::string_view> get(std::string_view name) const;  ///< The first of that name.
  void clear() { fields_.clear(); }
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Decoded query parameters in order; a name may repeat.
using Query = std::vector<std::pair<std::string, std::string>>;

/// Who calls, as the authentication server's introspection says. Filled for routes that ask for a
/// token.
struct Principal {
  std::string subject;    ///< User id; for a service token the client's id.
  std::string client_id;  ///< "pps-web" for first-party sign-in.
  std::string session_id;
  std::string jti;
  std::vector<std::string> scopes;
  std::string audience;
  std::int64_t expires_at_us = 0;  ///< Unix microseconds.
  bool has(std::string_view scope) const;
};

/// A body that arrives or leaves in pieces. `next` answers nothing at the end; an error ends it.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  virtual Task<std::optional<std::string>> next() = 0;
  /// Nobody reads on (the client has gone, the server drains): a waiting `next` should end soon.
  /// May be called twice.
  virtual void close() {}
};

struct Request {
  Method method = Method::get;
  std::string target;  ///< As sent: path and query.
  std::string path;    ///< Percent-decoded, without the query.
  Query query;
  Headers headers;
  std::string body;                         ///< Whole, unless the route asked for a stream.
  std::shared_ptr<BodyStream> body_stream;  ///< Set for routes with `stream_body`.
  std::vector<std::string> params;  ///< What the route's {placeholders} matched, decoded, in order.
  std::string peer_address;  ///< The client's address (behind configured proxies: theirs told it).
  std::optional<Principal> principal;
  Context context;
  Duration received_at{};  ///< When its head was whole, in Clock::monotonic.

  std::optional<std::string_view> query_value(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  /// Text, or shared text that a cache keeps (sent without copying).
  std::variant<std::string, std::shared_ptr<const std::string>> body;
  /// When set, the body is sent in chunks from here until its end (SSE, exports); `body` is not
  /// used.
  std::shared_ptr<BodyStream> stream;
};

/// Answers one request. An error becomes problem+json (RFC 9457) in one place: net/problem.
using Handler = std::function<Task<Response>(Request)>;

/// Compares names of header fields: ASCII, without case.
bool same_name(std::string_view a, std::string_view b);
/// Undoes percent-encoding; nothing for a broken `%`. @param plus_is_space as in forms and queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
/// Encodes all but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);
/// Reads `a=1&b=2` (WHATWG URL, application/x-www-form-urlencoded); nothing for a broken `%`.
std::optional<Query> parse_query(std::string_view text);

/// Ready-made replies. @param body JSON text.
Response json_response(int status, std::string body);
Response json_response(int status, std::shared_ptr<const std::string> body);
Response empty_response(int status);

}  // namespace pps::net
