#include <gtest/gtest.h>

#include "case_file.hpp"
#include "diagram.hpp"
#include "runtime/simulated.hpp"
#include "workflow/bpmn_reader.hpp"
#include "workflow/effect_check.hpp"
#include "workflow/engine.hpp"

/// The effect check against the engine itself: whatever the check accepts is run at random, and
/// must keep the promise.
namespace pps::workflow {
namespace {

using Random = runtime::SimulatedWorld;

const std::map<std::string, std::string> kUndoes = {{"unreserve", "reserve"},
                                                    {"void", "authorize"},
                                                    {"unprepare", "prepare"},
                                                    {"refund", "await_funds"}};

/// One instance under random events, and what it did to the world.
class RandomWalk {
 public:
  RandomWalk(const Definition& definition, Random& random)
      : definition_(definition), random_(random), state_(fresh(definition)) {
    variables_ = flags();
  }

  /// Empty, or how the promise was broken.
  std::string run() {
    take({now_, Started{variables_}});
    for (int i = 0; i < 300 && broken_.empty() && state_.phase == Phase::running; ++i) happen();
    if (broken_.empty() && state_.phase == Phase::completed) judge_end();
    return broken_.empty() ? "" : broken_ + " after" + story_;
  }

 private:
  Values flags() {
    Values values{{"purchase_id", "p"}};
    for (const char* name : {"requires_action", "confirmed", "f0", "f1", "f2"})
      values[name] = random_.below(2) == 1;
    return values;
  }
  std::string effect_of(ElementIndex at) const {
    const auto& task = definition_.element(at).task;
    return task ? task->effect : "";
  }

  void happen() {
    now_ += std::chrono::seconds(1);
    const auto dice = random_.below(100);
    if (dice < 60 && !state_.jobs.empty()) return complete(pick(state_.jobs));
    if (dice < 70 && !state_.jobs.empty()) return refuse(pick(state_.jobs));
    if (dice < 75 && !state_.jobs.empty())
      return take({now_, JobFailed{pick(state_.jobs).id, 0, "down", ""}});
    if (dice < 85 && !state_.timers.empty())
      return take({now_, TimerFired{pick(state_.timers).id}});
    if (dice < 95 && !state_.subscriptions.empty()) {
      const Subscription open = pick(state_.subscriptions);
      return take({now_, MessageArrived{open.name, open.correlation, flags(), false}});
    }
    if (!state_.incidents.empty())
      take({now_, IncidentResolved{pick(state_.incidents).id, flags()}});
  }
  template <class Item>
  Item pick(const std::vector<Item>& items) {
    return items[random_.below(items.size())];
  }

  void complete(Job job) {
    const std::string effect = effect_of(job.element);
    if (const auto undo = kUndoes.find(effect); undo != kUndoes.end()) {
      begun_.erase(undo->second);
      done_.erase(undo->second);
      if (effect == "unreserve") begun_.erase("commit_hold"), done_.erase("commit_hold");
    } else if (!effect.empty()) {
      done_.insert(effect);
    }
    take({now_, JobCompleted{job.id, flags()}});
  }

  void refuse(Job job) {
    if (definition_.element(job.element).is_for_compensation) return;
    static const std::vector<std::string> kCodes = {"stock.insufficient", "payment.declined",
                                                    "capture.refused", "release.refused", "other"};
    // From the pivot an error is a refusal that was read: it did not happen.
    if (effect_of(job.element) == "capture") begun_.erase("capture");
    take({now_, ErrorThrown{job.id, kCodes[random_.below(kCodes.size())], {}}});
  }

  void take(const Event& event) {
    auto next = step(definition_, state_, event);
    if (!next) return;
    state_ = std::move(next->state);
    for (const Command& command : next->commands) {
      if (const auto* start = std::get_if<StartJob>(&command)) begin(*start);
      if (const auto* cancelled = std::get_if<CancelJob>(&command)) {
        if (effect_of(cancelled->element) == "capture") broken_ = "the capture was abandoned";
      }
    }
  }

