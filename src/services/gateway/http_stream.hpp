#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/router.hpp"
#include "runtime/runtime.hpp"
#include "services/orchestrator/api.hpp"

namespace pps::gateway {

/// The server-sent events of one purchase (api/openapi.yaml, stream_purchase_events): long polls of the orchestrator,
/// so that it is the same whichever process runs that. Loop-confined.
class PurchaseStream final : public net::BodyStream {
 public:
  struct Setting {
    runtime::Runtime& runtime;
    std::shared_ptr<orchestrator::OrchestratorApi> api;
    Duration heartbeat;
    std::shared_ptr<void> place;      ///< Given back when the stream ends.
    net::Authenticator authenticate;  ///< Asked again once a heartbeat: a session that was ended sees no more.
    std::string token;
  };
  /// @param last_seen of Last-Event-ID; absent: begin with a snapshot. @param token_ends Unix microseconds; 0: never.
  PurchaseStream(Setting setting, orchestrator::PurchaseRequest purchase, std::optional<std::int64_t> last_seen,
                 std::int64_t token_ends_at_us);

  /// Checks that the purchase may be seen and fetches the first events: an error here is still a whole reply.
  Task<void> begin();
  Task<std::optional<std::string>> next() override;
  void close() override { closed_ = true; }

 private:
  Task<orchestrator::EventsReply> poll(Duration wait, bool first);
  std::string write(const orchestrator::EventsReply& reply);
  bool has_token_ended() const;
  /// Whether the token was taken back. An authentication server that cannot be asked takes nothing back.
  Task<bool> is_revoked();

  Setting setting_;
  orchestrator::PurchaseRequest purchase_;
  std::optional<std::int64_t> seen_;
  std::int64_t token_ends_at_us_;
  std::optional<std::string> first_;
  Duration asked_;       ///< When the token was last known to be good.
  bool over_ = false;    ///< `end` or `reauthenticate` was written.
  bool closed_ = false;
};

}  // namespace pps::gateway
