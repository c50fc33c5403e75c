#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>

namespace pps {

/// How one effect stands at the participant that performs it (architecture: "Every effect ends exactly once").
enum class EffectState : std::uint8_t {
  unknown,  ///< Never heard of: surely not done.
  pending,  ///< Begun; ask again.
  done,
  undone,   ///< Compensated, or compensated before it ever came (tombstone): it will never be done.
  refused,  ///< Decided against for a business reason; nothing was done.
};
BOOST_DESCRIBE_ENUM(EffectState, unknown, pending, done, undone, refused)

}  // namespace pps
