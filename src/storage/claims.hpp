#pragma once

#include <functional>
#include <optional>
#include <string>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"
#include "storage/table.hpp"

namespace pps::storage {

/// Uniqueness across partitions (e-mail, slug, SKU): a claim is a row whose partition is kind + value and that names
/// the record which has the value. It is written before the record; when the record is gone, release it.
///
///     co_await claims.claim("email", index, user_id, claimant_of(users));   // then users.insert(user_id, …)
///
/// Whoever dies between the two leaves a claim without a record: after 60 s the next claimant takes it over, having
/// first buried that record's id, so that its late insert fails.
struct Claimant {
  std::function<Task<bool>(std::string record)> exists;
  /// Makes a later insert fail; `conflict` if the record is there after all.
  std::function<Task<void>(std::string record)> bury;
  /// Whether nobody can be about to insert the record any more, so that its claim need not be waited for; absent: never known.
  std::function<bool(const std::string& record)> gone{};
};

/// A Claimant over storage::Records (copied into it).
template <class Records>
Claimant claimant_of(Records records) {
  return {[records](std::string id) { return records.exists(std::move(id)); },
          [records](std::string id) { return records.bury(std::move(id)); }};
}

/// Loop-confined; table and family outlive it. `family` is conditional and holds claims alone.
class Claims {
 public:
  static constexpr Duration kTakeOverAfter = std::chrono::seconds(60);

  Claims(runtime::Runtime& runtime, Table& table, const Family& family)
      : runtime_(runtime), table_(table), family_(family) {}

  /// Idempotent for the same record; its 60 s begin anew, since it may have kept a value that it did not use. Errors: `conflict` "claim.taken".
  Task<void> claim(std::string kind, std::string value, std::string record, Claimant claimant);
  /// Gives the value back if `record` has it; otherwise does nothing.
  Task<void> release(std::string kind, std::string value, std::string record);
  /// The record that claimed the value; it may not exist (yet, or any more).
  Task<std::optional<std::string>> holder(std::string kind, std::string value);

 private:
  runtime::Runtime& runtime_;
  Table& table_;
  const Family& family_;
};

}  // namespace pps::storage
