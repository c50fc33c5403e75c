#include "simulators/common/model_client.hpp"

#include <algorithm>

#include "runtime/sync.hpp"
#include "simulators/common/form.hpp"

namespace pps::simulators {

namespace {

net::ClientResponse answer_of(net::Response response) {
  net::ClientResponse out{
      .status = response.status, .headers = std::move(response.headers), .body = {}};
  if (auto* text = std::get_if<std::string>(&response.body))
    out.body = std::move(*text);
  else
    out.body = *std::get<std::shared_ptr<const std::string>>(response.body);
  return out;
}

}  // namespace

net::Request received(const net::ClientRequest& request) {
  net::Request out;
  out.method = request.method;
  out.target = request.path;
  const auto mark = request.path.find('?');
  out.path = decode_percent(std::string_view(request.path).substr(0, mark), false).value_or("");
  if (mark != std::string::npos)
    out.query = decode_form(std::string_view(request.path).substr(mark + 1)).value_or(net::Query{});
  out.headers = request.headers;
  out.body = request.body;
  return out;
}

ModelClient::ModelClient(runtime::Runtime& runtime, Rules& rules, Store& store, Decide decide,
                         Duration answer_timeout)
    : runtime_(runtime),
      rules_(rules),
      store_(store),
      decide_(std::move(decide)),
      answer_timeout_(answer_timeout) {}

net::Response ModelClient::arrive(const net::ClientRequest& request, Mishap mishap) {
  return rules_.handle(store_, Moment{runtime_.clock.now(), runtime_.random}, received(request),
                       mishap);
}

Duration ModelClient::patience(const Context& context) const {
  return std::min(answer_timeout_, context.deadline - runtime_.clock.monotonic());
}

Task<net::ClientResponse> ModelClient::send(Context context, net::ClientRequest request) {
  const LineFate fate = decide_ ? decide_(request) : LineFate{};
  if (fate.refuse)
    co_return fail(ErrorKind::unavailable, "net.refused", "the connection was refused");
  const Duration patience_left = patience(context);
  const bool silent =
      fate.lose_request || fate.lose_answer || fate.before + fate.after > patience_left;
  if (!fate.lose_request && fate.before > patience_left) {
    // It arrives after the caller has given up: the nastiest case, so it does happen.
    auto late = [](runtime::Runtime& runtime, Rules& rules, Store& store, net::ClientRequest sent,
                   Duration delay, Mishap mishap) -> boost::asio::awaitable<void> {
      co_await runtime::sleep_for(runtime, delay);
      rules.handle(store, Moment{runtime.clock.now(), runtime.random}, received(sent), mishap);
    };
    runtime::spawn(runtime_.executor,
                   late(runtime_, rules_, store_, request, fate.before, fate.mishap));
  } else {
    co_await runtime::sleep_for(runtime_, fate.before);
    if (!fate.lose_request) {
      net::Response response = arrive(request, fate.mishap);
      if (fate.twice) arrive(request, Mishap::none);
      if (!silent) {
        co_await runtime::sleep_for(runtime_, fate.after);
        co_return answer_of(std::move(response));
      }
    }
  }
  co_await runtime::sleep_for(runtime_, std::max(Duration::zero(), patience_left - fate.before));
  co_return fail(ErrorKind::unknown_outcome, "net.no_answer", "no answer before the deadline");
}

}  // namespace pps::simulators
