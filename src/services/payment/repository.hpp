#pragma once

#include <map>
#include <string>

#include "base/id.hpp"
#include "base/money.hpp"
#include "storage/rows.hpp"
#include "storage/shard.hpp"

/// The payment service's rows. A payment is live from its intent's creation until it has ended.
namespace pps::payment {

inline constexpr storage::Family kLive{"payment_live", storage::FamilyUse::conditional};
/// Ended payments. Partition: the purchase.
inline constexpr storage::Family kSettled{"payment_settled", storage::FamilyUse::plain};
/// The provider's customer of one of ours. Partition: our customer.
inline constexpr storage::Family kCustomers{"payment_customers", storage::FamilyUse::conditional};

enum class PaymentState : std::uint8_t {
  created = 1,  ///< The intent's id is known; it may or may not have been confirmed: read it.
  requires_action,
  authorized,
  captured,
  declined,
  voided,  ///< Cancelled, or stopped before it came (no intent).
};

/// Live key: `seq`, ascending; everything below the mark "payments" is gone. Settled key: empty.
struct PaymentRow {
  static constexpr storage::RowKind kKind = 1;
  std::uint64_t seq = 0;
  std::uint64_t version = 1;  ///< Of its settled copy.
  PurchaseId purchase;
  std::string intent;
  PaymentState state = PaymentState::created;
  Money amount;
  std::string code, detail;                     ///< Why it was declined.
  std::string action_url;                       ///< With requires_action.
  std::int64_t captured = 0;                    ///< Minor units.
  std::map<std::string, std::int64_t> refunds;  ///< By effect id.
  std::map<std::string, std::int64_t>
      attempts;  ///< How many keys an operation has used up with recorded failures.
  storage::Unknown unknown;
  static constexpr auto columns() {
    using storage::column;
    return std::tuple(column<1>(&PaymentRow::seq), column<2>(&PaymentRow::version),
                      column<3>(&PaymentRow::purchase), column<4>(&PaymentRow::intent),
                      column<5>(&PaymentRow::state), column<6>(&PaymentRow::amount),
                      column<7>(&PaymentRow::code), column<8>(&PaymentRow::detail),
                      column<9>(&PaymentRow::action_url), column<10>(&PaymentRow::captured),
                      column<11>(&PaymentRow::refunds), column<12>(&PaymentRow::attempts));
  }
  bool ended() const {
    return state == PaymentState::captured || state == PaymentState::declined ||
           state == PaymentState::voided;
  }
  std::int64_t refunded() const;
};

struct CustomerRow {
  static constexpr storage::RowKind kKind = 1;
  std::string customer;  ///< "cus_…"
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&CustomerRow::customer)); }
};

storage::RowKey live_key(std::uint64_t seq);
storage::ViewWrite settled_write(const PaymentRow& row);
Task<std::optional<PaymentRow>> find_settled(storage::Table& table, PurchaseId purchase);

}  // namespace pps::payment
