#pragma once

#include <memory>
#include <string>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "services/notifications/templates.hpp"

namespace pps::notifications {

/// Hands one mail over. It may be asked twice for one mail (a crash after the hand-over), with the
/// same Message-ID.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Errors: `unavailable`, `unknown_outcome`: tried again later. `invalid` "smtp.refused": this mail will never be taken.
  virtual Task<void> deliver(std::string id, std::string to, Text text) = 0;
};

/// A maildir (as qmail's maildir(5) describes it): a file appears in `new` once it is whole and
/// synced.
std::shared_ptr<Transport> make_maildir(runtime::Runtime& runtime, std::string dir,
                                        std::string sender);

struct SmtpOptions {
  std::string url;  ///< "smtp://mail.example:587" or "smtps://…"; TLS is required unless it is a
                    ///< loopback address.
  std::string user, password;
  std::string sender;  ///< "shop@example.com"
};
std::shared_ptr<Transport> make_smtp(runtime::Runtime& runtime, SmtpOptions options);

/// Whether an SMTP reply says that this mail will never be taken: 5yz (RFC 5321, 4.2.1), but for those about our own
/// credentials (RFC 4954), which an operator will mend.
bool refuses_for_good(long reply);

/// False for a server on this machine's loopback addresses.
bool requires_tls(const std::string& smtp_url);

/// The message (RFC 5322, UTF-8 as RFC 6532 allows with 8BITMIME), CRLF lines.
std::string compose_message(const std::string& id, const std::string& sender, const std::string& to,
                            const Text& text, Timestamp at);

}  // namespace pps::notifications
