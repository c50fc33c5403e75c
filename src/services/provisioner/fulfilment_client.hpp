#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/client.hpp"
#include "services/provisioner/api.hpp"

namespace pps::provisioner {

/// How one line stands at the fulfilment system.
struct Fulfilment {
  std::string id;      ///< Empty: it knows only the cancellation.
  std::string status;  ///< prepared released cancelled
  std::vector<std::string> licence_keys;
  std::string tracking;
};

/// PPS's side of the external fulfilment system (its API: src/simulators/fulfilment/README.md). A
/// refusal that the system states is `conflict` with its code; what it calls invalid is `invalid`.
/// Loop-confined.
class FulfilmentClient {
 public:
  explicit FulfilmentClient(std::shared_ptr<net::HttpClient> http) : http_(std::move(http)) {}

  /// Errors: `conflict` "already_undone", "fulfilment.differs"; `invalid`; `unavailable`,
  /// `unknown_outcome`.
  Task<Fulfilment> prepare(Context context, Line line);
  /// Errors: `conflict` "already_undone".
  Task<Fulfilment> release(Context context, Line line, std::string id);
  /// Errors: `conflict` "already_released". Leaves a tombstone where nothing was prepared.
  Task<Fulfilment> cancel(Context context, Line line);
  Task<std::optional<Fulfilment>> find(Context context, Line line);

 private:
  std::shared_ptr<net::HttpClient> http_;
};

}  // namespace pps::provisioner
