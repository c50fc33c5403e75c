#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pps::workflow {

/// BPMN XML of a process written as one line per element, so that test cases can be read:
///
///     start s -> a
///     service a type=shop.a effect=reserve commit=before -> g
///     boundary late on=a timer=PT5M -> failed
///     boundary a_undo on=a compensation -> undo_a
///     service undo_a undo type=shop.undo
///     xor g -> done if =x > 1; failed default
///     sub p -> done
///     start s2 in=p -> b
///     end done
///
/// Kinds: start end service user receive catch throw boundary xor and sub; another kind is written
/// as it stands. Words: type effect commit retries backoff deadline message key timer date error on
/// in compensates input.X output.X
/// (=value, no spaces); flags compensation, undo, non_interrupting.
std::string bpmn_of(std::string_view process, const std::vector<std::string>& lines);

}  // namespace pps::workflow
