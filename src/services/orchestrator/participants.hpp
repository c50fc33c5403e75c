#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/runtime.hpp"
#include "services/orchestrator/ledger.hpp"
#include "services/orchestrator/repository.hpp"

/// Calls to those who hold stock, goods and money. A business answer comes back as an outcome; what is not known is
/// read by the effect's id until it is, never guessed.
namespace pps::orchestrator {

struct Participants {
  std::shared_ptr<provisioner::ProvisionerApi> provisioner;
  std::shared_ptr<payment::PaymentApi> payment;
  std::string order_url;  ///< Where a buyer sees an order, without its id: where a challenge returns to.
};

/// What became of one command on one line.
struct Outcome {
  enum class Is {
    ended,    ///< `standing` says how.
    waiting,  ///< Authorize only: the customer (`action_url`) or the provider still has to decide.
    retry,    ///< Not known, or surely not done, within the deadline: ask again later.
  } is = Is::retry;
  Standing standing = Standing::none;
  std::string code, detail, tracking, action_url;
  int calls = 0;
};

/// Carries out one command on one line (-1: the whole purchase) and waits for its outcome.
/// Never an Error. @param deadline Clock::monotonic. @pre the ledger allows the command.
Task<Outcome> carry_out(runtime::Runtime& runtime, Participants participants, std::shared_ptr<const PurchaseRow> row,
                        ledger::Command command, std::int64_t line, Duration deadline);

/// The line as every participant's call wants it.
provisioner::Line line_of(const PurchaseRow& row, std::int64_t line);

/// A hold ends by itself this long after the acceptance, unless it was committed: later than the process gives up.
inline constexpr Duration kHoldFor = std::chrono::minutes(90);

}  // namespace pps::orchestrator
