#include "simulators/paysim/hooks.hpp"

#include <algorithm>

#include "runtime/sync.hpp"
#include "simulators/common/crypto.hpp"

namespace pps::paysim {

namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds(50);
constexpr Duration kFirstPause = std::chrono::seconds(1), kLongestPause = std::chrono::minutes(1);
constexpr Duration kPatience = std::chrono::seconds(10);

// What waits, oldest first.
std::vector<std::string> waiting(const simulators::Store& store) {
  std::vector<std::string> ids;
  for (const auto& pair : store.scan("hook/", simulators::after_prefix("hook/"), 100, false))
    ids.push_back(pair.first.substr(5));
  return ids;
}

Task<net::ClientResponse> post(const Delivery& delivery, const std::string& body) {
  net::ClientRequest request{.method = net::Method::post, .path = delivery.path, .body = body};
  request.headers.set("Content-Type", "application/json; charset=utf-8");
  const std::int64_t now_s = to_unix_us(delivery.runtime.clock.now()) / 1'000'000;
  request.headers.set("Stripe-Signature", sign(body, delivery.secret, now_s));
  Context context;
  context.deadline = delivery.runtime.clock.monotonic() + kPatience;
  co_return co_await delivery.client->send(std::move(context), std::move(request));
}

}  // namespace

std::string sign(const std::string& body, const std::string& secret, std::int64_t now_s) {
  const std::string at = std::to_string(now_s);
  return "t=" + at + ",v1=" + simulators::hmac_sha256_hex(secret, at + "." + body);
}

boost::asio::awaitable<void> deliver(Delivery delivery) {
  Duration pause = kFirstPause;
  for (;;) {
    bool failed = false;
    const std::vector<std::string> ids = waiting(delivery.store);
    if (!ids.empty()) co_await delivery.durable();  // never tell what could be forgotten
    for (const auto& id : ids) {
      const std::string body = delivery.store.get("event/" + id).value_or("");
      const Result<net::ClientResponse> answer = co_await post(delivery, body);
      failed = !answer || answer->status < 200 || answer->status > 299;
      if (failed) break;
      delivery.store.erase("hook/" + id);
      pause = kFirstPause;
    }
    co_await runtime::sleep_for(delivery.runtime, failed ? pause : kLookAgain);
    if (failed) pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace pps::paysim
