#include "simulators/common/store.hpp"

#include <algorithm>

namespace pps::simulators {

std::optional<std::string> MemoryStore::get(std::string_view key) const {
  const auto found = pairs_.find(key);
  return found == pairs_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Pair> MemoryStore::scan(std::string_view from, std::string_view to, std::size_t limit,
                                    bool backwards) const {
  const auto first = pairs_.lower_bound(from);
  const auto last = pairs_.lower_bound(to);
  std::vector<Pair> out;
  if (backwards) {
    for (auto at = last; at != first && out.size() < limit;) out.emplace_back(*--at);
  } else {
    for (auto at = first; at != last && out.size() < limit; ++at) out.emplace_back(*at);
  }
  return out;
}

void MemoryStore::put(std::string key, std::string value) {
  pairs_.insert_or_assign(std::move(key), std::move(value));
}

void MemoryStore::erase(std::string_view key) {
  const auto found = pairs_.find(key);
  if (found != pairs_.end()) pairs_.erase(found);
}

std::string after_prefix(std::string_view prefix) {
  std::string end(prefix);
  if (!end.empty()) ++end.back();
  return end;
}

}  // namespace pps::simulators
