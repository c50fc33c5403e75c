#pragma once

/// Deliberate faults of the code, to show that the simulation finds them. Only the build of tests/simulation defines
/// PPS_WITH_MUTANTS: everywhere else `PPS_MUTANT(…)` is the constant false and leaves nothing in the program.
#ifdef PPS_WITH_MUTANTS

#include <string_view>

namespace pps {

/// The one mutant of this run; empty: none. Set before anything runs.
inline std::string_view active_mutant;

}  // namespace pps

#define PPS_MUTANT(name) (::pps::active_mutant == (name))

#else

#define PPS_MUTANT(name) false

#endif
