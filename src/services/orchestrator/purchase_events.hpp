#pragma once

#include <string>

#include "services/orchestrator/repository.hpp"
#include "storage/shard.hpp"

namespace pps::orchestrator {

/// An event of topic "purchase" about this row as it is now.
storage::Event purchase_event(std::string type, const PurchaseRow& row);

/// The body of an event of topic "payment". Error `malformed`.
Result<payment::PaymentEvent> read_payment_event(const std::string& body);

}  // namespace pps::orchestrator
