#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/server.hpp"
#include "runtime/config.hpp"
#include "runtime/log.hpp"

namespace pps::app {

/// What the process as a whole is told; each module reads its own keys itself.
struct Settings {
  std::string data;           ///< `data`: the folder of everything that is kept.
  net::ServerOptions listener;  ///< The other keys of `public`: address, port, certificate, limits.
  std::string origin;           ///< `public.origin`: what browsers call us; the tokens' issuer.
  std::string internal_address;     ///< `internal.address`
  std::uint16_t internal_port = 0;  ///< `internal.port`; 0: any free one.
  std::string web;                  ///< `web.folder`; empty: no page.
  std::string openapi;              ///< `web.openapi`: the description that /openapi.json serves.
  std::uint16_t shards = 4;         ///< `storage.shards`: fixed when the data folder is made.
  std::size_t cache_bytes = 0;      ///< `storage.cache_bytes`
  std::string fulfilment_url;       ///< `fulfilment.url`
  bool force_http = false;          ///< `internal.force_http`: calls between services of this process go over HTTP.
  Duration grace;                   ///< `shutdown.grace`
  std::set<std::string> only;       ///< `services`: which run here; the others are called at `remote.NAME`.
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;
};

Settings read_settings(config::Config& config);

/// Every service's name, in the order in which they start.
inline constexpr const char* kServices[] = {"notifications", "auth",    "catalogue",    "store",
                                            "provisioner",   "payment", "orchestrator", "gateway", "shoppers"};

}  // namespace pps::app
