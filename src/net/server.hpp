#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/router.hpp"
#include "runtime/runtime.hpp"

namespace pps::net {

struct TlsFiles {
  std::string certificate_chain;  ///< PEM file.
  std::string private_key;        ///< PEM file.
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                      ///< 0: any free one; see Server::port.
  std::optional<TlsFiles> tls;                 ///< TLS 1.3 only.
  std::size_t max_connections = 10'000;        ///< Beyond: 503 with Retry-After and close.
  std::size_t max_requests_in_flight = 4'096;  ///< Beyond: 503 with Retry-After.
  std::size_t max_header_bytes = 16 * 1024;    ///< 431 beyond.
  Duration header_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(75);
  /// What a handler is given beyond its route's deadline before 504 is answered in its place.
  Duration handler_grace = std::chrono::seconds(5);
  /// Addresses or prefixes ("10.0.0.0/8") of proxies whose X-Forwarded-For is believed for
  /// Request::peer_address.
  std::vector<std::string> trusted_proxies{};
  std::string name{};  ///< "public" or "internal", for logs and metrics.
};

/// Whether it can be one of ServerOptions::trusted_proxies.
bool is_address_or_prefix(const std::string& text);

/// An HTTP/1.1 server on a loop. Loop-confined.
class Server {
 public:
  Server(runtime::Runtime& runtime, ServerOptions options, std::shared_ptr<const Router> router);
  ~Server();
  /// Errors: `unavailable` `net.address_in_use`; `invalid` `net.address`, `net.tls`, `net.proxy`.
  Result<void> start();
  std::uint16_t port() const;
  /// Stops accepting, lets requests in flight end until `deadline` (monotonic), then closes. SSE
  /// streams are closed at once.
  Task<void> drain(Duration deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pps::net
