#include "net/client.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "net/breaker.hpp"
#include "net/client_link.hpp"
#include "net/rpc.hpp"
#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"
#include "runtime/trace.hpp"

namespace pps::net {

namespace {

using Resolver = asio::ip::tcp::resolver;
using LinkPtr = std::shared_ptr<Link>;

constexpr std::size_t kMaxHeaderBytes = 32 * 1024;
constexpr Duration kMaxIdle =
    std::chrono::seconds(30);  // below the 60 to 75 s at which servers close
constexpr Duration kFirstBackoff = std::chrono::milliseconds(20);

struct Origin {
  bool tls = false;
  std::string host;  // without brackets
  std::string port;
  std::string authority;  // for the Host field
  std::string base_path;  // without a slash at the end
};

Result<Origin> parse_origin(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorKind::invalid, "net.url", text + " is not a URL like https://host:port");
  };
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->has_userinfo() || url->has_query() || url->has_fragment() || url->host().empty())
    return bad();
  Origin out;
  out.tls = url->scheme_id() == boost::urls::scheme::https;
  if (!out.tls && url->scheme_id() != boost::urls::scheme::http) return bad();
  out.host = url->host_address();
  out.port = url->has_port() ? std::string(url->port()) : (out.tls ? "443" : "80");
  std::uint16_t number = 0;  // Boost.URL takes ports of any length
  const auto [end, error] =
      std::from_chars(out.port.data(), out.port.data() + out.port.size(), number);
  if (error != std::errc() || number == 0) return bad();
  out.authority = url->encoded_host_and_port();
  out.base_path = url->encoded_path();
  while (out.base_path.ends_with('/')) out.base_path.pop_back();
  return out;
}

std::unexpected<Error> unavailable(std::string code, std::string detail) {
  return fail(Error{ErrorKind::unavailable, std::move(code), std::move(detail), {}, 1});
}

