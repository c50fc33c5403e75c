#include "app/settings.hpp"

#include <algorithm>
#include <iterator>

#include "runtime/files.hpp"

namespace pps::app {

namespace {
void read_log(config::Config& config, Settings& settings) {
  const std::string level = config.get_string("log.level", "info");
  constexpr std::pair<const char*, log::Level> kLevels[] = {{"debug", log::Level::debug},
                                                            {"info", log::Level::info},
                                                            {"warn", log::Level::warn},
                                                            {"error", log::Level::error}};
  const auto found =
      std::ranges::find_if(kLevels, [&](const auto& one) { return level == one.first; });
  if (found == std::end(kLevels)) {
    config.refuse("log.level", "must be debug, info, warn or error");
  } else {
    settings.log_level = found->second;
  }
  const std::string format = config.get_string("log.format", "text");
  if (format != "text" && format != "json") config.refuse("log.format", "must be text or json");
  settings.log_format = format == "json" ? log::Format::json : log::Format::text;
}

void read_services(config::Config& config, Settings& settings) {
  const std::vector<std::string> all(std::begin(kServices), std::end(kServices));
  for (const auto& name : config.get_list("services", all)) {
    if (std::ranges::find(all, name) == all.end())
      config.refuse("services", "no service is called " + name);
    settings.only.insert(name);
  }
}

Duration read_timeout(config::Config& config, const char* key, Duration fallback) {
  const Duration given = config.get_duration(key, fallback);
  if (given >= std::chrono::seconds(1) && given <= std::chrono::hours(1)) return given;
  config.refuse(key, "must be 1s to 1h");
  return fallback;
}

net::ServerOptions read_listener(config::Config& config) {
  net::ServerOptions listener{.name = "public"};
  listener.address = config.get_string("public.address", "127.0.0.1");
  listener.port = static_cast<std::uint16_t>(config.get_int("public.port", 8080, 0, 65535));
  const std::string certificate = config.get_string("public.certificate", "");
  const std::string private_key = config.get_string("public.private_key", "");
  if (certificate.empty() != private_key.empty())
    config.refuse("public.certificate", "needs public.private_key beside it");
  if (!certificate.empty()) listener.tls = net::TlsFiles{certificate, private_key};
  const auto number = [&config](const char* key, std::size_t fallback, std::int64_t least, std::int64_t most) {
    return static_cast<std::size_t>(config.get_int(key, static_cast<std::int64_t>(fallback), least, most));
  };
  listener.trusted_proxies = config.get_list("public.trusted_proxies", {});
  for (const auto& proxy : listener.trusted_proxies)
    if (!net::is_address_or_prefix(proxy))
      config.refuse("public.trusted_proxies", proxy + " is neither an address nor a prefix like 10.0.0.0/8");
  listener.max_connections = number("public.max_connections", listener.max_connections, 1, 1'000'000);
  listener.max_requests_in_flight = number("public.max_requests", listener.max_requests_in_flight, 1, 1'000'000);
  listener.max_header_bytes = number("public.max_header_bytes", listener.max_header_bytes, 4'096, 1 << 20);
  listener.header_timeout = read_timeout(config, "public.header_timeout", listener.header_timeout);
  listener.idle_timeout = read_timeout(config, "public.idle_timeout", listener.idle_timeout);
  return listener;
}
}  // namespace

Settings read_settings(config::Config& config) {
  Settings settings;
  settings.data = config.get_string("data", "data/pps");
  settings.listener = read_listener(config);
  settings.origin =
      config.get_string("public.origin", "http://localhost:" + std::to_string(settings.listener.port));
  if (!settings.origin.starts_with("http://") && !settings.origin.starts_with("https://"))
    config.refuse("public.origin", "must begin with http:// or https://");
  if (settings.origin.ends_with('/')) config.refuse("public.origin", "must not end with a slash");
  settings.internal_address = config.get_string("internal.address", "127.0.0.1");
  settings.internal_port = static_cast<std::uint16_t>(config.get_int("internal.port", 0, 0, 65535));
  settings.force_http = config.get_bool("internal.force_http", false);
  settings.web = config.get_string("web.folder", "");
  settings.openapi = config.get_string("web.openapi", "");
  settings.shards = static_cast<std::uint16_t>(config.get_int("storage.shards", 4, 1, 4096));
  settings.cache_bytes =
      static_cast<std::size_t>(config.get_int("storage.cache_bytes", 16 << 20, 1 << 20, 1ll << 40));
  settings.fulfilment_url = config.get_string("fulfilment.url", "http://127.0.0.1:8082");
  settings.grace = config.get_duration("shutdown.grace", std::chrono::seconds(10));
  read_log(config, settings);
  read_services(config, settings);
  return settings;
}

}  // namespace pps::app
