#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/orchestrator/repository.hpp"
#include "services/payment/api.hpp"
#include "services/provisioner/api.hpp"

/// Whether a finished purchase is what those outside say it is. Pure.
namespace pps::orchestrator {

struct Difference {
  std::string code;    ///< money.kept payment.open hold.open hold.not_consumed instance.open instance.missing fulfilment.open fulfilment.missing
  std::string detail;  ///< For the operator: what is, and what should be.
  bool operator==(const Difference&) const = default;
};

/// What the participants say of a purchase.
struct Seen {
  std::optional<payment::PaymentView> payment;  ///< Nothing: they know of none.
  std::vector<provisioner::LineAudit> lines;    ///< One for each line, in order.
};

/// Every difference between what the ledger of a final purchase says is owed and what is: money kept at the provider,
/// an authorization left, holds, instances and fulfilments. @pre one audit for each line
std::vector<Difference> differences(const PurchaseRow& row, const Seen& seen);

}  // namespace pps::orchestrator
