#pragma once

#include <functional>
#include <string>

#include "simulators/common/rules.hpp"

namespace pps::simulators {

struct ProgramOptions {
  std::string name;  ///< "paysim"
  std::string data;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  bool json = false;  ///< One line `{"url": …}` when it is ready.
};

/// What a program does beside answering requests: called on the loop once, with the store it may
/// read and change.
using Beside = std::function<void(runtime::Runtime&, Store&,
                                  std::function<boost::asio::awaitable<void>()> durable)>;

/// Serves the rules until SIGTERM or SIGINT, with faults at /_sim/faults and GET /livez; the exit
/// status.
///
/// Faults (`PUT /_sim/faults {latency_ms, error_rate, timeout_after_work_rate, down}`, all
/// optional, GET shows them): every answer waits `latency_ms`; a share `error_rate` of requests
/// answers 500, half of them after doing the work; a share `timeout_after_work_rate` is done and
/// never answered; `down` answers 503 to everything.
int run_program(ProgramOptions options, Rules& rules, Beside beside = {});

}  // namespace pps::simulators
