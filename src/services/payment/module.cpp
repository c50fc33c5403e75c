#include "services/payment/module.hpp"

#include "services/payment/service.hpp"

namespace pps::payment {

Task<std::shared_ptr<PaymentApi>> make_local(Dependencies dependencies) {
  config::Config& config = dependencies.config;
  const std::string url = config.get_string("payment.provider_url", "https://api.stripe.com");
  const std::string secret_key = config.get_string("payment.secret_key", "");
  Settings settings{
      .webhook_secret = config.get_string("payment.webhook_secret", ""),
      .allow_test_tokens = config.get_bool("payment.allow_test_tokens", false),
      .return_origins = config.get_list("payment.return_origins", {dependencies.public_origin})};
  if (settings.return_origins.empty())
    settings.return_origins.push_back(dependencies.public_origin);
  const auto connections = config.get_int("payment.connections", 64, 1, 10'000);
  Result<std::shared_ptr<net::HttpClient>> provider = net::make_http_client(
      dependencies.runtime,
      {.base_url = url,
       .max_connections = static_cast<std::size_t>(connections),
       .breaker_counts_5xx = true});
  if (!provider) {
    config.refuse("payment.provider_url", provider.error().detail);
    co_return fail(std::move(provider).error());
  }
  PaymentService::Dependencies needs{
      dependencies.runtime, dependencies.table,  dependencies.bus,   *provider,
      secret_key,           dependencies.shards, std::move(settings)};
  auto service = std::make_shared<PaymentService>(std::move(needs));
  Result<void> started = co_await service->start();
  if (!started) co_return fail(std::move(started).error());
  co_return std::shared_ptr<PaymentApi>(std::move(service));
}

}  // namespace pps::payment
