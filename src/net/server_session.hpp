#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "net/problem.hpp"
#include "net/server_core.hpp"
#include "runtime/log.hpp"

/// One connection of a server. For server.cpp only.
namespace pps::net {

namespace asio = boost::asio;
// With the executor type that awaitables have: Asio then sees that both are the same loop and
// completes an operation without a detour over the queue.
using Socket = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<Socket>;
inline constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

/// Reads requests one after another, has them answered, and writes the answers. All of it is one
/// coroutine, `run`, which keeps the session alive; pipelined requests wait in the buffer.
template <class Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  static constexpr bool kPlain = std::is_same_v<Stream, Socket>;

  Session(std::shared_ptr<ServerCore> core, Stream stream, std::string peer)
      : core_(std::move(core)),
        stream_(std::move(stream)),
        peer_(std::move(peer)),
        parser_(core_->options.max_header_bytes) {
    place_ = core_->connections.insert(core_->connections.end(), this);
    core_->connections_gauge.add(1);
  }
  ~Session() override {
    core_->connections.erase(place_);
    core_->connections_gauge.add(-1);
    core_->connection_ended.notify();
  }

  asio::awaitable<void> run() {
    const auto self = this->shared_from_this();
    if constexpr (!kPlain) {
      expire_in(core_->options.header_timeout);
      const auto [error] =
          co_await stream_.async_handshake(asio::ssl::stream_base::server, kAsTuple);
      if (error) co_return;
    }
    for (bool more = true; more;) {
      more = co_await serve_one();
    }
    if (linger_) co_await linger();
    close_socket();
  }

  // Too slow: whoever waits for an answer is told so if that takes no waiting.
  void expire() override {
    if (phase == Phase::reading) {
      tell(problem_with_status(408, {ErrorKind::timeout, "request.timeout",
                                     "The request did not arrive in time; send it again."}));
    } else if (phase == Phase::handling) {
      log::error("http.stuck", {{"path", path_}});
      tell(problem({ErrorKind::timeout, "deadline.passed",
                    "There was no answer in time; the request may have been done."}));
    }
    abort();
  }

  void abort() override {
    gone_ = true;
    if (const auto stream = outgoing_) stream->close();
    close_socket();
  }

 private:
  class Body;

  void tell(const Response& response) {
    if constexpr (kPlain) {
      if (gone_) return;
      framed_.keep_alive = framed_.head_only = false;
      const std::string_view body = body_of(response);
      std::string out;
      write_head(out, response, body.size(), framed_, core_->date_line(), trace_);
      boost::system::error_code ignored;
      socket().write_some(asio::buffer(out.append(body)), ignored);
    }
  }

  Socket& socket() {
    if constexpr (kPlain)
      return stream_;
    else
      return stream_.next_layer();
  }
  void close_socket() {
    boost::system::error_code ignored;
    socket().close(ignored);
  }
  Duration now() const { return core_->runtime.clock.monotonic(); }
  void expire_in(Duration duration) { expires = now() + duration; }

  // ------------------------------------------------------------------------------------------------
  // reading

  /// False when the connection has ended. A block that is full and of no use to the parser is too
  /// large a head.
  asio::awaitable<bool> read_more(std::size_t block) {
    const auto room = input_.room(block);
    if (room.size() == 0) co_return false;
    const auto [error, n] = co_await stream_.async_read_some(room, kAsTuple);
    if (error || gone_) co_return false;
    input_.filled(n);
    co_return true;
  }

  /// Reads one head. True when it is there; else `refusal_` may say why not.
  asio::awaitable<bool> read_head() {
    parser_.reset();
    phase = input_.empty() ? Phase::idle : Phase::reading;
    expire_in(phase == Phase::idle ? core_->options.idle_timeout : core_->options.header_timeout);
    std::size_t block = InputBuffer::kSmall;
    while (true) {
      if (!input_.empty()) {
        const ParseStep step = parser_.feed(input_.data());
        input_.consume(step.used);
        if (step.error != ParseError::none) {
          refuse(step);
          co_return false;
        }
        if (parser_.head_done()) co_return true;
        while (input_.data().size() >= block) block *= 2;
        if (input_.data().size() >= core_->options.max_header_bytes) {
          refuse({0, ParseError::headers_too_large,
                  "The header fields are larger than is taken here."});
          co_return false;
        }
        if (phase == Phase::idle) {
          phase = Phase::reading;
          expire_in(core_->options.header_timeout);
        }
      } else if (core_->draining) {
        co_return false;
      }
      const bool got = co_await read_more(block);
      if (!got) co_return false;
    }
  }