bool is_safe(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// A caller in line for a connection. It gets one that another gave back, or the right to open one.
struct Waiter {
  std::function<void()> resume;
  bool over = false;  // served or too late
  bool served = false;
  LinkPtr link;
};

class PooledClient final : public HttpClient, public std::enable_shared_from_this<PooledClient> {
 public:
  PooledClient(runtime::Runtime& runtime, ClientOptions options, Origin origin,
               std::shared_ptr<asio::ssl::context> tls, asio::any_io_executor loop)
      : runtime_(runtime),
        options_(std::move(options)),
        origin_(std::move(origin)),
        tls_(std::move(tls)),
        loop_(loop),
        tracer_(runtime),
        breaker_(options_.breaker_failures, options_.breaker_open),
        exchanges_(metrics::counter("pps_http_client_requests_total", "Requests sent to another server, repetitions included.",
                                    {{"peer", origin_.authority}})) {}

  Task<ClientResponse> send(Context context, ClientRequest request) override {
    const auto self = shared_from_this();
    const Duration deadline = std::min(context.deadline, now() + options_.request_timeout);
    if (auto bad = check(request)) co_return fail(std::move(*bad));
    int retries_left = request.idempotent ? options_.retries : 0;
    Duration backoff = kFirstBackoff;
    while (true) {
      Result<ClientResponse> result = co_await guarded_attempt(context, request, deadline);
      if (result || retries_left-- == 0 || !may_retry(result.error())) co_return result;
      // Full jitter: those who failed together do not come back together.
      const Duration pause(static_cast<std::int64_t>(
          runtime_.random.below(static_cast<std::uint64_t>(backoff.count()))));
      backoff *= 2;
      if (now() + pause >= deadline) co_return result;
      co_await runtime::sleep_for(runtime_, pause);
    }
  }

 private:
  Duration now() const { return runtime_.clock.monotonic(); }

  static bool may_retry(const Error& error) {
    return error.code != "net.circuit_open" && error.code != "net.pool_full" &&
           (error.kind == ErrorKind::unavailable || error.kind == ErrorKind::unknown_outcome);
  }

  static std::optional<Error> check(const ClientRequest& request) {
    bool good = request.path.starts_with('/') && request.path.find(' ') == std::string::npos &&
                is_safe(request.path);
    for (const auto& [name, value] : request.headers.all())
      good = good && is_safe(name) && is_safe(value);
    if (good) return std::nullopt;
    return Error{
        ErrorKind::internal, "net.request", "a path or header field that cannot be sent", {}, 0};
  }

  Task<ClientResponse> guarded_attempt(Context context, const ClientRequest& request,
                                       Duration deadline) {
    if (now() >= deadline)
      co_return unavailable("net.deadline", "the deadline has passed before anything was sent");
    if (!breaker_.allow(now()))
      co_return unavailable(
          "net.circuit_open",
          origin_.authority + " has failed too often; waiting before the next try");
    Result<ClientResponse> result = co_await attempt(context, request, deadline);
    const bool ill = result && result->status >= 500 && options_.breaker_counts_5xx;
    if (ill)
      breaker_.failed(now());
    else if (result || result.error().kind == ErrorKind::too_large)
      breaker_.succeeded();
    else if (result.error().code != "net.pool_full")
      breaker_.failed(now());
    co_return result;
  }

  Task<ClientResponse> attempt(Context context, const ClientRequest& request, Duration deadline) {
    while (true) {
      Result<LinkPtr> acquired = co_await acquire(deadline);
      if (!acquired) co_return fail(std::move(acquired).error());
      LinkPtr link = std::move(*acquired);
      const bool reused = std::exchange(link->used, true);
      ResponseParser parser(kMaxHeaderBytes, options_.max_response_bytes);
      auto timer = runtime_.timers.call_at(deadline, [weak = std::weak_ptr(link)] {
        if (const auto alive = weak.lock()) alive->abort();
      });
      exchanges_.add();
      std::string head = head_of(context, request, deadline);
      std::string body = request.body;
      Exchange done = co_await link->exchange(std::move(head), std::move(body),
                                              request.method == Method::head, parser);
      timer.reset();
      release(done.reusable ? std::move(link) : nullptr);
      if (done.whole)
        co_return ClientResponse{parser.head().status, std::move(parser.head().headers),
                                 std::move(parser.body())};
      if (done.too_large)
        co_return fail(ErrorKind::too_large, "net.response_too_large",
                       fmt::format("{} answers with more than {} bytes", origin_.authority,
                                   options_.max_response_bytes));
      if (!done.sent_any) {
        if (reused && now() < deadline)
          continue;  // it had closed; nothing was sent, so another connection may
        co_return unavailable("net.not_sent", origin_.authority + ": " + done.problem);
      }
      // The usual race: the server closed an idle connection just when we wrote. It has most likely
      // read nothing, but only a request that may be done twice is worth that guess.
      if (reused && !done.got_any && request.idempotent && now() < deadline) {
        drop_idle();
        continue;
      }
      const bool late = now() >= deadline;
      co_return fail(
          ErrorKind::unknown_outcome, late ? "net.deadline" : "net.broken_off",
          origin_.authority + ": " + (late ? "no whole answer before the deadline" : done.problem));
    }
  }

  std::string head_of(const Context& context, const ClientRequest& request, Duration deadline) {
    std::string out;
    out.append(name_of(request.method))
        .append(" ")
        .append(origin_.base_path)
        .append(request.path)
        .append(" HTTP/1.1\r\nHost: ")
        .append(origin_.authority)
        .append("\r\n");
    for (const auto& [name, value] : request.headers.all())
      out.append(name).append(": ").append(value).append("\r\n");
    const bool has_body = request.method == Method::post || request.method == Method::put ||
                          request.method == Method::patch || !request.body.empty();
    if (has_body)
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", request.body.size());
    if (trace::is_set(context.trace))
      out.append("traceparent: ")
          .append(trace::format(tracer_.child_of(context.trace)))
          .append("\r\n");
    if (request.send_deadline) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now());
      fmt::format_to(std::back_inserter(out), "{}: {}\r\n", kTimeoutHeader,
                     std::max<std::int64_t>(left.count(), 0));
    }
    return out += "\r\n";
  }

  // ------------------------------------------------------------------------------------------------
  // the pool

  Task<LinkPtr> acquire(Duration deadline) {
    if (waiting_.empty()) {
      while (!idle_.empty()) {
        LinkPtr link = std::move(idle_.back());
        idle_.pop_back();
        if (now() - link->idle_since < kMaxIdle && link->is_quiet()) co_return link;
        --open_;
      }
      if (open_ < options_.max_connections) {
        ++open_;
        co_return co_await connect_counted(deadline);
      }
    }
    if (waiting_.size() >= options_.max_waiting)
      co_return unavailable("net.pool_full",
                            "too many requests wait for a connection to " + origin_.authority);
    auto waiter = std::make_shared<Waiter>();
    waiting_.push_back(waiter);
    auto timer = runtime_.timers.call_at(deadline, [waiter] {
      if (!std::exchange(waiter->over, true) && waiter->resume) waiter->resume();
    });
    auto start = [waiter](std::function<void()> resume) { waiter->resume = std::move(resume); };
    co_await runtime::suspend(start);
    timer.reset();
    if (!waiter->served) {
      std::erase(waiting_, waiter);
      co_return unavailable("net.pool_full", "no connection to " + origin_.authority +
                                                 " became free before the deadline");
    }
    if (waiter->link && waiter->link->is_quiet()) co_return std::move(waiter->link);
    co_return co_await connect_counted(deadline);
  }

  /// Gives a place in the pool back, with its connection if that can be used again.
  void release(LinkPtr link) {
    if (link) link->idle_since = now();
    while (!waiting_.empty()) {
      const auto waiter = std::move(waiting_.front());
      waiting_.pop_front();
      if (std::exchange(waiter->over, true)) continue;
      waiter->served = true;
      waiter->link = std::move(link);
      return waiter->resume();
    }
    if (!link) {
      --open_;
      return;
    }
    idle_.push_back(std::move(link));
    while (now() - idle_.front()->idle_since >= kMaxIdle) {
      idle_.pop_front();
      --open_;
    }
  }

  void drop_idle() {
    open_ -= idle_.size();
    idle_.clear();
  }

  Task<LinkPtr> connect_counted(Duration deadline) {
    Result<LinkPtr> link = co_await connect(deadline);
    if (!link) release(nullptr);
    co_return link;
  }

  // -----------------------------------------------------------------------------------------------
  // connecting

  Task<LinkPtr> connect(Duration deadline) {
    auto resolver = std::make_shared<Resolver>(loop_);
    auto socket = std::make_shared<Socket>(loop_);
    bool late = false;
    auto timer = runtime_.timers.call_at(std::min(deadline, now() + options_.connect_timeout),
                                         [&late, resolver, socket] {
                                           late = true;
                                           resolver->cancel();
                                           boost::system::error_code ignored;
                                           socket->close(ignored);
                                         });
    const auto [unresolved, endpoints] = co_await resolver->async_resolve(
        origin_.host, origin_.port, asio::ip::resolver_base::numeric_service, kAsTuple);
    if (unresolved)
      co_return unavailable("net.unresolved", origin_.host + ": " + unresolved.message());
    boost::system::error_code error = asio::error::host_not_found;
    for (const auto& entry : endpoints) {
      if (late) break;
      boost::system::error_code ignored;
      socket->close(ignored);
      const auto [failed] = co_await socket->async_connect(entry.endpoint(), kAsTuple);
      error = failed;
      if (!error) break;
    }
    if (error || late)
      co_return unavailable("net.refused", origin_.authority + ": " +
                                               (late ? "no connection in time" : error.message()));
    socket->set_option(asio::ip::tcp::no_delay(true), error);
    socket->non_blocking(true, error);
    if (!origin_.tls) {
      timer.reset();
      co_return std::make_shared<StreamLink<Socket>>(std::move(*socket));
    }
    timer.reset();
    co_return co_await secure(std::move(*socket), deadline);
  }

  Task<LinkPtr> secure(Socket socket, Duration deadline) {
    auto link = std::make_shared<StreamLink<TlsStream>>(TlsStream(std::move(socket), *tls_));
    auto& stream = link->stream();
    boost::system::error_code is_name;
    asio::ip::make_address(origin_.host, is_name);
    if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), origin_.host.c_str());
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(origin_.host));
    auto timer = runtime_.timers.call_at(std::min(deadline, now() + options_.connect_timeout),
                                         [weak = std::weak_ptr(link)] {
                                           if (const auto alive = weak.lock()) alive->abort();
                                         });
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAsTuple);
    timer.reset();
    if (failed) co_return unavailable("net.tls", origin_.authority + ": " + failed.message());
    co_return link;
  }

  runtime::Runtime& runtime_;
  const ClientOptions options_;
  const Origin origin_;
  const std::shared_ptr<asio::ssl::context> tls_;
  asio::any_io_executor loop_;
  trace::Tracer tracer_;
  CircuitBreaker breaker_;
  metrics::Counter& exchanges_;
  std::deque<LinkPtr> idle_;
  std::size_t open_ = 0;  // idle, in use or being opened
  std::deque<std::shared_ptr<Waiter>> waiting_;
};

Result<std::shared_ptr<asio::ssl::context>> make_tls(const std::string& ca_file) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  boost::system::error_code error;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
  context->set_default_verify_paths(error);
  if (!error && !ca_file.empty()) context->load_verify_file(ca_file, error);
  if (error) return fail(ErrorKind::invalid, "net.tls", ca_file + ": " + error.message());
  return context;
}

}  // namespace

Result<std::shared_ptr<HttpClient>> make_http_client(runtime::Runtime& runtime,
                                                     ClientOptions options) {
  PPS_INVARIANT(runtime.executor.target<asio::io_context::executor_type>() !=
                nullptr);  // sockets need the real loop
  auto origin = parse_origin(options.base_url);
  if (!origin) return fail(std::move(origin).error());
  std::shared_ptr<asio::ssl::context> tls;
  if (origin->tls) {
    auto made = make_tls(options.ca_file);
    if (!made) return fail(std::move(made).error());
    tls = std::move(*made);
  }
  return std::make_shared<PooledClient>(runtime, std::move(options), std::move(*origin),
                                        std::move(tls), runtime.executor);
}

}  // namespace pps::net
