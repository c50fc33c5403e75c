#pragma once

#include <memory>
#include <string>

#include "net/http.hpp"
#include "runtime/runtime.hpp"

namespace pps::net {

struct ClientRequest {
  Method method = Method::get;
  std::string path;  ///< With query, percent-encoded; appended to the base URL.
  Headers headers;
  std::string body;
  /// May be sent again on a new connection after a failure in flight: only for GET/HEAD or with an
  /// idempotency key.
  bool idempotent = false;
  /// Tells the callee how long is left, as `PPS-Timeout-Ms`: between services of PPS only.
  bool send_deadline = false;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

/// The port through which PPS speaks HTTP outwards; simulated in tests/simulation.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Any HTTP status is a success here. Errors: `unavailable` (surely not sent: refused, circuit
  /// open, pool full), `unknown_outcome` (sent, no whole answer before Context::deadline),
  /// `too_large`.
  virtual Task<ClientResponse> send(Context context, ClientRequest request) = 0;
};

struct ClientOptions {
  std::string base_url;  ///< "http://127.0.0.1:8081", "https://api.stripe.com"; TLS verified
                         ///< against the system's roots.
  std::size_t max_connections = 64;
  std::size_t max_waiting = 4'096;  ///< Requests waiting for a connection; beyond: `unavailable`.
  Duration connect_timeout = std::chrono::seconds(2);
  Duration request_timeout =
      std::chrono::seconds(10);  ///< Where the context gives no earlier deadline.
  std::size_t max_response_bytes = 8 << 20;
  int retries = 2;            ///< For idempotent requests; full jitter from 20 ms, doubling.
  int breaker_failures = 20;  ///< Consecutive failures that open the circuit; 0: never.
  Duration breaker_open = std::chrono::seconds(1);
  /// Whether an answer of 500 and above counts as a failure, too: for one system with one health, as a provider is. A service
  /// of ours answers 503 for one busy row while all others are well.
  bool breaker_counts_5xx = false;
  std::string ca_file;  ///< Further trusted roots (PEM), for tests and private networks.
};

/// A pooled HTTP/1.1 client for one origin. Loop-confined. Errors: `invalid` `net.url`, `net.tls`.
Result<std::shared_ptr<HttpClient>> make_http_client(runtime::Runtime& runtime,
                                                     ClientOptions options);

}  // namespace pps::net
