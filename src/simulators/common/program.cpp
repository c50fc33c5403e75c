#include "simulators/common/program.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "net/json_reader.hpp"
#include "net/problem.hpp"
#include "net/router.hpp"
#include "net/server.hpp"
#include "runtime/loop.hpp"
#include "runtime/shutdown.hpp"
#include "runtime/sync.hpp"
#include "simulators/common/journal.hpp"

namespace pps::simulators {

namespace json = boost::json;

namespace {
struct Faults {
  std::int64_t latency_ms = 0;
  double error_rate = 0, timeout_after_work_rate = 0;
  bool down = false;
};

/// A name in use, given back even if the caller hangs up and the work is dropped.
class Held {
 public:
  Held(std::set<std::string>& names, std::string name) : names_(names), name_(std::move(name)) {}
  Held(const Held&) = delete;
  ~Held() { names_.erase(name_); }

 private:
  std::set<std::string>& names_;
  std::string name_;
};

class Program {
 public:
  Program(runtime::Runtime& runtime, Rules& rules, std::shared_ptr<Journal> journal)
      : runtime_(runtime), rules_(rules), journal_(std::move(journal)) {}

  Task<net::Response> handle(net::Request request) {
    if (request.path == "/_sim/faults") co_return set_faults(request);
    if (request.path == "/livez")
      co_return net::json_response(200, std::string(R"({"status":"ok"})"));
    const auto exclusive = rules_.exclusive_name(request);
    if (exclusive && !busy_.insert(*exclusive).second) co_return rules_.busy();
    std::optional<Held> held;
    if (exclusive) held.emplace(busy_, *exclusive);
    if (faults_.latency_ms > 0)
      co_await runtime::sleep_for(runtime_, std::chrono::milliseconds(faults_.latency_ms));
    const bool silent = !faults_.down && chance(faults_.timeout_after_work_rate);
    net::Response response = work(request);
    co_await journal_->durable();
    held.reset();
    if (silent) co_await runtime::sleep_for(runtime_, std::chrono::seconds(30));
    co_return response;
  }

 private:
  net::Response work(const net::Request& request) {
    if (faults_.down) return rules_.down();
    const Moment moment{runtime_.clock.now(), runtime_.random};
    return rules_.handle(*journal_, moment, request, mishap());
  }
  bool chance(double rate) {
    return rate > 0 && static_cast<double>(runtime_.random.below(1'000'000)) < rate * 1e6;
  }
  Mishap mishap() {
    if (!chance(faults_.error_rate)) return Mishap::none;
    return runtime_.random.below(2) == 0 ? Mishap::error_before : Mishap::error_after;
  }

  Result<net::Response> set_faults(const net::Request& request) {
    if (request.method == net::Method::put) {
      boost::system::error_code error;
      const json::value body = json::parse(request.body, error);
      const auto* object = error ? nullptr : body.if_object();
      if (!object) return problem_reply(400, "json.syntax", "send a JSON object");
      Faults faults = faults_;
      for (const auto& [name, value] : *object) {
        const bool is_rate =
            value.is_number() && value.to_number<double>() >= 0 && value.to_number<double>() <= 1;
        if (name == "latency_ms" && value.is_int64() && value.get_int64() >= 0 &&
            value.get_int64() <= 60'000) {
          faults.latency_ms = value.get_int64();
        } else if (name == "error_rate" && is_rate) {
          faults.error_rate = value.to_number<double>();
        } else if (name == "timeout_after_work_rate" && is_rate) {
          faults.timeout_after_work_rate = value.to_number<double>();
        } else if (name == "down" && value.is_bool()) {
          faults.down = value.get_bool();
        } else {
          return problem_reply(422, "faults.invalid",
                               "latency_ms 0 to 60000, error_rate and timeout_after_work_rate 0 to "
                               "1, down true or false");
        }
      }
      faults_ = faults;
    }
    return net::json_response(200, json::serialize(json::object{
                                       {"latency_ms", faults_.latency_ms},
                                       {"error_rate", faults_.error_rate},
                                       {"timeout_after_work_rate", faults_.timeout_after_work_rate},
                                       {"down", faults_.down}}));
  }

  runtime::Runtime& runtime_;
  Rules& rules_;
  std::shared_ptr<Journal> journal_;
  Faults faults_;
  std::set<std::string> busy_;
};

int refuse(const std::string& name, const Error& error) {
  std::fprintf(stderr, "%s: %s (%s)\n", name.c_str(), error.detail.c_str(), error.code.c_str());
  return 1;
}
}  // namespace

int run_program(ProgramOptions options, Rules& rules, Beside beside) {
  runtime::Loop loop;
  auto& runtime = loop.runtime();
  Result<std::shared_ptr<Journal>> journal = Journal::open(runtime, options.data);
  if (!journal) return refuse(options.name, journal.error());
  Program program(runtime, rules, *journal);
  auto router = std::make_shared<net::Router>();
  router->set_fallback(
      [&program](net::Request request) { return program.handle(std::move(request)); });
  net::Server server(
      runtime, {.address = options.address, .port = options.port, .name = options.name}, router);
  const Result<void> started = server.start();
  if (!started) return refuse(options.name, started.error());
  if (beside) beside(runtime, **journal, [kept = *journal] { return kept->durable(); });
  const runtime::SignalWatch signals(runtime, [&loop](std::string) { loop.stop(); });
  if (options.json) {
    std::printf("{\"url\":\"http://localhost:%d\"}\n", server.port());
  } else {
    std::printf("%s is ready at http://localhost:%d\n", options.name.c_str(), server.port());
  }
  std::fflush(stdout);
  loop.run();
  std::fflush(nullptr);
  std::_Exit(0);  // everything answered is on disk
}

}  // namespace pps::simulators
