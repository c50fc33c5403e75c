#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace pps::app {

/// A program that was started, or found running, by its pid file. Blocks; for the demo's
/// supervisor.
struct Child {
  std::string name;                    ///< "pps", "paysim", "fulfilment"
  std::vector<std::string> arguments;  ///< The program first.
  std::string folder;                  ///< Its data folder; holds `pid` and `log`.
  int pid = 0;
  bool ours = false;  ///< Started by this process: it is ended with it.
};

/// Starts it, with standard output and error appended to `log`; if the pid file names a running
/// process of the same program, takes that one. Error `unavailable` "process.start".
Result<void> start(Child& child);
/// Whether it still runs (a child of ours that ended is reaped).
bool alive(Child& child);
/// SIGTERM, then SIGKILL after `seconds`.
void end(Child& child, int seconds);
/// Waits a little; false if SIGTERM or SIGINT came since `watch_signals`.
void watch_signals();
bool asked_to_end();
void pause_ms(int milliseconds);

}  // namespace pps::app
