#pragma once

#include <boost/describe/class.hpp>
#include <map>
#include <string>

#include "runtime/context.hpp"
#include "runtime/task.hpp"

/// Notifications: e-mail now, webhooks later.
namespace pps::notifications {

struct Mail {
  std::string id;             ///< Idempotency: the same id is sent once (kept 30 days).
  std::string to;             ///< One address.
  std::string template_name;  ///< verify_email, email_known, purchase_accepted, purchase_completed,
                              ///< purchase_failed, purchase_cancelled
  std::string locale = "en";
  std::map<std::string, std::string> values;  ///< What the template names.
};
struct MailReply {
  bool queued = false;
};
BOOST_DESCRIBE_STRUCT(Mail, (), (id, to, template_name, locale, values))
BOOST_DESCRIBE_STRUCT(MailReply, (), (queued))

/// Loop-confined.
class NotificationsApi {
 public:
  virtual ~NotificationsApi() = default;
  /// Durable when it returns; delivered afterwards with retries. `invalid` for an unknown template
  /// or a missing value.
  virtual Task<MailReply> send(Context context, Mail mail) = 0;
};

}  // namespace pps::notifications
