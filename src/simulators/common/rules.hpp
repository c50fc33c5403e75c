#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "net/http.hpp"
#include "runtime/runtime.hpp"
#include "simulators/common/store.hpp"

namespace pps::simulators {

/// What a request may use besides the store. Handed in, so that the rules know no clock and no
/// random source.
struct Moment {
  Timestamp now;
  runtime::Random& random;
};

/// What a fault makes of the work itself. (Slow, silent and dead are matters of the line, not of
/// the rules.)
enum class Mishap {
  none,
  error_before,  ///< Answer 500 and do nothing.
  error_after,   ///< Do the work, then answer 500.
};

/// An external system as pure rules: one request in, one answer out, at once. Everything it
/// remembers goes through the store; an answer may be shown when the store is durable.
class Rules {
 public:
  virtual ~Rules() = default;
  virtual net::Response handle(Store& store, const Moment& moment, const net::Request& request,
                               Mishap mishap) = 0;
  /// Two requests with the same name may not run at the same time; the second gets `busy`. Nothing:
  /// no such limit.
  virtual std::optional<std::string> exclusive_name(const net::Request&) const {
    return std::nullopt;
  }
  virtual net::Response busy() const { return {.status = 409}; }
  /// The answer while the system is down for maintenance.
  virtual net::Response down() const = 0;
};

/// `<prefix><8 characters of time><14 random characters>`: sorts by the time it was made (to the
/// millisecond).
std::string make_id(std::string_view prefix, const Moment& moment);

/// RFC 9457 with `code`, as JSON.
net::Response problem_reply(int status, std::string_view code, std::string_view detail);
net::Response json_reply(int status, std::string body);

}  // namespace pps::simulators
