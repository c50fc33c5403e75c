#include "net/breaker.hpp"

namespace pps::net {

bool CircuitBreaker::allow(Duration now) {
  if (!open_) return true;
  if (now < next_try_) return false;
  next_try_ = now + open_for_;  // this one tries; the others wait for what it finds
  return true;
}

void CircuitBreaker::succeeded() {
  failures_ = 0;
  open_ = false;
}

void CircuitBreaker::failed(Duration now) {
  if (limit_ <= 0 || ++failures_ < limit_) return;
  open_ = true;
  next_try_ = now + open_for_;
}

}  // namespace pps::net