  void begin(const StartJob& start) {
    const std::string effect = effect_of(start.element);
    story_ += " " + definition_.element(start.element).id;
    if (effect.empty()) return;
    if (kUndoes.contains(effect)) {
      if (begun_.contains("capture")) broken_ = effect + " once the money may be taken";
      return;
    }
    const bool again =
        std::exchange(job_of_[effect], start.job) != start.job && !ever_.insert(effect).second;
    if (again) broken_ = effect + " twice";
    const auto needs = [&](const char* other) {
      if (!done_.contains(other)) broken_ = effect + " without " + other;
    };
    if (effect == "authorize") needs("reserve");
    if (effect == "prepare") needs("reserve"), needs("authorize");
    if (effect == "commit_hold") needs("prepare");
    if (effect == "capture")
      needs("reserve"), needs("authorize"), needs("prepare"), needs("commit_hold");
    if (effect == "release") needs("capture");
    begun_.insert(effect);
  }

  void judge_end() {
    if (done_.contains("capture")) {
      if (!done_.contains("release")) broken_ = "ended paid and not released";
    } else if (!begun_.empty()) {
      broken_ = "ended with " + *begun_.begin() + " standing";
    }
  }

  const Definition& definition_;
  Random& random_;
  State state_;
  Values variables_;
  Timestamp now_{};
  std::set<std::string> begun_, done_, ever_;
  std::map<std::string, LocalId> job_of_;
  std::string broken_, story_;
};

using Lines = std::vector<std::string>;

std::string id_of(const std::string& line) {
  const auto begin = line.find(' ') + 1;
  return line.substr(begin, line.find(' ', begin) - begin);
}
std::string random_id(const Lines& lines, Random& random) {
  return id_of(lines[random.below(lines.size())]);
}

void retarget(std::string& line, const std::string& to) {
  const auto arrow = line.find(" -> ");
  if (arrow == std::string::npos || line.find(';') != std::string::npos) return;
  line = line.substr(0, arrow + 4) + to;
}

/// What a new element beside this one must say to lie in its scope.
std::string scope_of(const std::string& line) {
  return line.find(" in=p") == std::string::npos ? "" : " in=p";
}

/// One change that a person might make, or a saboteur.
void change(Lines& lines, Random& random, int number) {
  const std::string name = std::to_string(number);
  std::string& line = lines[random.below(lines.size())];
  switch (random.below(6)) {
    case 0:
      return retarget(line, random_id(lines, random));
    case 1: {
      const auto arrow = line.find(" -> ");
      if (arrow == std::string::npos || line.find(';') != std::string::npos) return;
      const std::string old = line.substr(arrow + 4), other = random_id(lines, random);
      retarget(line, "g" + name);
      lines.push_back("xor g" + name + scope_of(line) + " -> " + old + " if =f" + name + "; " +
                      other + " default");
      return;
    }
    case 2:
    case 3: {
      static const Lines kEvents = {"message=cancel", "timer=PT1M",
                                    "error=", "error=capture.refused",
                                    "timer=PT1M non_interrupting"};
      const std::string host = id_of(line);
      const bool can_have =
          line.starts_with("service ") || line.starts_with("catch ") || line.starts_with("sub ");
      if (!can_have || line.find(" undo ") != std::string::npos) return;
      lines.push_back("boundary b" + name + scope_of(line) + " on=" + host + " " +
                      kEvents[random.below(kEvents.size())] + " -> " + random_id(lines, random));
      return;
    }
    case 4: {
      if (line.starts_with("boundary ")) line = lines.back(), lines.pop_back();
      return;
    }
    default: {
      std::string& other = lines[random.below(lines.size())];
      const auto a = line.find(" -> "), b = other.find(" -> ");
      if (a == std::string::npos || b == std::string::npos) return;
      const std::string to_a = line.substr(a), to_b = other.substr(b);
      line.replace(a, std::string::npos, to_b);
      if (&other != &line) other.replace(b, std::string::npos, to_a);
    }
  }
}

TEST(EffectWalk, the_shops_own_process_keeps_the_promise) {
  Random random(1);
  const auto definition = *deploy(read_text(PPS_SOURCE_DIR "/processes/purchase.bpmn"), 1);
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(RandomWalk(*definition, random).run(), "");
}

/// As the shop's own: what can be undone lies in a sub-process, and something goes on beside it.
const Lines kInner = {"start s -> p",
                      "sub p -> capture",
                      "boundary cancel on=p message=cancel -> back",
                      "boundary deadline on=p timer=PT1H -> back",
                      "boundary refused on=p error= -> back",
                      "start s2 in=p -> reserve",
                      "service reserve in=p type=t effect=reserve commit=before -> authorize",
                      "boundary reserve_c in=p on=reserve compensation -> unreserve",
                      "service unreserve in=p undo type=t effect=unreserve commit=before",
                      "service authorize in=p type=t effect=authorize commit=before -> wait",
                      "boundary authorize_c in=p on=authorize compensation -> void",
                      "service void in=p undo type=t effect=void commit=before",
                      "receive wait in=p message=paid -> prepare",
                      "boundary remind in=p on=wait timer=PT1M non_interrupting -> note",
                      "service note in=p type=t -> noted",
                      "boundary note_failed in=p on=note error= -> noted",
                      "end noted in=p",
                      "service prepare in=p type=t effect=prepare commit=before -> commit_hold",
                      "boundary prepare_c in=p on=prepare compensation -> unprepare",
                      "service unprepare in=p undo type=t effect=unprepare commit=before",
                      "service commit_hold in=p type=t effect=commit_hold -> secured",
                      "end secured in=p",
                      "service capture type=t effect=capture commit=before -> release",
                      "boundary capture_refused on=capture error=capture.refused -> back",
                      "service release type=t effect=release -> done",
                      "throw back compensation -> failed",
                      "end failed",
                      "end done"};

class EffectChanges : public testing::TestWithParam<bool> {};

TEST_P(EffectChanges, whatever_is_accepted_keeps_the_promise) {
  Random random(2);
  const Lines flat = read_cases(PPS_SOURCE_DIR "/src/workflow/tests/cases/effects.txt").at(0).body;
  const Lines whole = GetParam() ? kInner : flat;
  ASSERT_TRUE(deploy(bpmn_of("p", whole), 1));
  int accepted = 0, refused = 0;
  for (int i = 0; i < 4000; ++i) {
    Lines lines = whole;
    for (int changes = 1 + static_cast<int>(random.below(3)); changes > 0; --changes)
      change(lines, random, changes - 1);
    if (lines == whole) continue;
    const auto definition = deploy(bpmn_of("p", lines), 1);
    ++(definition ? accepted : refused);
    for (int walk = 0; definition && walk < 40; ++walk) {
      const std::string broken = RandomWalk(**definition, random).run();
      std::string text;
      for (const std::string& line : lines) text += line + "\n";
      ASSERT_EQ(broken, "") << text;
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 1000);
}

INSTANTIATE_TEST_SUITE_P(Whole, EffectChanges, testing::Bool());

/// The other way round: without the check, sabotage is seen to break the promise. A walk that finds
/// nothing proves nothing.
TEST(EffectWalk, what_is_refused_can_break_the_promise) {
  Random random(3);
  const std::vector<Block> blocks =
      read_cases(PPS_SOURCE_DIR "/src/workflow/tests/cases/effects.txt");
  const std::set<std::string> harmful = {"process capture_before_commit_hold",
                                         "process release_before_capture",
                                         "process path_round_reserve",
                                         "process round_reserve_by_error",
                                         "process loop_over_capture",
                                         "process boundary_without_compensation",
                                         "process branch_without_compensation",
                                         "process compensates_one_only",
                                         "process compensation_after_the_pivot",
                                         "process leaves_the_pivot",
                                         "process cancel_around_the_pivot",
                                         "process undone_beside",
                                         "process error_beside",
                                         "process compensation_out_of_reach"};
  std::size_t tried = 0;
  for (const Block& block : blocks) {
    if (!harmful.contains(block.head)) continue;
    ++tried;
    std::string xml = bpmn_of("p", block.body);
    for (const char* flag : {"regular_customer", "gone", "ship"}) {
      if (const auto at = xml.find(flag); at != std::string::npos)
        xml.replace(at, std::string(flag).size(), "f0");
    }
    if (const auto at = xml.find("captured &lt; total"); at != std::string::npos)
      xml.replace(at, 19, "f0");
    const auto definition = read_bpmn(xml, 1);
    ASSERT_TRUE(definition) << block.head;
    bool broken = false;
    for (int walk = 0; walk < 2000 && !broken; ++walk)
      broken = !RandomWalk(**definition, random).run().empty();
    EXPECT_TRUE(broken) << block.head;
  }
  EXPECT_EQ(tried, harmful.size());
}

}  // namespace
}  // namespace pps::workflow
