#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "storage/table.hpp"

/// What an embedded engine must do; everything else (conditions, grouping, views, visibility, the port's refusals) is
/// written once above it, in committer.cpp and engine_table.cpp.
namespace pps::storage {

/// One change of an ordered map from bytes to bytes. There are two maps, one per FamilyUse.
struct KeyWrite {
  FamilyUse use = FamilyUse::conditional;
  std::string key;
  std::optional<std::string> value;  ///< Absent: erased.
  std::string range_end;             ///< Not empty: everything in [key, range_end) is erased.
};

struct KeyRange {
  FamilyUse use = FamilyUse::conditional;
  std::string from;  ///< Inclusive.
  std::string to;    ///< Exclusive, not empty.
  bool backwards = false;
  std::size_t limit = 100;
};
struct KeyValue {
  std::string key;
  std::string value;
};
/// An engine may end a page early (kMaxPageBytes), but never before its first row.
struct KeyPage {
  std::vector<KeyValue> rows;
  bool more = false;
};
inline constexpr std::size_t kMaxPageBytes = 4 << 20;

/// Thread contract: each method says where it is called.
class Engine {
 public:
  using Found = std::optional<std::string>;
  virtual ~Engine() = default;

  /// On the committer's thread, may block: the newest state, what is written but not yet settled included.
  virtual Result<Found> get_newest(FamilyUse use, const std::string& key) = 0;
  /// On the committer's thread, may block. All or nothing. `unavailable`: surely nothing was written, and later writes
  /// may succeed; `unknown_outcome`: it may have been. The answer counts only after `settled`.
  virtual Result<std::uint64_t> write(std::vector<KeyWrite> group) = 0;
  /// On the loop: waits until the write that returned `ticket` is durable and readable. Engines that sync within
  /// `write` answer at once.
  virtual Task<void> settled(std::uint64_t ticket) = 0;

  /// On the loop: what is durable.
  virtual Task<Found> get(FamilyUse use, std::string key) = 0;
  virtual Task<KeyPage> range(KeyRange range) = 0;
};

/// The table port on an engine. Groups of commits are written by `runtime.sync_pool`.
std::shared_ptr<Table> make_table(runtime::Runtime& runtime, std::shared_ptr<Engine> engine);

}  // namespace pps::storage
