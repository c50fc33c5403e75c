#include <gtest/gtest.h>

#include "case_file.hpp"
#include "diagram.hpp"
#include "workflow/effect_check.hpp"
#include "workflow/engine.hpp"

/// Runs tests/cases/*.txt: each file deploys processes and feeds them events, and states every
/// command and where the tokens are after each. After every step the engine is rebuilt from its
/// history and its row, and must be the same.
///
///     process NAME          its lines: tests/diagram.hpp
///     deploy                the process above, or `deploy processes/x.bpmn`; says `ok` or each
///     refusal start {a: 1}          · complete ELEMENT {…} · fail ELEMENT RETRIES CODE · error
///     ELEMENT CODE {…} timer ELEMENT         at its due time · wait PT5M · message NAME [key=K]
///     [keep] {…} · resolve ELEMENT {…} variables             says them
namespace pps::workflow {
namespace {

std::string id_of(const Definition& definition, ElementIndex at) {
  return at == kNone ? "-" : definition.element(at).id;
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

class Play {
 public:
  std::vector<std::string> run(const Block& block) {
    std::istringstream words(block.head);
    std::string verb;
    words >> verb;
    std::string rest;
    std::getline(words >> std::ws, rest);
    if (verb == "process") {
      xml_ = bpmn_of(rest, block.body);
      return block.body;
    }
    if (verb == "deploy") return deploy_now(rest);
    if (!definition_) return {"nothing is deployed"};
    if (verb == "variables") return variables();
    if (verb == "wait") {
      now_ += parse_duration(rest).value();
      return {};
    }
    auto event = event_of(verb, rest);
    if (!event) return {"cannot read this line"};
    if (verb == "start") {
      state_ = fresh(*definition_);
      history_.clear();
    }
    return feed(*event);
  }

 private:
  std::vector<std::string> deploy_now(const std::string& path) {
    auto deployed = deploy(path.empty() ? xml_ : read_text(PPS_SOURCE_DIR "/" + path), 1);
    definition_ = deployed ? *deployed : nullptr;
    if (deployed) return {"ok"};
    std::vector<std::string> lines;
    for (const FieldError& error : deployed.error().fields)
      lines.push_back("refused " + error.pointer.substr(1) + " " + error.code + ": " +
                      error.detail);
    if (lines.empty())
      lines.push_back("refused " + deployed.error().code + ": " + deployed.error().detail);
    return lines;
  }

  std::vector<std::string> variables() const {
    std::vector<std::string> lines;
    for (const auto& [name, value] : state_.variables)
      lines.push_back(name + ": " + to_feel(value));
    return lines;
  }

  static std::string take_word(std::string& text) {
    const auto end = std::min(text.find(' '), text.size());
    std::string word = text.substr(0, end);
    text.erase(0, std::min(end + 1, text.size()));
    return word;
  }

  static Values values_of(const std::string& text) {
    if (text.empty()) return {};
    const auto parsed = Expression::parse(text);
    if (!parsed) throw std::runtime_error(parsed.error().detail);
    return *parsed->evaluate({}).context();
  }

  template <class Items>
  LocalId find(const Items& items, const std::string& element) const {
    for (const auto& item : items) {
      if (id_of(*definition_, item.element) == element) return item.id;
    }
    return 9999;
  }

  std::optional<Event> event_of(const std::string& verb, std::string rest) {
    if (verb == "start") return Event{now_, Started{values_of(rest)}};
    if (verb == "message") {
      MessageArrived message{.name = take_word(rest)};
      while (!rest.empty() && rest.front() != '{') {
        const std::string word = take_word(rest);
        if (word == "keep") message.keep = true;
        if (word.starts_with("key=")) message.correlation = word.substr(4);
      }
      message.variables = values_of(rest);
      return Event{now_, message};
    }
    const std::string element = take_word(rest);
    if (verb == "complete")
      return Event{now_, JobCompleted{find(state_.jobs, element), values_of(rest)}};
    if (verb == "resolve")
      return Event{now_, IncidentResolved{find(state_.incidents, element), values_of(rest)}};
    if (verb == "error") {
      const std::string code = take_word(rest);
      return Event{now_, ErrorThrown{find(state_.jobs, element), code, values_of(rest)}};
    }
    if (verb == "fail") {
      const int retries = std::stoi(take_word(rest));
      return Event{now_, JobFailed{find(state_.jobs, element), retries, rest, "it failed"}};
    }
    if (verb != "timer") return std::nullopt;
    const LocalId id = find(state_.timers, element);
    for (const Timer& timer : state_.timers) {
      if (timer.id == id) now_ = std::max(now_, timer.due);
    }
    return Event{now_, TimerFired{id}};
  }

  std::vector<std::string> feed(const Event& event) {
    auto next = step(*definition_, state_, event);
    if (!next) return {"refused " + next.error().code};
    state_ = next->state;
    history_.push_back(event);
    expect_rebuilt();
    std::vector<std::string> lines;
    for (const Command& command : next->commands) describe(command, lines);
    std::string at = "at";
    for (const std::string& id : active_elements(*definition_, state_)) at += " " + id;
    lines.push_back(at);
    return lines;
  }

  /// Recovery rests on this: the same history gives the same state, and a row gives back what was
  /// written.
  void expect_rebuilt() const {
    State again = fresh(*definition_);
    for (const Event& event : history_) again = step(*definition_, std::move(again), event)->state;
    EXPECT_EQ(again, state_);
    const auto read = decode_state(encode_state(state_));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, state_);
  }

  void describe(const Command& command, std::vector<std::string>& lines) const {
    const auto name = [&](ElementIndex at) { return id_of(*definition_, at); };
    const auto say = Overloaded{
        [&](const StartJob& c) {
          return "start_job " + name(c.element) + " " + definition_->element(c.element).task->type;
        },
        [&](const CancelJob& c) { return "cancel_job " + name(c.element); },
        [&](const SetTimer& c) { return "set_timer " + name(c.element) + " " + to_rfc3339(c.due); },
        [&](const CancelTimer& c) { return "cancel_timer " + name(c.element); },
        [&](const OpenSubscription& c) {
          return "open " + name(c.element) + " " + c.name +
                 (c.correlation.empty() ? "" : " key=" + c.correlation);
        },
        [&](const CloseSubscription& c) { return "close " + name(c.element); },
        [&](const RaiseIncident& c) {
          return "incident " + name(c.element) + " " + c.code + ": " + c.detail;
        },
        [&](const Completed& c) { return "completed " + name(c.end); },
        [&](const auto&) { return std::string(); },  // Entered and Left: the line `at` says it.
    };
    if (std::string line = std::visit(say, command); !line.empty())
      lines.push_back(std::move(line));
  }

  std::string xml_;
  std::shared_ptr<const Definition> definition_;
  State state_;
  std::vector<Event> history_;
  Timestamp now_ = *parse_rfc3339("2026-01-01T00:00:00Z");
};

class EngineCases : public testing::TestWithParam<std::string> {};

TEST_P(EngineCases, say_what_happens) {
  std::vector<Block> blocks = read_cases(GetParam());
  Play play;
  for (Block& block : blocks) {
    const std::vector<std::string> seen = play.run(block);
    if (is_updating()) {
      block.body = seen;
    } else {
      EXPECT_EQ(seen, block.body) << GetParam() << ":" << block.line << ": " << block.head;
    }
  }
  if (is_updating()) write_cases(GetParam(), blocks);
}

std::string name_of_case(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(info.param.rfind('/') + 1);
  return name.substr(0, name.find('.'));
}

INSTANTIATE_TEST_SUITE_P(Files, EngineCases, testing::ValuesIn(case_files(".txt")), name_of_case);

}  // namespace
}  // namespace pps::workflow
