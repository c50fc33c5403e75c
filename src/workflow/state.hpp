#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "workflow/model.hpp"

/// One process instance as a plain value: what `step` reads and returns, and what a shard's row
/// holds.
namespace pps::workflow {

/// Number of a token, job, timer, subscription or incident within its instance: from one counter,
/// never reused.
using LocalId = std::uint64_t;

/// Where the instance stands. A task or catch event has one while it waits; a sub-process while
/// anything in it lives; a parallel join one per flow that has arrived; a compensation throw while
/// undoing goes on.
struct Token {
  LocalId id = 0;
  LocalId scope = 0;  ///< The sub-process token it lives in; 0: the process.
  ElementIndex element = kNone;
  FlowIndex arrived_by = kNone;  ///< At a parallel join.
  bool operator==(const Token&) const = default;
};

/// Work asked for and not yet answered. It is done at least once, always under this id.
struct Job {
  LocalId id = 0;
  LocalId token = 0;  ///< For an undo: the token of the compensation throw.
  ElementIndex element = kNone;
  std::int32_t failures = 0;  ///< Attempts that failed since the last resolved incident.
  bool operator==(const Job&) const = default;
};

struct Timer {
  LocalId id = 0;
  LocalId token = 0;
  ElementIndex element = kNone;  ///< The catch event, or the boundary event.
  Timestamp due{};
  bool operator==(const Timer&) const = default;
};

struct Subscription {
  LocalId id = 0;
  LocalId token = 0;
  ElementIndex element = kNone;  ///< The catch event or receive task, or the boundary event.
  std::string name;
  std::string correlation;
  bool operator==(const Subscription&) const = default;
};

/// An activity that would have to be undone; kept in order of completion. A task that carries an
/// effect stands here from its start: interrupted or refused it may have had its effect all the
/// same (docs/decisions/0021).
struct Undo {
  ElementIndex activity = kNone;
  LocalId running = 0;    ///< Its own job, while that is open.
  LocalId undone_by = 0;  ///< The handler's job, while that is open.
  bool operator==(const Undo&) const = default;
};

/// Something an operator must look at; the token stays where it is.
struct Incident {
  LocalId id = 0;
  LocalId token = 0;
  LocalId job = 0;  ///< 0: not a job's.
  ElementIndex element = kNone;
  std::string code;
  std::string detail;
  bool operator==(const Incident&) const = default;
};

/// A message that came before its subscription; kept until that opens.
struct Buffered {
  std::string name;
  std::string correlation;
  Values variables;
  bool operator==(const Buffered&) const = default;
};
inline constexpr std::size_t kMaxBuffered = 16;

enum class Phase : std::uint8_t { fresh, running, completed };

struct State {
  std::string definition;
  std::uint32_t version = 0;
  std::uint64_t hash = 0;
  Phase phase = Phase::fresh;
  ElementIndex ended_at = kNone;  ///< The end event last reached, once completed.
  LocalId last_id = 0;
  std::uint64_t steps = 0;  ///< Events taken so far.
  Values variables;
  std::vector<Token> tokens;
  std::vector<Job> jobs;
  std::vector<Timer> timers;
  std::vector<Subscription> subscriptions;
  std::vector<Undo> undos;
  std::vector<Incident> incidents;
  std::vector<Buffered> buffered;
  bool operator==(const State&) const = default;
};

/// The row's body (storage/rows.hpp columns: columns of a newer writer are passed over, a newer
/// format is refused).
std::string encode_state(const State& state);
/// Errors `internal` "storage.corrupt", "storage.newer_format".
Result<State> decode_state(std::string_view body);

}  // namespace pps::workflow
