#pragma once

#include "net/client.hpp"
#include "services/catalogue/api.hpp"
#include "simulators/common/rules.hpp"
#include "wire.hpp"

/// What lies outside the simulated processes: external systems behind HTTP, and the catalogue as data of the run.
namespace pps::simulation {

/// An external system: its rules and what it remembers. It never crashes; the line to it does everything else.
struct Outside {
  simulators::Rules& rules;
  simulators::Store& store;

  net::ClientResponse handle(runtime::SimulatedWorld& world, const net::ClientRequest& request,
                             simulators::Mishap mishap = simulators::Mishap::none);
};

/// A caller's HTTP client to it. @param effect names its exchanges in the table of faults.
std::shared_ptr<net::HttpClient> line_to(Wire& wire, Outside& outside, runtime::SimulatedProcess& caller, std::string effect);

/// A catalogue that quotes fixed prices. @pre all in one currency.
std::shared_ptr<catalogue::QuoteApi> fixed_catalogue(std::vector<catalogue::Quote> quotes);

}  // namespace pps::simulation
