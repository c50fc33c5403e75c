#include "net/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include "net/server_session.hpp"

namespace pps::net {

namespace {
using Acceptor = asio::ip::tcp::acceptor;

asio::any_io_executor loop_of(const runtime::Runtime& runtime) {
  PPS_INVARIANT(runtime.executor.target<asio::io_context::executor_type>() !=
                nullptr);  // sockets need the real loop
  return runtime.executor;
}

Result<std::unique_ptr<asio::ssl::context>> make_tls(const TlsFiles& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  boost::system::error_code error;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
  context->use_certificate_chain_file(files.certificate_chain, error);
  if (error)
    return fail(ErrorKind::invalid, "net.tls", files.certificate_chain + ": " + error.message());
  context->use_private_key_file(files.private_key, asio::ssl::context::pem, error);
  if (error) return fail(ErrorKind::invalid, "net.tls", files.private_key + ": " + error.message());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return fail(ErrorKind::invalid, "net.tls",
                files.private_key + " is not the key of " + files.certificate_chain);
  return context;
}
}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(runtime::Runtime& runtime, ServerOptions options, std::shared_ptr<const Router> router)
      : core(std::make_shared<ServerCore>(runtime, std::move(options), std::move(router))),
        acceptor(loop_of(runtime)) {}

  std::shared_ptr<ServerCore> core;
  Acceptor acceptor;
  std::unique_ptr<asio::ssl::context> tls;
  std::uint16_t port = 0;
  runtime::TimerHandle sweep_timer;
  bool sweeping = false;

  Result<void> listen();
  asio::awaitable<void> accept();
  void admit(Socket socket);
  void turn_away(Socket& socket);
  void sweep_later();
  void sweep();
  void abort_all();
};

Result<void> Server::State::listen() {
  const auto& options = core->options;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error)
    return fail(ErrorKind::invalid, "net.address", options.address + " is not an IP address");
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    return fail(ErrorKind::unavailable, "net.address_in_use",
                fmt::format("{}:{} is in use", options.address, options.port));
  if (error)
    return fail(ErrorKind::invalid, "net.address",
                fmt::format("{}:{}: {}", options.address, options.port, error.message()));
  port = acceptor.local_endpoint(error).port();
  return {};
}

asio::awaitable<void> Server::State::accept() {
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kAsTuple);
    if (!error) {
      admit(std::move(socket));
    } else if (error != asio::error::operation_aborted &&
               error != asio::error::connection_aborted) {
      // Out of descriptors most likely: the waiting connection stays in the queue, so do not spin.
      log::warn("http.accept_failed",
                {{"listener", core->options.name}, {"error", error.message()}});
      co_await runtime::sleep_for(core->runtime, std::chrono::milliseconds(100));
    }
  }
}

void Server::State::admit(Socket socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.non_blocking(true, error);
  if (core->connections.size() >= core->options.max_connections) return turn_away(socket);
  auto address = peer.address().to_string();
  const auto executor = core->runtime.executor;
  if (tls) {
    auto session = std::make_shared<Session<TlsStream>>(core, TlsStream(std::move(socket), *tls),
                                                        std::move(address));
    runtime::spawn(executor, session->run());
  } else {
    auto session = std::make_shared<Session<Socket>>(core, std::move(socket), std::move(address));
    runtime::spawn(executor, session->run());
  }
  sweep_later();
}

void Server::State::turn_away(Socket& socket) {
  core->refused.add();
  if (tls) return;
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: "
      "0\r\n\r\n";
  boost::system::error_code ignored;
  socket.write_some(asio::buffer(kAnswer), ignored);
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

// One timer for all connections: each only carries the moment at which it has waited too long.
// Looking at ten thousand of them takes tens of microseconds; arming a timer for each read would
// cost more on every request.
void Server::State::sweep_later() {
  if (std::exchange(sweeping, true)) return;
  const auto& options = core->options;
  const Duration tick =
      std::clamp<Duration>(std::min(options.header_timeout, options.idle_timeout) / 4,
                           std::chrono::milliseconds(10), std::chrono::seconds(1));
  sweep_timer = core->runtime.timers.call_at(core->runtime.clock.monotonic() + tick,
                                             [weak = weak_from_this()] {
                                               if (const auto self = weak.lock()) self->sweep();
                                             });
}

void Server::State::sweep() {
  sweeping = false;
  const Duration now = core->runtime.clock.monotonic();
  for (Connection* connection : core->connections)
    if (connection->expires <= now) {
      connection->expires = Duration::max();
      connection->expire();
    }
  if (!core->connections.empty()) sweep_later();
}

void Server::State::abort_all() {
  for (Connection* connection : core->connections) connection->abort();
}

Server::Server(runtime::Runtime& runtime, ServerOptions options,
               std::shared_ptr<const Router> router)
    : state_(std::make_shared<State>(runtime, std::move(options), std::move(router))) {}

Server::~Server() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->sweep_timer.reset();
  state_->abort_all();
}

Result<void> Server::start() {
  if (auto read = state_->core->read_proxies(); !read) return read;
  if (const auto& files = state_->core->options.tls) {
    auto tls = make_tls(*files);
    if (!tls) return fail(std::move(tls).error());
    state_->tls = std::move(*tls);
  }
  if (auto listening = state_->listen(); !listening) return listening;
  auto serve = [](std::shared_ptr<State> state) -> asio::awaitable<void> {
    co_await state->accept();
  };
  runtime::spawn(state_->core->runtime.executor, serve(state_));
  return {};
}

std::uint16_t Server::port() const { return state_->port; }

Task<void> Server::drain(Duration deadline) {
  const auto state = state_;
  auto& core = *state->core;
  core.draining = true;
  boost::system::error_code ignored;
  state->acceptor.close(ignored);
  for (Connection* connection : core.connections)
    if (connection->phase == Connection::Phase::idle ||
        connection->phase == Connection::Phase::streaming)
      connection->abort();
  auto late = core.runtime.timers.call_at(deadline, [state] {
    state->abort_all();
    state->core->connection_ended.notify();
  });
  // A handler that still runs after the deadline has lost its connection; nobody waits for it any
  // longer.
  while (!core.connections.empty() && core.runtime.clock.monotonic() < deadline)
    co_await core.connection_ended.wait();
  co_return Result<void>();
}

}  // namespace pps::net
