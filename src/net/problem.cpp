#include "net/problem.hpp"

#include <boost/json.hpp>

#include "runtime/log.hpp"

namespace pps::net {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxFieldErrors = 100;

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Error";
  }
}

int retry_after(const Error& error) {
  const bool retryable =
      error.kind == ErrorKind::unavailable || error.kind == ErrorKind::rate_limited;
  return error.retry_after_s > 0 ? error.retry_after_s : (retryable ? 1 : 0);
}

// RFC 6750 section 3: no error code if the request had no token at all.
std::string challenge_of(const Error& error) {
  if (error.kind == ErrorKind::forbidden)
    return "Bearer realm=\"pps\", error=\"insufficient_scope\"";
  if (error.code == "auth.token_missing") return "Bearer realm=\"pps\"";
  return "Bearer realm=\"pps\", error=\"invalid_token\"";
}

void add_common_headers(Response& response, const Error& error) {
  if (const int seconds = retry_after(error); seconds > 0)
    response.headers.add("Retry-After", std::to_string(seconds));
  response.headers.add("Cache-Control", "no-store");
}

void log_internal(const Error& error) {
  if (error.kind == ErrorKind::internal)
    log::error("http.internal", {{"code", error.code}, {"detail", error.detail}});
}

json::array field_errors(const Error& error) {
  json::array out;
  for (const auto& field : error.fields) {
    if (out.size() == kMaxFieldErrors) break;
    out.push_back(
        json::object{{"pointer", field.pointer}, {"code", field.code}, {"detail", field.detail}});
  }
  return out;
}

}  // namespace

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed:
      return 400;
    case ErrorKind::unauthenticated:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::stale:
      return 412;
    case ErrorKind::precondition_required:
      return 428;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported:
      return 415;
    case ErrorKind::invalid:
      return 422;
    case ErrorKind::rate_limited:
      return 429;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::timeout:
      return 504;
    case ErrorKind::unknown_outcome:
      return 504;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

Response problem_with_status(int status, const Error& error, std::string_view extra) {
  log_internal(error);
  const bool internal = error.kind == ErrorKind::internal;
  json::object body{{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}};
  body["code"] = internal ? name_of(error.kind) : error.code;
  if (!internal && !error.detail.empty()) body["detail"] = error.detail;
  if (!error.fields.empty()) body["errors"] = field_errors(error);
  if (!extra.empty()) {
    boost::system::error_code ignored;
    const auto members = json::parse({extra.data(), extra.size()}, ignored);
    PPS_INVARIANT(!ignored && members.is_object());
    for (const auto& member : members.get_object()) body[member.key()] = member.value();
  }
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/problem+json");
  add_common_headers(response, error);
  if (status == 401 || status == 403) response.headers.add("WWW-Authenticate", challenge_of(error));
  response.body = json::serialize(body);
  return response;
}

Response problem(const Error& error, std::string_view extra) {
  return problem_with_status(status_of(error.kind), error, extra);
}

namespace {
// The error codes that RFC 6749 (4.1.2.1, 5.2), RFC 7009 (2.2.1) and RFC 6750 (3.1) define.
bool is_oauth_code(std::string_view code) {
  constexpr std::string_view kCodes[] = {
      "invalid_request",        "invalid_client", "invalid_grant",          "unauthorized_client",
      "unsupported_grant_type", "invalid_scope",  "unsupported_token_type", "invalid_token",
      "insufficient_scope",     "server_error",   "temporarily_unavailable"};
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

std::string_view oauth_code_of(const Error& error) {
  std::string_view code = error.code;
  if (code.starts_with("oauth.")) code.remove_prefix(6);
  if (is_oauth_code(code)) return code;
  switch (error.kind) {
    case ErrorKind::unauthenticated:
      return "invalid_client";
    case ErrorKind::forbidden:
      return "unauthorized_client";
    case ErrorKind::unavailable:
    case ErrorKind::rate_limited:
    case ErrorKind::timeout:
    case ErrorKind::unknown_outcome:
      return "temporarily_unavailable";
    case ErrorKind::internal:
      return "server_error";
    default:
      return "invalid_request";
  }
}
}  // namespace

Response oauth_problem(const Error& error) {
  log_internal(error);
  const std::string_view code = oauth_code_of(error);
  int status = status_of(error.kind);
  // Section 5.2: every refusal of the request itself is a 400.
  if (status == 422 || status == 409 || status == 403 || status == 404) status = 400;
  json::object body{{"error", code}};
  if (error.kind != ErrorKind::internal && !error.detail.empty())
    body["error_description"] = error.detail;
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  add_common_headers(response, error);
  response.headers.add("Pragma", "no-cache");
  if (status == 401)
    response.headers.add("WWW-Authenticate",
                         code == "invalid_client" ? "Basic realm=\"pps\"" : challenge_of(error));
  response.body = json::serialize(body);
  return response;
}

}  // namespace pps::net
