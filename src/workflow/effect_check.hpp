#pragma once

#include <vector>

#include "workflow/model.hpp"

namespace pps::workflow {

/// What a process that moves stock and money must hold, on every path through it, before it may be
/// deployed. Tasks name what they do by the header `effect`: reserve, authorize, await_funds,
/// prepare, commit_hold, capture, release; what undoes it: unreserve, void, unprepare, refund. The
/// check walks every reachable (position, set of effects that may have been done), so it knows
/// nothing of patterns. A process without effects passes.
///
/// Codes, each against the element's id:
///   effect.unknown: an effect this check does not know
///   effect.order: an effect without the ones before it (capture before commit_hold, a path round reserve)
///   effect.repeated: an effect that can be done twice (a loop over capture)
///   effect.no_compensation: an undoable effect without a handler that undoes it
///   effect.wrong_compensation: a handler whose effect does not undo its task's
///   effect.uncompensated: an end that is reached with effects neither undone nor released
///   effect.compensation_after_pivot: undoing that can happen once the money has been captured
///   effect.pivot_left: something other than a refusal by the provider (an error event) can leave capture
///   effect.no_release: an end after the pivot without release
///   effect.commit_before: an undoable effect, an undo or the pivot without the header commit="before"
///   effect.parallel: an effect inside a parallel branch: its order cannot be told
std::vector<FieldError> check_effects(const Definition& definition);

/// read_bpmn and check_effects: the one way to a definition that may run. Error `invalid`
/// "bpmn.refused".
Result<std::shared_ptr<const Definition>> deploy(std::string_view xml, std::uint32_t version);

}  // namespace pps::workflow
