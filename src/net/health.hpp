#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/router.hpp"

namespace pps::net {

/// Whether the process can take requests, part by part. Loop-confined.
class Health {
 public:
  enum class Part { ok, starting, failed };
  enum class Whole { ready, starting, draining, unwell };

  /// @param check is asked at each `/readyz`; it must not block. @pre the name is new.
  void add(std::string name, std::function<Part()> check) {
    checks_.emplace_back(std::move(name), std::move(check));
  }
  void set_draining() { draining_ = true; }  ///< Load balancers look elsewhere from now on.

  Whole whole() const;
  std::vector<std::pair<std::string, Part>> parts() const;

 private:
  std::vector<std::pair<std::string, std::function<Part()>>> checks_;
  bool draining_ = false;
};

/// `GET /livez` and `GET /readyz` (503 with Retry-After unless ready).
void add_health_routes(Router& router, std::shared_ptr<const Health> health);
/// `GET /metrics`, Prometheus text. Meant for the internal listener.
void add_metrics_route(Router& router, Access access);

}  // namespace pps::net
