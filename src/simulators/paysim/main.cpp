#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>

#include "runtime/files.hpp"
#include "runtime/loop.hpp"
#include "runtime/sync.hpp"
#include "simulators/common/program.hpp"
#include "simulators/paysim/hooks.hpp"
#include "simulators/paysim/provider.hpp"

namespace {

using namespace pps;

constexpr std::size_t kKeyBytes = 32;

// The key that seals card numbers: made once, kept beside the data.
Result<std::string> vault_key(const std::string& data) {
  Result<void> ready = runtime::make_folder(data);
  if (!ready) return fail(std::move(ready).error());
  const std::string path = data + "/vault.key";
  Result<std::string> kept = runtime::read_file(path, kKeyBytes);
  if (kept && kept->size() != kKeyBytes)
    return fail(ErrorKind::invalid, "vault.key", path + " must have 32 bytes");
  if (kept || kept.error().kind != ErrorKind::not_found) return kept;
  runtime::Loop loop;
  std::array<std::uint8_t, kKeyBytes> bytes{};
  loop.runtime().random.fill(bytes);
  std::string key(bytes.begin(), bytes.end());
  Result<void> written = runtime::replace_file(path, key);
  if (!written) return fail(std::move(written).error());
  return key;
}

struct Receiver {
  std::string origin, path;
};

Receiver receiver_of(const std::string& url) {
  const auto start = url.find("://");
  const auto slash = start == std::string::npos ? start : url.find('/', start + 3);
  if (slash == std::string::npos) return {url, "/"};
  return {url.substr(0, slash), url.substr(slash)};
}

int refuse(const Error& error) {
  std::fprintf(stderr, "paysim: %s (%s)\n", error.detail.c_str(), error.code.c_str());
  return 1;
}

void start_hooks(const std::string& url, const std::string& secret, runtime::Runtime& runtime,
                 simulators::Store& store, std::function<boost::asio::awaitable<void>()> durable) {
  const Receiver receiver = receiver_of(url);
  auto client = net::make_http_client(
      runtime, {.base_url = receiver.origin, .max_connections = 1, .breaker_failures = 0});
  if (!client) std::exit(refuse(client.error()));
  paysim::Delivery delivery{runtime, store, std::move(durable), *client, receiver.path, secret};
  runtime::spawn(runtime.executor, paysim::deliver(std::move(delivery)));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"paysim: a payment provider that speaks the Stripe API, for development and tests."};
  simulators::ProgramOptions options{.name = "paysim", .port = 8081};
  paysim::Settings settings;
  std::string webhook_url, webhook_secret;
  app.add_option("--data", options.data, "Folder of its data")->required();
  app.add_option("--address", options.address, "Where it listens")->capture_default_str();
  app.add_option("--port", options.port, "0: any free one")->capture_default_str();
  app.add_option("--key", settings.secret_key, "The secret key of its one account: sk_test_…")
      ->required();
  app.add_option("--origin", settings.origin,
                 "Where browsers reach its pages; default: as the API was called");
  auto* url = app.add_option("--webhook-url", webhook_url, "Where events are delivered");
  app.add_option("--webhook-secret", webhook_secret, "What signs them: whsec_…")->needs(url);
  app.add_flag("--json", options.json, "One JSON line when it is ready");
  CLI11_PARSE(app, argc, argv);
  if (!webhook_url.empty() && webhook_secret.empty())
    return refuse({ErrorKind::invalid, "webhook.secret", "--webhook-url needs --webhook-secret"});
  Result<std::string> key = vault_key(options.data);
  if (!key) return refuse(key.error());
  settings.vault_key = *key;
  settings.webhooks = !webhook_url.empty();
  paysim::Provider rules(settings);
  simulators::Beside beside;
  if (settings.webhooks)
    beside = [&](runtime::Runtime& runtime, simulators::Store& store, auto durable) {
      start_hooks(webhook_url, webhook_secret, runtime, store, std::move(durable));
    };
  return simulators::run_program(std::move(options), rules, std::move(beside));
}
