#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"

namespace pps::catalogue {

/// When which product next becomes another without being changed: the first crossing of each (see next_crossing).
class Crossings {
 public:
  void put(ProductId id, Timestamp at) {
    remove(id);
    by_product_[id] = at;
    order_.emplace(at, id);
  }
  void remove(ProductId id) {
    const auto known = by_product_.find(id);
    if (known == by_product_.end()) return;
    order_.erase({known->second, id});
    by_product_.erase(known);
  }
  std::optional<Timestamp> first() const { return order_.empty() ? std::nullopt : std::optional(order_.begin()->first); }
  /// Removes those that have come, at most `most` of them.
  std::vector<ProductId> take(Timestamp now, std::size_t most) {
    std::vector<ProductId> due;
    while (due.size() < most && !order_.empty() && order_.begin()->first <= now) {
      due.push_back(order_.begin()->second);
      remove(due.back());
    }
    return due;
  }

 private:
  std::map<ProductId, Timestamp> by_product_;
  std::set<std::pair<Timestamp, ProductId>> order_;
};

}  // namespace pps::catalogue
