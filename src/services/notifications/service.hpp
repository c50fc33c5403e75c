#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "bus/bus.hpp"
#include "services/auth/api.hpp"
#include "services/notifications/api.hpp"
#include "services/notifications/repository.hpp"
#include "services/notifications/transport.hpp"
#include "storage/keyring.hpp"
#include "storage/shard_host.hpp"

namespace pps::notifications {

/// The mails that wait, in memory; dies with its shard.
struct Outgoing {
  std::shared_ptr<storage::Shard> shard;
  std::map<std::uint64_t, MailRow> waiting;
  std::unordered_map<std::string, std::uint64_t> by_id;
  std::uint64_t next = 1;
  std::uint64_t delivered = 0;  ///< Raised when a mail leaves `by_id`.
};

/// Keeps every mail until the transport has taken it. Loop-confined.
class NotificationsService final : public NotificationsApi {
 public:
  struct Dependencies {
    runtime::Runtime& runtime;
    std::shared_ptr<storage::Table> table;
    std::shared_ptr<storage::Keyring> ring;
    std::shared_ptr<Transport> transport;
    std::string public_origin;  ///< For links.
    bool delivers = true;       ///< False: mails are only kept, for the process that does.
  };
  explicit NotificationsService(Dependencies dependencies);
  Task<void> start();
  /// Mails customers about their purchases from now on (topic "purchase", group "notifications").
  void follow_purchases(bus::Bus& bus, std::shared_ptr<auth::AuthApi> auth);

  Task<MailReply> send(Context context, Mail mail) override;

 private:
  Task<std::shared_ptr<Outgoing>> load(std::shared_ptr<storage::Shard> shard);
  Task<bool> was_sent(std::string id);
  /// Whether that mail waits or went out already.
  Task<bool> is_known(std::shared_ptr<Outgoing> outgoing, std::string id);
  static boost::asio::awaitable<void> deliver(NotificationsService* self,
                                              std::shared_ptr<Outgoing> outgoing,
                                              std::uint64_t seq);
  Task<void> hand_over(MailRow row);
  /// Writes the note of a mail that was sent, or given up, and lets its row go.
  Task<void> forget(std::shared_ptr<Outgoing> outgoing, std::uint64_t seq, std::string given_up);
  /// Why a mail is not tried again: it was refused for good, or is five days old.
  std::optional<std::string> reason_to_give_up(const Error& error, std::int64_t since_us) const;
  Task<void> tell_customer(std::shared_ptr<auth::AuthApi> auth, bus::Delivered delivered);

  Dependencies deps_;
  runtime::Semaphore handing_over_;
  storage::ShardHost<Outgoing> host_;
};

}  // namespace pps::notifications
