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
}  // namespace

Settings read_settings(config::Config& config) {
  Settings settings;
  settings.data = config.get_string("data", "data/pps");
  settings.address = config.get_string("public.address", "127.0.0.1");
  settings.port = static_cast<std::uint16_t>(config.get_int("public.port", 8080, 0, 65535));
  settings.origin =
      config.get_string("public.origin", "http://localhost:" + std::to_string(settings.port));
  if (!settings.origin.starts_with("http://") && !settings.origin.starts_with("https://"))
    config.refuse("public.origin", "must begin with http:// or https://");
  if (settings.origin.ends_with('/')) config.refuse("public.origin", "must not end with a slash");
  const std::string certificate = config.get_string("public.certificate", "");
  const std::string private_key = config.get_string("public.private_key", "");
  if (certificate.empty() != private_key.empty())
    config.refuse("public.certificate", "needs public.private_key beside it");
  if (!certificate.empty()) settings.tls = net::TlsFiles{certificate, private_key};
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
