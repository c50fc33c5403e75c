#include "workflow/effect_check.hpp"

#include "workflow/bpmn_reader.hpp"

namespace pps::workflow {
namespace {

enum Effect : std::uint32_t {
  kReserve = 1,
  kAuthorize = 2,
  kAwaitFunds = 4,
  kPrepare = 8,
  kCommitHold = 16,
  kCapture = 32,
  kRelease = 64,
};
struct EffectRule {
  std::string_view name;
  Effect effect;
  std::string_view undo;  ///< Empty: none of its own.
};
constexpr EffectRule kRules[] = {{"reserve", kReserve, "unreserve"},
                                 {"authorize", kAuthorize, "void"},
                                 {"await_funds", kAwaitFunds, "refund"},
                                 {"prepare", kPrepare, "unprepare"},
                                 {"commit_hold", kCommitHold, ""},
                                 {"capture", kCapture, ""},
                                 {"release", kRelease, ""}};

const EffectRule* rule_of(std::string_view name) {
  const auto found = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const auto& r) { return r.name == name; });
  return found == std::end(kRules) ? nullptr : found;
}
bool is_undo(std::string_view name) {
  return std::any_of(std::begin(kRules), std::end(kRules),
                     [&](const auto& r) { return r.undo == name && !name.empty(); });
}

/// What must surely have been done before; nothing if the order cannot be made good.
std::optional<std::string> out_of_order(Effect effect, std::uint32_t sure) {
  const auto needs = [&](std::uint32_t all, const char* text) {
    return (sure & all) == all ? std::nullopt : std::optional<std::string>(text);
  };
  const bool paid = sure & (kAuthorize | kAwaitFunds);
  switch (effect) {
    case kReserve:
      return sure == 0 ? std::nullopt : std::optional<std::string>("reserve comes first");
    case kAuthorize:
    case kAwaitFunds:
      return paid ? "authorize and await_funds exclude each other"
                  : needs(kReserve, "needs reserve before it");
    case kPrepare:
      return paid ? needs(kReserve, "needs reserve before it")
                  : "needs authorize or await_funds before it";
    case kCommitHold:
      return paid ? needs(kPrepare, "needs prepare before it")
                  : "needs authorize or await_funds before it";
    case kCapture:
      return needs(kCommitHold | kAuthorize, "needs authorize and commit_hold before it");
    case kRelease:
      return sure & kAwaitFunds ? needs(kCommitHold, "needs commit_hold before it")
                                : needs(kCapture, "needs capture before it");
  }
  return "is unknown";
}

/// One point of the walk. Effects are sets of tasks, so that a handler undoes exactly its own.
struct Point {
  ElementIndex at = kNone;
  std::uint64_t sure = 0;  ///< Tasks whose effect has been done.
  std::uint64_t may = 0;   ///< Tasks whose effect may stand: done, or begun and interrupted.
  std::uint64_t ever = 0;  ///< Tasks ever begun, undone ones too.
  std::vector<std::uint8_t> forks{0};  ///< Open parallel forks, by depth of sub-process.
  /// In the branch of a non-interrupting boundary event: the depth (forks.size()) where that began;
  /// 0: no.
  std::size_t aside = 0;
  ElementIndex left_by = kNone;  ///< The boundary event last left by, for messages.
  auto operator<=>(const Point&) const = default;
};

constexpr std::size_t kMaxPoints = 100'000;

class Walk {
 public:
  explicit Walk(const Definition& definition) : definition_(definition) {}

  std::vector<FieldError> run() {
    for (std::size_t i = 0; i < definition_.elements.size(); ++i)
      check_task(static_cast<ElementIndex>(i));
    if (tasks_.empty() || tasks_.size() > 64) {
      if (!tasks_.empty())
        refuse(definition_.start, "effect.order", "more than 64 tasks with effects");
      return std::move(errors_);
    }
    visit(Point{.at = definition_.start});
    while (!todo_.empty()) {
      const Point point = *todo_.back();
      todo_.pop_back();
      expand(point);
      if (seen_.size() <= kMaxPoints) continue;
      refuse(definition_.start, "effect.order",
             "too many ways through the process to check them all");
      break;
    }
    return std::move(errors_);
  }

