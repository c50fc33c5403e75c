#pragma once

#include "base/time.hpp"

namespace pps::net {

/// Stops calling something that has failed many times in a row, and lets one call at a time try
/// again after a while. Loop-confined. Moments are in Clock::monotonic.
class CircuitBreaker {
 public:
  /// @param failures in a row that open it; 0: never.
  CircuitBreaker(int failures, Duration open_for) : limit_(failures), open_for_(open_for) {}

  /// Whether a call may be made now. Each allowed call should be followed by `succeeded` or
  /// `failed`; one that never is does no harm beyond another `open_for`.
  bool allow(Duration now);
  void succeeded();
  void failed(Duration now);
  bool is_open() const { return open_; }

 private:
  int limit_;
  Duration open_for_;
  int failures_ = 0;
  bool open_ = false;
  Duration next_try_{};
};

}  // namespace pps::net