  /// More of the body into the parser. False at an error (`refusal_`) or the connection's end.
  /// Whoever sends slower than 16 KiB a second for long is cut off: each wait is bounded, and so is
  /// their sum.
  asio::awaitable<bool> read_body_more() {
    if (std::exchange(continue_wanted_, false) && input_.empty()) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const bool told = co_await send_all(asio::buffer(kContinue), {});
      if (!told) co_return false;
    }
    if (input_.empty() || std::exchange(body_stuck_, false)) {
      phase = Phase::reading;
      const Duration fair = body_began_ + 3 * core_->options.header_timeout +
                            std::chrono::seconds(body_received_ / 16'384);
      expires = std::min(now() + core_->options.header_timeout, fair);
      const bool got = co_await read_more(InputBuffer::kLarge);
      if (!got && input_.data().size() >= InputBuffer::kLarge)
        refuse({0, ParseError::malformed, "A line of the body's framing is too long."});
      if (!got) co_return false;
    }
    const ParseStep step = parser_.feed(input_.data());
    input_.consume(step.used);
    body_received_ += step.used;
    body_stuck_ = step.used == 0 && !parser_.done();  // half a line: only more bytes help
    if (step.error != ParseError::none) {
      refuse(step);
      co_return false;
    }
    co_return true;
  }

  asio::awaitable<bool> read_whole_body() {
    bool good = true;
    while (good && !parser_.done()) {
      good = co_await read_body_more();
    }
    co_return good;
  }

  void refuse(const ParseStep& step) {
    const bool headers = step.error == ParseError::headers_too_large;
    const bool large = step.error == ParseError::body_too_large;
    const char* code =
        headers ? "headers.too_large" : (large ? "body.too_large" : "request.malformed");
    refusal_ =
        Error{large ? ErrorKind::too_large : ErrorKind::malformed, code, std::string(step.detail)};
  }

  // -----------------------------------------------------------------------------------------------
  // answering

  /// One request and its answer. False when the connection is to be closed.
  asio::awaitable<bool> serve_one() {
    refusal_.reset();
    const bool has_head = co_await read_head();
    if (!has_head) {
      if (refusal_) co_await send_refusal(nullptr);
      co_return false;
    }
    RequestHead& head = parser_.head();
    framed_ = {head.method == Method::head, head.http_1_0, head.keep_alive && !core_->draining};
    trace_ = {};
    Request request;
    const bool readable = make_request(head, request);
    const Route* route = match_.route;
    if (!readable || core_->in_flight >= core_->options.max_requests_in_flight ||
        head.content_length.value_or(0) > body_limit()) {
      refusal_ = early_refusal(readable, head);
      co_await send_refusal(route);
      co_return false;
    }
    parser_.limit_body(body_limit());
    continue_wanted_ = head.expects_continue && head.has_body;
    body_began_ = request.received_at;
    body_received_ = 0;
    const auto body =
        route != nullptr && route->stream_body ? std::make_shared<Body>(*this) : nullptr;
    if (body != nullptr) {
      request.body_stream = body;
    } else {
      const bool whole = co_await read_whole_body();
      if (!whole) {
        if (refusal_) co_await send_refusal(route);
        co_return false;
      }
      request.body = std::move(parser_.body());
    }
    const bool keep = co_await answer(std::move(request), route);
    if (body != nullptr) body->detach();
    co_return keep;
  }

  std::uint64_t body_limit() const {
    return match_.route == nullptr ? 65'536 : match_.route->max_body_bytes;
  }

  /// False if the target cannot be read.
  bool make_request(RequestHead& head, Request& request) {
    request.received_at = now();
    request.target = std::move(head.target);
    const auto mark = request.target.find('?');
    const std::string_view path = std::string_view(request.target).substr(0, mark);
    match_ = core_->router->match(head.method.value_or(Method::options), path);
    if (!head.method) unknown_method();
    const auto parent = head.headers.get("traceparent");
    trace_ = core_->tracer.child_of(parent ? trace::parse(*parent) : std::nullopt);
    request.method = head.method.value_or(Method::options);
    if (path.find('%') == std::string_view::npos) {
      request.path = path;
    } else {
      auto decoded = percent_decode(path);
      if (!decoded) return false;
      request.path = std::move(*decoded);
    }
    if (mark != std::string::npos) {
      auto query = parse_query(std::string_view(request.target).substr(mark + 1));
      if (!query) return false;
      request.query = std::move(*query);
    }
    request.headers = std::move(head.headers);
    request.peer_address = core_->client_address(peer_, request.headers);
    request.context.trace = trace_;
    const Duration most =
        match_.route == nullptr ? Duration(std::chrono::seconds(10)) : match_.route->deadline;
    request.context.deadline = request.received_at + most;
    return true;
  }