 private:
  const Element& element(ElementIndex at) const { return definition_.element(at); }

  void refuse(ElementIndex at, std::string code, std::string detail) {
    if (refused_.emplace(at, code).second)
      errors_.push_back({"/" + element(at).id, std::move(code), std::move(detail)});
  }

  /// What holds of a task wherever it stands.
  void check_task(ElementIndex at) {
    const Element& task = element(at);
    if (!task.task || task.task->effect.empty()) return;
    const std::string& effect = task.task->effect;
    const EffectRule* rule = rule_of(effect);
    if (!rule && !is_undo(effect))
      return refuse(at, "effect.unknown", "'" + effect + "' is no effect");
    const bool decisive = !rule || !rule->undo.empty() || rule->effect == kCapture;
    if (decisive && !task.task->commit_before)
      refuse(at, "effect.commit_before", effect + " needs the header commit=\"before\"");
    if (task.is_for_compensation) {
      if (rule)
        refuse(at, "effect.wrong_compensation", effect + " is done by a compensation handler");
      return;
    }
    if (!rule)
      return refuse(at, "effect.order",
                    effect + " runs only as the compensation of what it undoes");
    bits_[at] = static_cast<int>(tasks_.size());
    tasks_.push_back({at, rule});
    if (rule->undo.empty()) return;
    if (task.compensation_handler == kNone)
      return refuse(at, "effect.no_compensation",
                    effect + " has no compensation; it is undone by " + std::string(rule->undo));
    const auto& handler = element(task.compensation_handler).task;
    if (!handler || handler->effect != rule->undo)
      refuse(task.compensation_handler, "effect.wrong_compensation",
             "does not undo " + effect + "; that is " + std::string(rule->undo));
  }

