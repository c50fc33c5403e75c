#include "net/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace pps::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t kMaxFields = 128;
using Code = boost::beast::error_code;
using boost::core::string_view;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

// What went wrong in our own terms, where Beast's code would not tell.
struct Complaint {
  std::string_view detail;
  bool too_many_fields = false;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The checks of framing fields that Beast leaves to its user.
struct Framing {
  bool content_length = false;
  bool transfer_encoding = false;

  std::string_view check(http::field name, std::string_view value, bool http_1_0) {
    if (name == http::field::content_length) {
      if (std::exchange(content_length, true)) return "Content-Length stands twice.";
      if (transfer_encoding) return "Content-Length and Transfer-Encoding exclude each other.";
      if (!is_number(value)) return "Content-Length must be one number.";
    } else if (name == http::field::transfer_encoding) {
      if (std::exchange(transfer_encoding, true)) return "Transfer-Encoding stands twice.";
      if (content_length) return "Content-Length and Transfer-Encoding exclude each other.";
      if (http_1_0) return "Transfer-Encoding is not part of HTTP/1.0.";
      if (!same_name(value, "chunked")) return "The only Transfer-Encoding taken is chunked.";
    }
    return {};
  }
};

ParseStep step_of(std::size_t used, const Code& code, const Complaint& complaint) {
  if (!code || code == http::error::need_more) return {used, ParseError::none, {}};
  if (code == http::error::body_limit)
    return {used, ParseError::body_too_large, "The body is larger than is taken here."};
  if (code == http::error::header_limit || complaint.too_many_fields)
    return {used, ParseError::headers_too_large,
            "The header fields are larger or more than are taken here."};
  return {used, ParseError::malformed,
          complaint.detail.empty() ? "This is not HTTP/1.1." : complaint.detail};
}

/// "0", CRLF, CRLF. Beast reads a last chunk again from its begin when its trailer was not whole, and asserts then that there
/// are so many bytes: fewer never end a chunked message, so they wait for those that follow.
constexpr std::size_t kLeastChunkEnd = 5;

// Feeds Beast until it wants more or the message is whole, or, for a head, until that is whole.
template <class Parser>
ParseStep feed_parser(Parser& parser, const Complaint& complaint, std::string_view bytes) {
  std::size_t used = 0;
  const bool had_head = parser.is_header_done();
  Code code;
  while (used < bytes.size() && !parser.is_done()) {
    if (had_head && parser.chunked() && bytes.size() - used < kLeastChunkEnd) break;
    const std::size_t n =
        parser.put(asio::const_buffer(bytes.data() + used, bytes.size() - used), code);
    used += n;
    if (code || (!had_head && parser.is_header_done())) break;
  }
  return step_of(used, code, complaint);
}

}  // namespace

// ----------------------------------------------------------------------------------------------------
// requests

namespace {

std::optional<Method> method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    case http::verb::delete_:
      return Method::del;
    case http::verb::options:
      return Method::options;
    default:
      return std::nullopt;
  }
}

// RFC 9112 section 3.2.2: a server takes the absolute form too.
bool strip_authority(std::string& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() ||
        !same_name(std::string_view(target).substr(0, scheme.size()), scheme))
      continue;
    const auto path = target.find_first_of("/?", scheme.size());
    target.erase(0, path);
    if (!target.starts_with('/')) target.insert(0, "/");
    return true;
  }
  return false;
}

class BeastRequest final : public http::basic_parser<true> {
 public:
  RequestHead head;
  std::string body;
  std::uint64_t body_limit_bytes = 0;
  std::size_t header_limit_bytes = 0;
  Complaint complaint;

 private:
  void refuse(Code& code, std::string_view why) {
    complaint.detail = why;
    code = http::error::bad_field;
  }

  void on_request_impl(http::verb verb, string_view, string_view target, int version,
                       Code& code) override {
    head.method = method_of(verb);
    head.target.assign(target.data(), target.size());
    head.http_1_0 = version == 10;
    if (head.target == "*") return;
    if (!head.target.starts_with('/') && !strip_authority(head.target))
      return refuse(code, "The request target must be a path.");
    for (const char c : head.target)
      if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
          c == '#')
        return refuse(code, "The request target must be percent-encoded.");
  }
  void on_response_impl(int, string_view, int, Code&) override {}

  void on_field_impl(http::field name, string_view written, string_view value,
                     Code& code) override {
    if (head_whole_) return;  // a trailer: it must not become a header field (RFC 9110, 6.5.1)
    // Beast holds its limit against what it is given at once, so the sum is ours to watch.
    field_bytes_ += written.size() + value.size();
    if (++fields_ > kMaxFields || field_bytes_ > header_limit_bytes) {
      complaint.too_many_fields = true;
      code = http::error::bad_field;
      return;
    }
    if (const auto why = framing_.check(name, view(value), head.http_1_0); !why.empty())
      return refuse(code, why);
    if (name == http::field::host && std::exchange(host_, true))
      return refuse(code, "Host stands twice.");
    if (name == http::field::expect) {
      if (!same_name(view(value), "100-continue"))
        return refuse(code, "The only expectation taken is 100-continue.");
      head.expects_continue = !head.http_1_0;
    }
    head.headers.add(std::string(written.data(), written.size()),
                     std::string(value.data(), value.size()));
  }

  void on_header_impl(Code& code) override {
    head_whole_ = true;
    if (!host_ && !head.http_1_0) return refuse(code, "HTTP/1.1 demands a Host field.");
    head.keep_alive = keep_alive();
    if (const auto length = content_length()) head.content_length = *length;
    head.has_body = chunked() || head.content_length.value_or(0) > 0;
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Code&) override {}
  std::size_t on_body_impl(string_view piece, Code& code) override {
    received_ += piece.size();
    if (received_ > body_limit_bytes) {
      code = http::error::body_limit;
      return 0;
    }
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t size, string_view, Code& code) override {
    if (size > body_limit_bytes) code = http::error::body_limit;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, Code& code) override {
    return on_body_impl(piece, code);
  }
  void on_finish_impl(Code&) override {}

  Framing framing_;
  std::size_t fields_ = 0;
  std::size_t field_bytes_ = 0;
  std::uint64_t received_ = 0;
  bool host_ = false;
  bool head_whole_ = false;
};

}  // namespace

