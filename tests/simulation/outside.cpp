#include "outside.hpp"

#include <algorithm>

#include "simulators/common/model_client.hpp"

namespace pps::simulation {

namespace {
class Line final : public net::HttpClient {
 public:
  Line(Wire& wire, Outside& outside, runtime::SimulatedProcess& caller, std::string effect)
      : wire_(wire), outside_(outside), caller_(caller), effect_(std::move(effect)) {}

  Task<net::ClientResponse> send(Context context, net::ClientRequest request) override {
    simulators::Mishap mishap = simulators::Mishap::none;
    if (wire_.faults.chance(15)) mishap = simulators::Mishap::error_before;
    else if (wire_.faults.chance(15)) mishap = simulators::Mishap::error_after;
    if (mishap != simulators::Mishap::none) wire_.note(effect_, "answers 500");
    std::function<bool(std::function<void(Result<net::ClientResponse>)>)> deliver =
        [this_wire = &wire_, to = &outside_, request, mishap](std::function<void(Result<net::ClientResponse>)> tell) {
          tell(to->handle(this_wire->world, request, mishap));
          return true;
        };
    // The external system does not crash: whoever called it does.
    std::function<void()> crash = [this_wire = &wire_, process = &caller_] { this_wire->kill(*process); };
    return exchange<net::ClientResponse>(wire_, caller_, effect_, context, std::move(deliver), std::move(crash));
  }

 private:
  Wire& wire_;
  Outside& outside_;
  runtime::SimulatedProcess& caller_;
  const std::string effect_;
};

class FixedCatalogue final : public catalogue::QuoteApi {
 public:
  explicit FixedCatalogue(std::vector<catalogue::Quote> quotes) : quotes_(std::move(quotes)) {}

  Task<catalogue::QuoteReply> quote(Context, catalogue::QuoteRequest request) override {
    catalogue::QuoteReply reply;
    for (auto& sku : request.skus) {
      const auto known = std::ranges::find(quotes_, sku, &catalogue::Quote::sku);
      catalogue::Quote missing;
      missing.sku = std::move(sku);
      reply.quotes.push_back(known == quotes_.end() ? std::move(missing) : *known);
    }
    co_return reply;
  }

 private:
  std::vector<catalogue::Quote> quotes_;
};
}  // namespace

net::ClientResponse Outside::handle(runtime::SimulatedWorld& world, const net::ClientRequest& request,
                                    simulators::Mishap mishap) {
  net::Response response =
      rules.handle(store, simulators::Moment{world.now(), world}, simulators::received(request), mishap);
  net::ClientResponse out{.status = response.status, .headers = std::move(response.headers), .body = {}};
  if (auto* text = std::get_if<std::string>(&response.body)) out.body = std::move(*text);
  else out.body = *std::get<std::shared_ptr<const std::string>>(response.body);
  return out;
}

std::shared_ptr<net::HttpClient> line_to(Wire& wire, Outside& outside, runtime::SimulatedProcess& caller, std::string effect) {
  return std::make_shared<Line>(wire, outside, caller, std::move(effect));
}

std::shared_ptr<catalogue::QuoteApi> fixed_catalogue(std::vector<catalogue::Quote> quotes) {
  return std::make_shared<FixedCatalogue>(std::move(quotes));
}

}  // namespace pps::simulation
