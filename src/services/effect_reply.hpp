#pragma once

#include <boost/describe/class.hpp>
#include <string>

#include "base/effect.hpp"

namespace pps {

/// What a participant answers to an effect, its undo or a look-up. Business refusals are states, not errors: an Error
/// means that the outcome is not known or that the call itself was wrong.
struct EffectReply {
  EffectState state = EffectState::unknown;
  std::string code;      ///< With `refused`: stable code, e.g. "stock.insufficient", "payment.declined".
  std::string detail;    ///< For people.
  std::string tracking;  ///< After release of a physical line: the carrier's number.
};
BOOST_DESCRIBE_STRUCT(EffectReply, (), (state, code, detail, tracking))

}  // namespace pps
