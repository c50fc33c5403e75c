#pragma once

#include <functional>
#include <string>

#include "net/client.hpp"
#include "runtime/runtime.hpp"
#include "simulators/common/store.hpp"

/// Delivery of events. Only outcomes that nobody waits for on a connection are delivered (what
/// became of an intent that went to the cardholder's bank): everything else the caller has heard in
/// the answer.
namespace pps::paysim {

/// `t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>">`
/// (https://docs.stripe.com/webhooks#verify-manually).
std::string sign(const std::string& body, const std::string& secret, std::int64_t now_s);

struct Delivery {
  runtime::Runtime& runtime;
  simulators::Store& store;
  std::function<boost::asio::awaitable<void>()> durable;
  std::shared_ptr<net::HttpClient> client;
  std::string path, secret;
};

/// Delivers what waits under `hook/`, oldest first, for ever: each until the receiver answers 2xx,
/// with pauses from one second that double up to one minute while it does not.
boost::asio::awaitable<void> deliver(Delivery delivery);

}  // namespace pps::paysim