  // A method that nobody knows is answered as one that this path does not take: 405 with Allow, or
  // 404.
  void unknown_method() {
    if (match_.route == nullptr) return;
    match_.allowed = {match_.route->method};
    match_.route = nullptr;
  }

  Error early_refusal(bool readable, const RequestHead& head) {
    if (!readable)
      return {ErrorKind::malformed, "request.malformed",
              "The percent-encoding of the request target is broken."};
    if (head.content_length.value_or(0) > body_limit())
      return {ErrorKind::too_large, "body.too_large",
              "The body may have at most " + std::to_string(body_limit()) + " bytes here."};
    core_->refused.add();
    return {ErrorKind::unavailable, "overloaded", "Too many requests at once; try again.", {}, 1};
  }

  Error why_no_more() const {
    return refusal_ ? *refusal_
                    : Error{ErrorKind::unavailable, "net.client_gone",
                            "the client went away within the body"};
  }

  asio::awaitable<bool> answer(Request request, const Route* route) {
    phase = Phase::handling;
    // A handler sees its own deadline; one that does not end long after it is not waited for.
    expires = request.body_stream ? Duration::max() : request.context.deadline + core_->options.handler_grace;
    path_ = request.path;
    const Duration began = request.received_at;
    std::optional<InFlight> counted(std::in_place, *core_);
    Response response = co_await core_->router->handle(std::move(request), std::move(match_));
    core_->metrics_of(route).observe(response.status, now() - began);
    if (!parser_.done()) framed_.keep_alive = false;  // the rest of the body is not worth reading
    if (core_->draining) framed_.keep_alive = false;
    if (gone_) co_return false;
    linger_ = !parser_.done();
    // What streams is bounded by the connections, and by whoever made the stream.
    if (response.stream) counted.reset();
    if (response.stream && !framed_.head_only) co_return co_await send_stream(std::move(response));
    const bool sent = co_await send(std::move(response));
    co_return sent&& framed_.keep_alive;
  }

  /// Counts for as long as it lives: a coroutine may also end by being destroyed.
  struct InFlight {
    explicit InFlight(ServerCore& shared) : core(shared) {
      ++core.in_flight;
      core.in_flight_gauge.add(1);
    }
    ~InFlight() {
      --core.in_flight;
      core.in_flight_gauge.add(-1);
    }
    InFlight(const InFlight&) = delete;
    ServerCore& core;
  };

  // -------------------------------------------------------------------------------------------------
  // writing

  /// What goes without waiting, goes at once: most answers fit the socket's buffer.
  std::size_t try_send(const std::array<asio::const_buffer, 2>& parts,
                       boost::system::error_code& error) {
    if constexpr (kPlain) {
      const std::size_t n = stream_.write_some(parts, error);
      if (error == asio::error::would_block) error.clear();
      return n;
    } else {
      return 0;
    }
  }

  asio::awaitable<bool> send_all(asio::const_buffer first, asio::const_buffer second) {
    std::array<asio::const_buffer, 2> parts{first, second};
    boost::system::error_code error;
    std::size_t sent = try_send(parts, error);
    for (auto& part : parts) {
      const std::size_t skip = std::min(sent, part.size());
      part += skip;
      sent -= skip;
    }
    if (error || gone_) co_return false;
    if (parts[0].size() + parts[1].size() == 0) co_return true;
    const auto before = std::exchange(expires, now() + core_->options.idle_timeout);
    const auto [failed, n] = co_await asio::async_write(stream_, parts, kAsTuple);
    expires = before;
    co_return !failed && !gone_;
  }

  asio::awaitable<bool> send(Response response) {
    if (phase != Phase::streaming) phase = Phase::writing;
    const std::string_view body = body_of(response);
    write_head(head_, response, body.size(), framed_, core_->date_line(), trace_);
    const bool bodyless = framed_.head_only || response.status == 204 || response.status == 304;
    const auto head_part = asio::buffer(head_);
    const auto body_part =
        bodyless ? asio::const_buffer() : asio::const_buffer(body.data(), body.size());
    co_return co_await send_all(head_part, body_part);
  }

