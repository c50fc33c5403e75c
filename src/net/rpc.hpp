#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/client.hpp"
#include "net/router.hpp"
#include "runtime/task.hpp"

/// Service to service calls: `POST /internal/<service>/<method>` with the request struct as JSON
/// and the reply struct back, on the internal listener. Structs are described by Boost.Describe;
/// unknown fields are ignored (mixed versions during a rolling restart). An error travels as
/// problem+json and arrives as the same Error. The templates that turn structs into JSON are in
/// net/described_json.hpp, included by http.cpp and client.cpp files only.
namespace pps::net {

/// Says which ErrorKind a problem of an internal route is: two kinds may share a status.
inline constexpr std::string_view kErrorKindHeader = "PPS-Error-Kind";
/// What is left of the caller's deadline, in milliseconds; the callee's clock is another one.
inline constexpr std::string_view kTimeoutHeader = "PPS-Timeout-Ms";

using RawMethod = std::function<Task<std::string>(Context, std::string body)>;
/// Adds the internal route of one method.
void add_internal(Router& router, std::string_view service, std::string_view method, RawMethod raw);

/// The calling side. Loop-confined.
class RpcClient {
 public:
  /// @param token answers the current service token (client credentials), asked before each call.
  RpcClient(std::shared_ptr<HttpClient> http, std::string service,
            std::function<Task<std::string>(Context)> token);
  /// Errors: those of the method; `unavailable`, `unknown_outcome` of HttpClient; `unknown_outcome`
  /// `rpc.reply` for an answer that is not the method's (a proxy's page, a half reply).
  Task<std::string> call(Context context, std::string method, std::string body);

 private:
  std::shared_ptr<HttpClient> http_;
  std::string service_;
  std::function<Task<std::string>(Context)> token_;
};

}  // namespace pps::net
