#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a simulator remembers: ordered keys and values. The rules see only this, so that the same
/// rules run in the program (on a journal) and in the whole-system simulation (in memory).
namespace pps::simulators {

using Pair = std::pair<std::string, std::string>;

class Store {
 public:
  virtual ~Store() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  /// Pairs with from ≤ key < to in ascending order, or, `backwards`, in descending order; at most
  /// `limit`.
  virtual std::vector<Pair> scan(std::string_view from, std::string_view to, std::size_t limit,
                                 bool backwards = false) const = 0;
  virtual void put(std::string key, std::string value) = 0;
  virtual void erase(std::string_view key) = 0;
};

/// Kept in memory alone: unit tests and the simulation.
class MemoryStore final : public Store {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  std::vector<Pair> scan(std::string_view from, std::string_view to, std::size_t limit,
                         bool backwards) const override;
  void put(std::string key, std::string value) override;
  void erase(std::string_view key) override;

 private:
  std::map<std::string, std::string, std::less<>> pairs_;
};

/// The key after all that begin with `prefix`, for scans. @pre prefix ends with a character below
/// 0xFF.
std::string after_prefix(std::string_view prefix);

}  // namespace pps::simulators