  asio::awaitable<void> send_refusal(const Route* route) {
    framed_.keep_alive = false;
    linger_ = true;
    Response response = refusal_->code == "headers.too_large" ? problem_with_status(431, *refusal_)
                                                              : problem(*refusal_);
    refusal_.reset();
    core_->metrics_of(route).observe(response.status, Duration::zero());
    co_await send(std::move(response));
  }

  asio::awaitable<bool> send_stream(Response response) {
    phase = Phase::streaming;
    outgoing_ = response.stream;
    if (framed_.http_1_0) framed_.keep_alive = false;
    const bool chunked = !framed_.http_1_0;
    bool good = co_await send(std::move(response));
    watch_for_the_end();
    while (good && !gone_) {
      expires = Duration::max();
      Result<std::optional<std::string>> piece = co_await outgoing_->next();
      if (!piece)
        log::warn("http.stream_failed",
                  {{"code", piece.error().code}, {"detail", piece.error().detail}});
      good = piece.has_value() &&
             !gone_;  // an error cuts the answer off, so that it cannot pass for a whole one
      if (!good) break;
      if (!*piece) {
        if (chunked) good = co_await send_all(asio::buffer(std::string_view("0\r\n\r\n")), {});
        break;
      }
      if ((*piece)->empty()) continue;
      std::string text = std::move(**piece);
      head_ = chunked ? fmt::format("{:x}\r\n", text.size()) : std::string();
      if (chunked) text += "\r\n";
      good = co_await send_all(asio::buffer(head_), asio::buffer(text));
    }
    outgoing_->close();
    outgoing_.reset();
    // The watcher may be in the middle of a read, so the connection is not used again.
    co_return false;
  }

  /// While an answer streams nobody reads; this notices a client that goes away. What it sends
  /// meanwhile is dropped.
  void watch_for_the_end() {
    if (!parser_.done()) return;  // the body is still being read by its stream
    auto watch = [](std::shared_ptr<Session> self) -> asio::awaitable<void> {
      std::array<char, 256> dropped;
      while (!self->gone_) {
        const auto [error, n] =
            co_await self->stream_.async_read_some(asio::buffer(dropped), kAsTuple);
        if (error) break;
      }
      self->abort();
    };
    runtime::spawn(core_->runtime.executor, watch(this->shared_from_this()));
  }

  /// Closing while the client still sends resets the connection and may lose our answer on its way
  /// (RFC 9112, 9.6).
  asio::awaitable<void> linger() {
    if constexpr (kPlain) {
      boost::system::error_code error;
      socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
      phase = Phase::writing;
      expire_in(std::chrono::seconds(2));
      std::array<char, 4'096> dropped;
      for (std::size_t total = 0; !error && !gone_ && total < (1 << 20);) {
        const auto [failed, n] = co_await stream_.async_read_some(asio::buffer(dropped), kAsTuple);
        error = failed;
        total += n;
      }
    }
  }

  std::shared_ptr<ServerCore> core_;
  Stream stream_;
  std::string peer_;
  std::list<Connection*>::iterator place_;
  RequestParser parser_;
  InputBuffer input_;
  Router::Match match_;
  Framed framed_;
  TraceContext trace_;
  std::string path_;              ///< Of the request being handled.
  std::string head_;              // keeps its memory from answer to answer
  std::optional<Error> refusal_;  ///< Why this request is answered without a handler.
  std::shared_ptr<BodyStream> outgoing_;
  Duration body_began_{};
  std::uint64_t body_received_ = 0;
  bool continue_wanted_ = false;
  bool body_stuck_ = false;
  bool linger_ = false;
  bool gone_ = false;
};

/// The body of a route that asked for a stream. Usable until its handler's answer has been sent.
template <class Stream>
class Session<Stream>::Body final : public BodyStream {
 public:
  explicit Body(Session& session) : session_(&session) {}
  void detach() { session_ = nullptr; }
  Task<std::optional<std::string>> next() override {
    while (session_ != nullptr) {
      auto& parser = session_->parser_;
      if (!parser.body().empty()) co_return std::exchange(parser.body(), {});
      if (parser.done()) co_return std::nullopt;
      const bool more = co_await session_->read_body_more();
      if (session_ != nullptr)
        session_->phase = Phase::handling, session_->expires = Duration::max();
      if (!more && session_ != nullptr) co_return fail(session_->why_no_more());
    }
    co_return fail(ErrorKind::unavailable, "net.closed", "the request has been answered");
  }

 private:
  Session* session_;
};

}  // namespace pps::net