struct RequestParser::Impl {
  std::size_t max_header_bytes;
  std::optional<BeastRequest> parser;
};

RequestParser::RequestParser(std::size_t max_header_bytes) : impl_(new Impl{max_header_bytes, {}}) {
  reset();
}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

void RequestParser::reset() {
  auto& parser = impl_->parser.emplace();
  parser.header_limit(static_cast<std::uint32_t>(impl_->max_header_bytes));
  parser.header_limit_bytes = impl_->max_header_bytes;
  parser.body_limit(boost::none);  // counted by us, against the route's own limit
}

ParseStep RequestParser::feed(std::string_view bytes) {
  // Empty lines before a request are skipped (RFC 9112, 2.2); Beast would refuse them. Once it has begun, an empty line
  // ends its head, whichever packet brings it.
  std::size_t skipped = 0;
  if (!impl_->parser->got_some()) {
    while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    if (bytes.substr(skipped) == "\r") return {skipped, ParseError::none, {}};
  }
  ParseStep step = feed_parser(*impl_->parser, impl_->parser->complaint, bytes.substr(skipped));
  step.used += skipped;
  return step;
}
bool RequestParser::head_done() const { return impl_->parser->is_header_done(); }
bool RequestParser::done() const { return impl_->parser->is_done(); }
RequestHead& RequestParser::head() { return impl_->parser->head; }
void RequestParser::limit_body(std::uint64_t most) { impl_->parser->body_limit_bytes = most; }
std::string& RequestParser::body() { return impl_->parser->body; }

// ---------------------------------------------------------------------------------------------------
// responses

namespace {

class BeastResponse final : public http::basic_parser<false> {
 public:
  ResponseHead head;
  std::string body;
  std::uint64_t body_limit_bytes = 0;
  Complaint complaint;

 private:
  void on_request_impl(http::verb, string_view, string_view, int, Code&) override {}
  void on_response_impl(int status, string_view, int version, Code&) override {
    head.status = status;
    http_1_0_ = version == 10;
  }
  void on_field_impl(http::field name, string_view written, string_view value,
                     Code& code) override {
    if (head_whole_) return;
    if (++fields_ > kMaxFields) {
      complaint.too_many_fields = true;
      code = http::error::bad_field;
      return;
    }
    if (const auto why = framing_.check(name, view(value), http_1_0_); !why.empty()) {
      complaint.detail = why;
      code = http::error::bad_field;
      return;
    }
    head.headers.add(std::string(written.data(), written.size()),
                     std::string(value.data(), value.size()));
  }
  void on_header_impl(Code&) override {
    head_whole_ = true;
    head.keep_alive = keep_alive();
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Code&) override {}
  std::size_t on_body_impl(string_view piece, Code& code) override {
    if (body.size() + piece.size() > body_limit_bytes) {
      code = http::error::body_limit;
      return 0;
    }
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, Code& code) override {
    return on_body_impl(piece, code);
  }
  void on_finish_impl(Code&) override {}

  Framing framing_;
  std::size_t fields_ = 0;
  bool http_1_0_ = false;
  bool head_whole_ = false;
};

}  // namespace

struct ResponseParser::Impl {
  std::size_t max_header_bytes;
  std::uint64_t max_body_bytes;
  bool to_head_request = false;
  std::optional<BeastResponse> parser;

  void begin() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    parser->body_limit(max_body_bytes);
    parser->body_limit_bytes = max_body_bytes;
    parser->skip(to_head_request);
  }
};

ResponseParser::ResponseParser(std::size_t max_header_bytes, std::uint64_t max_body_bytes)
    : impl_(new Impl{max_header_bytes, max_body_bytes, false, {}}) {
  reset(false);
}
ResponseParser::~ResponseParser() = default;

void ResponseParser::reset(bool to_head_request) {
  impl_->to_head_request = to_head_request;
  impl_->begin();
}

ParseStep ResponseParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (true) {
    auto& parser = *impl_->parser;
    const bool had_head = parser.is_header_done();
    ParseStep step = feed_parser(parser, parser.complaint, bytes.substr(used));
    used += step.used;
    step.used = used;
    if (step.error != ParseError::none) return step;
    if (parser.is_header_done() && parser.head.status < 100)
      return {used, ParseError::malformed, "The status is below 100 (RFC 9110, section 15)."};
    if (parser.is_header_done() && parser.head.status < 200) {
      impl_->begin();  // an interim answer; the real one follows
      continue;
    }
    if (had_head || !parser.is_header_done() || parser.is_done() || used == bytes.size())
      return step;
  }
}

ParseStep ResponseParser::feed_end() {
  Code code;
  if (!impl_->parser->got_some())
    return {0, ParseError::malformed, "The connection ended before the answer."};
  impl_->parser->put_eof(code);
  return step_of(0, code, impl_->parser->complaint);
}

bool ResponseParser::done() const { return impl_->parser->is_done(); }
ResponseHead& ResponseParser::head() { return impl_->parser->head; }
std::string& ResponseParser::body() { return impl_->parser->body; }

}  // namespace pps::net
