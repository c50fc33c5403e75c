#pragma once

#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "storage/engine.hpp"

namespace pps::storage {

/// Several commits on their way to one synced write. Conditions see the engine's newest state plus the earlier writes
/// of the group; one that fails leaves the group as it was. Used by one thread at a time.
class Group {
 public:
  /// @param now_s Unix seconds: what has expired by then is not there.
  Group(Engine& engine, std::int64_t now_s) : engine_(engine), now_s_(now_s) {}
  /// Errors: `conflict` "storage.condition"; what Engine::get_newest answers.
  Result<void> add(const Batch& batch);
  Result<void> add(const ViewWrite& write);
  bool empty() const { return writes_.empty(); }
  std::vector<KeyWrite> take() { return std::move(writes_); }

 private:
  struct State {
    bool exists = false;  ///< A tombstone exists for views only.
    bool tombstone = false;
    std::uint64_t version = 0;
  };
  struct Pending {
    State state;
    std::size_t order = 0;  ///< Position in writes_, to tell what an erased range covers.
  };
  struct PendingRange {
    FamilyUse use;
    std::string from, to;
    std::size_t order;
  };
  Result<State> state_of(FamilyUse use, const std::string& key);
  void put(FamilyUse use, std::string key, State state, std::string value);
  void erase(FamilyUse use, std::string key);
  void erase_range(FamilyUse use, std::string from, std::string to);

  Engine& engine_;
  std::int64_t now_s_;
  std::vector<KeyWrite> writes_;
  std::unordered_map<std::string, Pending> pending_[2];
  std::vector<PendingRange> ranges_;
};

}  // namespace pps::storage
