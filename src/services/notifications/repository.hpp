#pragma once

#include <map>
#include <string>

#include "storage/rows.hpp"
#include "storage/table.hpp"

/// The rows of notifications. A mail is live until it was handed to the transport.
namespace pps::notifications {

inline constexpr storage::Family kLive{"notifications_live", storage::FamilyUse::conditional};
/// Which mails went out, or were given up. Partition: the mail's id.
inline constexpr storage::Family kSent{"notifications_sent", storage::FamilyUse::plain};

/// Key: `seq`, ascending; everything below the mark "mails" is gone.
struct MailRow {
  static constexpr storage::RowKind kKind = 1;
  std::uint64_t seq = 0;
  std::string id, template_name, locale;
  std::string sealed_to;      ///< The address, sealed.
  std::string sealed_values;  ///< What the template names, sealed: links are secrets.
  std::int64_t asked_us = 0;  ///< When it was asked for; 0 in rows of older versions.
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&MailRow::seq), column<2>(&MailRow::id),
                      column<3>(&MailRow::template_name), column<4>(&MailRow::locale),
                      column<5>(&MailRow::sealed_to), column<6>(&MailRow::sealed_values),
                      column<7>(&MailRow::asked_us));
  }
};

/// What MailRow::sealed_values holds once opened.
struct MailValues {
  std::map<std::string, std::string> values;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&MailValues::values)); }
};

struct SentRow {
  static constexpr storage::RowKind kKind = 1;
  std::int64_t at_us = 0;
  std::string given_up;  ///< Why it was not sent after all; empty: it was.
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&SentRow::at_us), storage::column<2>(&SentRow::given_up));
  }
};

}  // namespace pps::notifications
