#include "net/health.hpp"

#include <boost/json.hpp>

#include "runtime/metrics.hpp"

namespace pps::net {

namespace {

const char* name_of(Health::Part part) {
  switch (part) {
    case Health::Part::ok:
      return "ok";
    case Health::Part::starting:
      return "starting";
    case Health::Part::failed:
      return "failed";
  }
  return "failed";
}

const char* name_of(Health::Whole whole) {
  switch (whole) {
    case Health::Whole::ready:
      return "ready";
    case Health::Whole::starting:
      return "starting";
    case Health::Whole::draining:
      return "draining";
    case Health::Whole::unwell:
      return "unwell";
  }
  return "unwell";
}

Route route(std::string pattern, std::string operation, Handler handler) {
  Route out;
  out.pattern = std::move(pattern);
  out.operation_id = std::move(operation);
  out.handler = std::move(handler);
  return out;
}

Response readiness(const Health& health) {
  boost::json::object checks;
  for (const auto& [name, part] : health.parts()) checks[name] = name_of(part);
  const auto whole = health.whole();
  const bool ready = whole == Health::Whole::ready;
  Response response = json_response(
      ready ? 200 : 503, boost::json::serialize(boost::json::object{
                             {"status", name_of(whole)}, {"checks", std::move(checks)}}));
  response.headers.add("Cache-Control", "no-store");
  if (!ready) response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace

std::vector<std::pair<std::string, Health::Part>> Health::parts() const {
  std::vector<std::pair<std::string, Part>> out;
  for (const auto& [name, check] : checks_) out.emplace_back(name, check());
  return out;
}

Health::Whole Health::whole() const {
  if (draining_) return Whole::draining;
  bool starting = false;
  for (const auto& [name, part] : parts()) {
    if (part == Part::failed) return Whole::unwell;
    starting = starting || part == Part::starting;
  }
  return starting ? Whole::starting : Whole::ready;
}

void add_health_routes(Router& router, std::shared_ptr<const Health> health) {
  router.add(route("/livez", "get_liveness", [](Request) -> Task<Response> {
    Response response = json_response(200, R"({"status":"ok"})");
    response.headers.add("Cache-Control", "no-store");
    co_return response;
  }));
  router.add(route("/readyz", "get_readiness",
                   [health](Request) -> Task<Response> { co_return readiness(*health); }));
}

void add_metrics_route(Router& router, Access access) {
  Route metrics = route("/metrics", "get_metrics", [](Request) -> Task<Response> {
    Response response;
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = metrics::expose();
    co_return response;
  });
  metrics.access = std::move(access);
  router.add(std::move(metrics));
}

}  // namespace pps::net
