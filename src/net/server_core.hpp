#pragma once

#include <list>
#include <unordered_map>

#include "net/http_parser.hpp"
#include "net/input_buffer.hpp"
#include "net/router.hpp"
#include "net/server.hpp"
#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"
#include "runtime/trace.hpp"

/// What the connections of one server share. For server*.cpp only.
namespace pps::net {

/// One connection, as the server sees it: something with a moment at which it has waited too long.
class Connection {
 public:
  virtual ~Connection() = default;
  enum class Phase { idle, reading, handling, writing, streaming };
  Phase phase = Phase::idle;
  Duration expires = Duration::max();  ///< In Clock::monotonic.

  virtual void expire() = 0;  ///< `expires` has passed.
  virtual void abort() = 0;   ///< Closes at once.
};

/// The counters of one operation, looked up once.
class OperationMetrics {
 public:
  explicit OperationMetrics(std::string operation);
  void observe(int status, Duration took);

 private:
  std::string operation_;
  metrics::Histogram& latency_;
  std::vector<std::pair<int, metrics::Counter*>> by_status_;
};

class ServerCore {
 public:
  ServerCore(runtime::Runtime& runtime, ServerOptions options,
             std::shared_ptr<const Router> router);

  runtime::Runtime& runtime;
  const ServerOptions options;
  const std::shared_ptr<const Router> router;
  trace::Tracer tracer;
  metrics::Gauge& connections_gauge;
  metrics::Gauge& in_flight_gauge;
  metrics::Counter& refused;
  std::list<Connection*> connections;
  std::size_t in_flight = 0;
  bool draining = false;
  runtime::Signal connection_ended;

  OperationMetrics& metrics_of(const Route* route);
  /// "Date: …\r\n", made once a second.
  std::string_view date_line();
  bool trusts(const std::string& address) const;
  /// The nearest address in X-Forwarded-For that no trusted proxy has.
  std::string client_address(const std::string& peer, const Headers& headers) const;
  Result<void> read_proxies();

 private:
  struct Prefix;
  std::unordered_map<const Route*, OperationMetrics> metrics_;
  std::string date_;
  std::int64_t date_second_ = -1;
  std::vector<std::function<bool(const std::string&)>> proxies_;
};

/// How a response goes on the wire.
struct Framed {
  bool head_only = false;  ///< The request was HEAD.
  bool http_1_0 = false;
  bool keep_alive = true;
};
/// Writes status line and fields, to the blank line, into `out` (cleared first).
void write_head(std::string& out, const Response& response, std::size_t body_size,
                const Framed& framed, std::string_view date_line, const TraceContext& trace);
std::string_view body_of(const Response& response);

}  // namespace pps::net
