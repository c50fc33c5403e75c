#pragma once

#include <memory>

#include "services/orchestrator/purchase_shard.hpp"

namespace pps::orchestrator {

/// The command that an element's task stands for (task type `purchase.<command>`); nothing for other elements. The type
/// and not the header `effect` decides, because the type is what is carried out.
std::optional<ledger::Command> command_of(const workflow::Element& element);

/// The workers behind the tasks of a purchase's process. Each carries one command out for all lines at once and tells
/// the step what it learned; none of them changes the ledger itself.
class JobHandlers {
 public:
  static void install(const std::shared_ptr<PurchaseShard>& shard);

 private:
  static Task<workflow::JobResult> run(std::shared_ptr<PurchaseShard> shard, workflow::JobCall call);
};

/// One command for every line that has no outcome yet, in parallel.
boost::asio::awaitable<std::vector<Lesson>> carry_out_all(std::shared_ptr<PurchaseShard> shard,
                                                          std::shared_ptr<const PurchaseRow> row,
                                                          ledger::Command command, Duration deadline);
/// Gives back the lines whose release is refused for ever: the money by the line's share, the goods, the stock.
boost::asio::awaitable<std::vector<Lesson>> give_lost_lines_back(std::shared_ptr<PurchaseShard> shard,
                                                                 std::shared_ptr<const PurchaseRow> row,
                                                                 Duration deadline);
/// The row as it will be once the lessons are applied.
std::shared_ptr<const PurchaseRow> row_after(const PurchaseRow& row, const std::vector<Lesson>& lessons);

}  // namespace pps::orchestrator
