#include "services/payment/module.hpp"

#include "services/payment/service.hpp"

namespace pps::payment {

namespace {
struct Configuration {
  std::string url, secret_key;
  std::size_t connections = 64;
  Settings settings;
};

Configuration read(config::Config& config, const std::string& public_origin) {
  Configuration out;
  out.url = config.get_string("payment.provider_url", "https://api.stripe.com");
  out.secret_key = config.get_string("payment.secret_key", "");
  out.connections = static_cast<std::size_t>(config.get_int("payment.connections", 64, 1, 10'000));
  out.settings.webhook_secret = config.get_string("payment.webhook_secret", "");
  out.settings.allow_test_tokens = config.get_bool("payment.allow_test_tokens", false);
  out.settings.return_origins = config.get_list("payment.return_origins", {public_origin});
  if (out.settings.return_origins.empty()) out.settings.return_origins.push_back(public_origin);
  return out;
}
}  // namespace

void read_configuration(config::Config& config, bool runs_here) {
  const Configuration given = read(config, {});
  if (!runs_here) return;
  if (given.secret_key.empty())
    config.refuse("payment.secret_key", "must be set to the provider's secret key (sk_…)");
  if (given.settings.webhook_secret.empty())
    config.refuse("payment.webhook_secret", "must be set to the webhook's signing secret (whsec_…)");
}

Task<std::shared_ptr<PaymentApi>> make_local(Dependencies dependencies) {
  Configuration given = read(dependencies.config, dependencies.public_origin);
  Result<std::shared_ptr<net::HttpClient>> provider = net::make_http_client(
      dependencies.runtime,
      {.base_url = given.url,
       .max_connections = given.connections,
       .breaker_counts_5xx = true});
  if (!provider) {
    dependencies.config.refuse("payment.provider_url", provider.error().detail);
    co_return fail(std::move(provider).error());
  }
  PaymentService::Dependencies needs{
      dependencies.runtime, dependencies.table,  dependencies.bus,   *provider,
      given.secret_key,     dependencies.shards, std::move(given.settings)};
  auto service = std::make_shared<PaymentService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<PaymentApi>(std::move(service));
}

}  // namespace pps::payment
