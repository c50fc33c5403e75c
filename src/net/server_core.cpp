#include "net/server_core.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "runtime/log.hpp"

namespace pps::net {

namespace asio = boost::asio;

OperationMetrics::OperationMetrics(std::string operation)
    : operation_(std::move(operation)),
      latency_(metrics::histogram("pps_http_request_seconds",
                                  "From the head of a request to its answer.",
                                  {{"operation", operation_}})) {}

void OperationMetrics::observe(int status, Duration took) {
  latency_.observe_us(took.count());
  for (auto& [known, counter] : by_status_)
    if (known == status) return counter->add();
  auto& counter = metrics::counter("pps_http_requests_total", "Requests answered.",
                                   {{"operation", operation_}, {"status", std::to_string(status)}});
  by_status_.emplace_back(status, &counter);
  counter.add();
}

ServerCore::ServerCore(runtime::Runtime& r, ServerOptions o, std::shared_ptr<const Router> routes)
    : runtime(r),
      options(std::move(o)),
      router(std::move(routes)),
      tracer(r),
      connections_gauge(metrics::gauge("pps_http_connections", "Open connections.",
                                       {{"listener", options.name}})),
      in_flight_gauge(metrics::gauge("pps_http_in_flight", "Requests being answered.",
                                     {{"listener", options.name}})),
      refused(metrics::counter("pps_http_refused_total", "Connections and requests over a limit.",
                               {{"listener", options.name}})) {}

OperationMetrics& ServerCore::metrics_of(const Route* route) {
  const auto found = metrics_.find(route);
  if (found != metrics_.end()) return found->second;
  return metrics_.emplace(route, OperationMetrics(route == nullptr ? "none" : route->operation_id))
      .first->second;
}

std::string_view ServerCore::date_line() {
  const std::int64_t second = to_unix_us(runtime.clock.now()) / 1'000'000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                        fmt::gmtime(static_cast<std::time_t>(second)));
  }
  return date_;
}

namespace {
template <class Network, class Address>
std::function<bool(const std::string&)> within(Network network,
                                               Address (*parse)(const char*,
                                                                boost::system::error_code&)) {
  return [network, parse](const std::string& text) {
    boost::system::error_code error;
    const Address address = parse(text.c_str(), error);
    return !error && Network(address, network.prefix_length()).canonical() == network.canonical();
  };
}

/// Empty if the text is neither an address nor a prefix.
std::function<bool(const std::string&)> matcher_of(const std::string& text) {
  const bool v6 = text.find(':') != std::string::npos;
  const std::string prefix =
      text.find('/') == std::string::npos ? text + (v6 ? "/128" : "/32") : text;
  boost::system::error_code error;
  std::function<bool(const std::string&)> matcher;
  if (v6)
    matcher = within<asio::ip::network_v6, asio::ip::address_v6>(
        asio::ip::make_network_v6(prefix, error), asio::ip::make_address_v6);
  else
    matcher = within<asio::ip::network_v4, asio::ip::address_v4>(
        asio::ip::make_network_v4(prefix, error), asio::ip::make_address_v4);
  return error ? nullptr : matcher;
}
}  // namespace

bool is_address_or_prefix(const std::string& text) { return matcher_of(text) != nullptr; }

Result<void> ServerCore::read_proxies() {
  for (const std::string& text : options.trusted_proxies) {
    proxies_.push_back(matcher_of(text));
    if (!proxies_.back())
      return fail(ErrorKind::invalid, "net.proxy",
                  text + " is neither an address nor a prefix like 10.0.0.0/8");
  }
  return {};
}

bool ServerCore::trusts(const std::string& address) const {
  for (const auto& matches : proxies_)
    if (matches(address)) return true;
  return false;
}

std::string ServerCore::client_address(const std::string& peer, const Headers& headers) const {
  if (proxies_.empty() || !trusts(peer)) return peer;
  std::string chain;
  for (const auto& [name, value] : headers.all())
    if (same_name(name, "X-Forwarded-For")) chain.append(chain.empty() ? "" : ",").append(value);
  // From the right: each proxy appended whom it saw; what stands left of the first stranger anyone
  // may have written.
  std::string nearest = peer;
  while (!chain.empty() && trusts(nearest)) {
    const auto comma = chain.rfind(',');
    std::string_view last =
        std::string_view(chain).substr(comma == std::string::npos ? 0 : comma + 1);
    last.remove_prefix(std::min(last.find_first_not_of(' '), last.size()));
    last = last.substr(0, last.find_last_not_of(' ') + 1);
    boost::system::error_code error;
    asio::ip::make_address(std::string(last), error);
    if (error) break;
    nearest = last;
    chain.resize(comma == std::string::npos ? 0 : comma);
  }
  return nearest;
}

namespace {

std::string_view status_line(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 201:
      return "HTTP/1.1 201 Created\r\n";
    case 202:
      return "HTTP/1.1 202 Accepted\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 206:
      return "HTTP/1.1 206 Partial Content\r\n";
    case 302:
      return "HTTP/1.1 302 Found\r\n";
    case 303:
      return "HTTP/1.1 303 See Other\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 412:
      return "HTTP/1.1 412 Precondition Failed\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 415:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 422:
      return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 428:
      return "HTTP/1.1 428 Precondition Required\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 500:
      return "HTTP/1.1 500 Internal Server Error\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    case 504:
      return "HTTP/1.1 504 Gateway Timeout\r\n";
    default:
      return {};
  }
}

// A line break in a value would end the head where its writer likes (response splitting).
bool is_safe(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_ours(std::string_view name) {
  return same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding") ||
         same_name(name, "Connection") || same_name(name, "Date");
}

}  // namespace

std::string_view body_of(const Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  const auto& shared = std::get<std::shared_ptr<const std::string>>(response.body);
  return shared ? std::string_view(*shared) : std::string_view();
}

void write_head(std::string& out, const Response& response, std::size_t body_size,
                const Framed& framed, std::string_view date_line, const TraceContext& trace) {
  out.clear();
  if (const auto line = status_line(response.status); !line.empty())
    out += line;
  else
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} -\r\n", response.status);
  out += date_line;
  out += "X-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers.all()) {
    if (is_ours(name)) continue;
    if (!is_safe(name) || !is_safe(value)) {
      log::error("http.header_refused", {{"name", name}});
      continue;
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (trace::is_set(trace)) out.append("traceparent: ").append(trace::format(trace)).append("\r\n");
  if (response.stream) {
    if (!framed.http_1_0) out += "Transfer-Encoding: chunked\r\n";
  } else if (response.status >= 200 && response.status != 204 && response.status != 304) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", body_size);
  }
  if (!framed.keep_alive)
    out += "Connection: close\r\n";
  else if (framed.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

}  // namespace pps::net
