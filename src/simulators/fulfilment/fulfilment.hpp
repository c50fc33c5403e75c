#pragma once

#include "simulators/common/rules.hpp"

/// The external warehouse and licence system as pure rules: README.md is its API. Not for the
/// program alone: the whole-system simulation uses the same rules as its model (with
/// simulators::ModelClient and a MemoryStore).
namespace pps::fulfilment {

class Fulfilment final : public simulators::Rules {
 public:
  /// POST /v1/fulfilments, …/{id}/release, …/{id}/cancel, /v1/fulfilments/cancel; GET
  /// /v1/fulfilments, …/{id}.
  net::Response handle(simulators::Store& store, const simulators::Moment& moment,
                       const net::Request& request, simulators::Mishap mishap) override;
  net::Response down() const override;
};

}  // namespace pps::fulfilment
