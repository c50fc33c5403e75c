#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

/// HTTP/1.1 messages from bytes, over Beast's parser, which is seen by http_parser.cpp alone. What
/// RFC 9112 lets a parser guess about is refused here, because two servers in a row that guess
/// differently are a way round the first
/// ("request smuggling", section 11.2).
namespace pps::net {

enum class ParseError { none, malformed, headers_too_large, body_too_large };

struct ParseStep {
  std::size_t used = 0;  ///< Bytes taken from the front.
  ParseError error = ParseError::none;
  std::string_view detail;  ///< For people; static text.
};

struct RequestHead {
  std::optional<Method> method;  ///< Nothing: a method that nobody here takes.
  std::string target;  ///< Origin form; an absolute form has lost its scheme and authority.
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool has_body = false;
  std::optional<std::uint64_t> content_length;
  Headers headers;
};

/// One request after another from one connection.
class RequestParser {
 public:
  explicit RequestParser(std::size_t max_header_bytes);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;

  void reset();  ///< The next message begins.
  /// Takes what it can; what it does not take is to be given again together with what follows.
  /// Stops at the head's end, so that the caller can look at it before the body; call again for the
  /// body.
  ParseStep feed(std::string_view bytes);
  bool head_done() const;
  bool done() const;
  RequestHead& head();
  void limit_body(
      std::uint64_t most);  ///< Call between head and body. Without it no body is taken.
  std::string& body();      ///< What has come of it; the caller may take it at any time.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ResponseHead {
  int status = 0;
  bool keep_alive = false;
  Headers headers;
};

/// One response after another from one connection; interim (1xx) responses are skipped.
class ResponseParser {
 public:
  ResponseParser(std::size_t max_header_bytes, std::uint64_t max_body_bytes);
  ~ResponseParser();

  void reset(bool to_head_request);
  ParseStep feed(std::string_view bytes);
  ParseStep
  feed_end();  ///< The connection ended: the end of the body, where nothing else tells it.
  bool done() const;
  ResponseHead& head();
  std::string& body();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pps::net
