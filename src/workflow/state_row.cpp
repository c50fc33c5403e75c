#include "storage/rows.hpp"
#include "workflow/state.hpp"

namespace pps::workflow {
namespace {

using storage::column;

// The columns of a state. They derive from the plain structs, which know nothing of storage; ids
// are never reused.

struct TokenRow : Token {
  static constexpr auto columns() {
    return std::tuple(column<1>(&TokenRow::id), column<2>(&TokenRow::scope),
                      column<3>(&TokenRow::element), column<4>(&TokenRow::arrived_by));
  }
};
struct JobRow : Job {
  static constexpr auto columns() {
    return std::tuple(column<1>(&JobRow::id), column<2>(&JobRow::token),
                      column<3>(&JobRow::element), column<4>(&JobRow::failures));
  }
};
struct TimerRow : Timer {
  static constexpr auto columns() {
    return std::tuple(column<1>(&TimerRow::id), column<2>(&TimerRow::token),
                      column<3>(&TimerRow::element), column<4>(&TimerRow::due));
  }
};
struct SubscriptionRow : Subscription {
  static constexpr auto columns() {
    return std::tuple(column<1>(&SubscriptionRow::id), column<2>(&SubscriptionRow::token),
                      column<3>(&SubscriptionRow::element), column<4>(&SubscriptionRow::name),
                      column<5>(&SubscriptionRow::correlation));
  }
};
struct UndoRow : Undo {
  static constexpr auto columns() {
    return std::tuple(column<1>(&UndoRow::activity), column<2>(&UndoRow::running),
                      column<3>(&UndoRow::undone_by));
  }
};
struct IncidentRow : Incident {
  static constexpr auto columns() {
    return std::tuple(column<1>(&IncidentRow::id), column<2>(&IncidentRow::token),
                      column<3>(&IncidentRow::job), column<4>(&IncidentRow::element),
                      column<5>(&IncidentRow::code), column<6>(&IncidentRow::detail));
  }
};
struct BufferedRow {
  std::string name, correlation, variables;
  static constexpr auto columns() {
    return std::tuple(column<1>(&BufferedRow::name), column<2>(&BufferedRow::correlation),
                      column<3>(&BufferedRow::variables));
  }
};
struct StateRow {
  std::string definition;
  std::uint32_t version = 0;
  std::uint64_t hash = 0;
  Phase phase = Phase::fresh;
  ElementIndex ended_at = kNone;
  LocalId last_id = 0;
  std::uint64_t steps = 0;
  std::string variables;
  std::vector<TokenRow> tokens;
  std::vector<JobRow> jobs;
  std::vector<TimerRow> timers;
  std::vector<SubscriptionRow> subscriptions;
  std::vector<UndoRow> undos;
  std::vector<IncidentRow> incidents;
  std::vector<BufferedRow> buffered;
  static constexpr auto columns() {
    return std::tuple(
        column<1>(&StateRow::definition), column<2>(&StateRow::version), column<3>(&StateRow::hash),
        column<4>(&StateRow::phase), column<5>(&StateRow::ended_at), column<6>(&StateRow::last_id),
        column<7>(&StateRow::steps), column<8>(&StateRow::variables), column<9>(&StateRow::tokens),
        column<10>(&StateRow::jobs), column<11>(&StateRow::timers),
        column<12>(&StateRow::subscriptions), column<13>(&StateRow::undos),
        column<14>(&StateRow::incidents), column<15>(&StateRow::buffered));
  }
};

template <class Row, class Plain>
std::vector<Row> rows_of(const std::vector<Plain>& plain) {
  std::vector<Row> rows;
  rows.reserve(plain.size());
  for (const Plain& each : plain) rows.push_back(Row{each});
  return rows;
}
template <class Plain, class Row>
std::vector<Plain> plain_of(std::vector<Row>&& rows) {
  return {std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())};
}

}  // namespace

std::string encode_state(const State& state) {
  StateRow row{.definition = state.definition,
               .version = state.version,
               .hash = state.hash,
               .phase = state.phase,
               .ended_at = state.ended_at,
               .last_id = state.last_id,
               .steps = state.steps,
               .variables = encode_values(state.variables),
               .tokens = rows_of<TokenRow>(state.tokens),
               .jobs = rows_of<JobRow>(state.jobs),
               .timers = rows_of<TimerRow>(state.timers),
               .subscriptions = rows_of<SubscriptionRow>(state.subscriptions),
               .undos = rows_of<UndoRow>(state.undos),
               .incidents = rows_of<IncidentRow>(state.incidents)};
  for (const Buffered& kept : state.buffered)
    row.buffered.push_back({kept.name, kept.correlation, encode_values(kept.variables)});
  return storage::encode_row(row);
}

Result<State> decode_state(std::string_view body) {
  Result<StateRow> row = storage::decode_row<StateRow>(body);
  if (!row) return fail(std::move(row).error());
  Result<Values> variables = decode_values(row->variables);
  if (!variables) return fail(std::move(variables).error());
  State state{.definition = std::move(row->definition),
              .version = row->version,
              .hash = row->hash,
              .phase = row->phase,
              .ended_at = row->ended_at,
              .last_id = row->last_id,
              .steps = row->steps,
              .variables = std::move(*variables),
              .tokens = plain_of<Token>(std::move(row->tokens)),
              .jobs = plain_of<Job>(std::move(row->jobs)),
              .timers = plain_of<Timer>(std::move(row->timers)),
              .subscriptions = plain_of<Subscription>(std::move(row->subscriptions)),
              .undos = plain_of<Undo>(std::move(row->undos)),
              .incidents = plain_of<Incident>(std::move(row->incidents)),
              .buffered = {}};
  for (BufferedRow& kept : row->buffered) {
    Result<Values> carried = decode_values(kept.variables);
    if (!carried) return fail(std::move(carried).error());
    state.buffered.push_back(
        {std::move(kept.name), std::move(kept.correlation), std::move(*carried)});
  }
  return state;
}

}  // namespace pps::workflow