  std::uint32_t effects(std::uint64_t mask) const {
    std::uint32_t set = 0;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      if (mask >> i & 1) set |= tasks_[i].rule->effect;
    }
    return set;
  }
  std::string names(std::uint64_t mask) const {
    std::string text;
    for (const EffectRule& rule : kRules) {
      if (effects(mask) & rule.effect) text += (text.empty() ? "" : ", ") + std::string(rule.name);
    }
    return text;
  }
  /// Money has gone for good: captured, or paid in beforehand and the goods committed.
  static bool is_past_pivot(std::uint32_t set) {
    return (set & kCapture) || ((set & kAwaitFunds) && (set & kCommitHold));
  }
  static bool in_parallel(const Point& point) {
    return point.aside ||
           std::any_of(point.forks.begin(), point.forks.end(), [](auto open) { return open > 0; });
  }

  void visit(Point point) {
    const auto [found, fresh] = seen_.insert(std::move(point));
    if (fresh) todo_.push_back(&*found);
  }
  void go(Point point, ElementIndex to) {
    point.at = to;
    visit(std::move(point));
  }
  void leave(const Point& point) {
    for (const FlowIndex flow : element(point.at).outgoing) go(point, definition_.flows[flow].to);
  }

  void expand(const Point& point) {
    const Element& at = element(point.at);
    switch (at.kind) {
      case ElementKind::start_event:
      case ElementKind::exclusive_gateway:
      case ElementKind::boundary_event:
        return leave(point);
      case ElementKind::parallel_gateway:
        return pass_parallel(point);
      case ElementKind::catch_event:
      case ElementKind::receive_task:
        interrupt(point, point.at, false);
        return leave(point);
      case ElementKind::throw_event:
        if (at.event == EventKind::none) return leave(point);
        interrupt(point, point.at, false);
        return leave(compensated(point));
      case ElementKind::service_task:
      case ElementKind::user_task:
        return work(point);
      case ElementKind::sub_process: {
        Point inside = point;
        inside.forks.push_back(0);
        open_aside(point, point.at);
        return go(std::move(inside), at.start);
      }
      case ElementKind::end_event:
        return end(point);
    }
  }

  void pass_parallel(Point point) {
    const Element& gateway = element(point.at);
    auto& open = point.forks.back();
    if (gateway.incoming.size() > 1 && open > 0) --open;
    if (gateway.outgoing.size() > 1 && open < 255) ++open;
    leave(point);
  }

  void refuse_error_aside(ElementIndex at) {
    refuse(at, "effect.parallel",
           "an error of it would interrupt the main path wherever that stands");
  }

  void work(const Point& point) {
    if (point.aside && can_error_escape(point.at)) return refuse_error_aside(point.at);
    const auto bit = bits_.find(point.at);
    if (bit == bits_.end()) {
      interrupt(point, point.at, true);
      return leave(point);
    }
    const EffectRule& rule = *tasks_[static_cast<std::size_t>(bit->second)].rule;
    if (in_parallel(point))
      return refuse(point.at, "effect.parallel",
                    std::string(rule.name) + " stands in a parallel branch");
    if (effects(point.ever) & rule.effect)
      return refuse(point.at, "effect.repeated", std::string(rule.name) + " can be done twice");
    if (const auto wrong = out_of_order(rule.effect, effects(point.sure)))
      return refuse(point.at, "effect.order", std::string(rule.name) + " " + *wrong);
    Point begun = point;
    const std::uint64_t mask = std::uint64_t{1} << bit->second;
    begun.ever |= mask;
    begun.may |= mask;
    interrupt(begun, point.at, true);
    begun.sure |= mask;
    leave(begun);
  }

  /// Every boundary event by which a token that waits at `at` can be taken away: its own, and those
  /// of the sub-processes around it. @param fails whether an error can come from it.
  void interrupt(const Point& point, ElementIndex at, bool fails) {
    Point outside = point;
    for (ElementIndex host = at; host != kNone; host = element(host).parent) {
      if (host != at) outside.forks.pop_back();
      // What lies around a branch aside takes the main path away, and is followed from there.
      if (outside.forks.size() < point.aside) return;
      bool catches_all = false;
      for (const ElementIndex boundary : element(host).boundaries) {
        const Element& event = element(boundary);
        if (event.event == EventKind::error) {
          if (!fails) continue;
          catches_all |= event.error_code.empty();
        }
        leave_by(outside, at, boundary);
      }
      if (catches_all) fails = false;
    }
  }

  void leave_by(Point point, ElementIndex from, ElementIndex boundary) {
    const Element& event = element(boundary);
    if (!event.interrupting) {
      if (event.attached_to == from) open_aside(point, from);
      return;
    }
    const auto bit = bits_.find(from);
    const bool pivot = bit != bits_.end() && is_past_pivot(effects(point.may)) &&
                       !is_past_pivot(effects(point.sure));
    if (pivot && event.event != EventKind::error)
      return refuse(
          boundary, "effect.pivot_left",
          "can leave " + element(from).id + " while it is not known whether the money is taken");
    // An error from the pivot is a refusal that was read: it did not happen.
    if (pivot) point.may &= ~(std::uint64_t{1} << bit->second);
    point.left_by = boundary;
    go(std::move(point), boundary);
  }

  void open_aside(Point point, ElementIndex host) {
    point.aside = point.forks.size();
    for (const ElementIndex boundary : element(host).boundaries) {
      if (!element(boundary).interrupting) go(point, boundary);
    }
  }

  bool reaches(const Element& thrower, ElementIndex task) const {
    return thrower.compensates == kNone ? definition_.within(task, thrower.parent)
                                        : task == thrower.compensates;
  }
  bool reaches_effects(const Element& thrower) const {
    return std::any_of(tasks_.begin(), tasks_.end(),
                       [&](const EffectTask& task) { return reaches(thrower, task.at); });
  }

  /// Whether an error from here could leave a sub-process around it, and take the main path away
  /// with it.
  bool can_error_escape(ElementIndex at) const {
    const auto catches = [&](ElementIndex host, bool all) {
      const auto& boundaries = element(host).boundaries;
      return std::any_of(boundaries.begin(), boundaries.end(), [&](ElementIndex boundary) {
        const Element& event = element(boundary);
        return event.event == EventKind::error && (!all || event.error_code.empty());
      });
    };
    if (catches(at, true)) return false;
    for (ElementIndex host = element(at).parent; host != kNone; host = element(host).parent) {
      if (catches(host, false)) return true;
    }
    return false;
  }

  /// What is left after a compensation throw or end event.
  Point compensated(Point point) {
    const Element& event = element(point.at);
    // What stands when a branch aside gets here is for the main path to say, and that goes on
    // meanwhile.
    if (point.aside && reaches_effects(event))
      refuse(point.at, "effect.parallel", "undoes effects beside the main path");
    if (point.may == 0) return point;
    if (in_parallel(point))
      refuse(point.at, "effect.parallel", "undoes " + names(point.may) + " in a parallel branch");
    if (is_past_pivot(effects(point.may)))
      refuse(point.at, "effect.compensation_after_pivot",
             "can be reached once the money has been taken");
    std::uint64_t undone = 0;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const ElementIndex task = tasks_[i].at;
      if (element(task).compensation_handler == kNone) continue;
      const bool reached = reaches(event, task);
      if (reached) undone |= std::uint64_t{1} << i;
    }
    // Giving the units back also ends their commitment (the hold goes from committed to
    // unreserved).
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      if (tasks_[i].rule->effect == kCommitHold && (effects(undone & point.may) & kReserve))
        undone |= std::uint64_t{1} << i;
    }
    point.may &= ~undone;
    point.sure &= ~undone;
    return point;
  }

  void end(const Point& at) {
    Point point = at;
    const Element& event = element(point.at);
    if (event.event == EventKind::compensation) {
      interrupt(point, point.at, false);
      point = compensated(std::move(point));
    }
    if (event.event == EventKind::error) {
      if (point.aside && can_error_escape(point.at)) return refuse_error_aside(point.at);
      if (throw_error(point)) return;
    }
    if (point.aside && point.forks.size() == point.aside) return;
    if (in_parallel(point) && !point.aside) {
      if (point.may)
        refuse(point.at, "effect.parallel",
               "ends a parallel branch while effects stand: join the branches first");
      return;
    }
    if (event.parent != kNone) {
      if (may_linger(event.parent)) interrupt(point, point.at, false);
      point.forks.pop_back();
      point.at = event.parent;
      return leave(point);
    }
    judge(point);
  }

  /// Whether a branch aside can keep the sub-process open after its main path has ended.
  bool may_linger(ElementIndex scope) const {
    return std::any_of(
        definition_.elements.begin(), definition_.elements.end(),
        [&](const Element& inner) { return inner.parent == scope && !inner.interrupting; });
  }

  bool throw_error(const Point& from) {
    Point point = from;
    for (ElementIndex host = element(from.at).parent; host != kNone; host = element(host).parent) {
      point.forks.pop_back();
      bool caught = false;
      for (const ElementIndex boundary : element(host).boundaries) {
        const Element& event = element(boundary);
        if (event.event != EventKind::error) continue;
        if (!event.error_code.empty() && event.error_code != element(from.at).error_code) continue;
        caught = true;
        leave_by(point, from.at, boundary);
      }
      if (caught) return true;
    }
    return false;
  }

  void judge(const Point& point) {
    const ElementIndex blamed = point.left_by == kNone ? point.at : point.left_by;
    if (is_past_pivot(effects(point.may))) {
      if (!(effects(point.sure) & kRelease))
        refuse(blamed, "effect.no_release",
               "leads to " + element(point.at).id + " after the money was taken, without release");
    } else if (point.may) {
      refuse(blamed, "effect.uncompensated",
             "leads to " + element(point.at).id + " while " + names(point.may) + " may stand");
    }
  }

  struct EffectTask {
    ElementIndex at;
    const EffectRule* rule;
  };
  const Definition& definition_;
  std::vector<EffectTask> tasks_;
  std::map<ElementIndex, int> bits_;
  std::set<Point> seen_;
  std::vector<const Point*> todo_;
  std::set<std::pair<ElementIndex, std::string>> refused_;
  std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> check_effects(const Definition& definition) {
  return Walk(definition).run();
}

Result<std::shared_ptr<const Definition>> deploy(std::string_view xml, std::uint32_t version) {
  auto definition = read_bpmn(xml, version);
  if (!definition) return definition;
  Error error{ErrorKind::invalid,
              "bpmn.refused",
              "The process breaks a rule of stock or money; see errors.",
              {}};
  error.fields = check_effects(**definition);
  if (!error.fields.empty()) return fail(std::move(error));
  return definition;
}

}  // namespace pps::workflow
