#include "simulators/common/rules.hpp"

#include <boost/json.hpp>

namespace pps::simulators {

namespace {

constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string base62(std::uint64_t value, std::size_t digits) {
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0; value /= 62) out[i] = kAlphabet[value % 62];
  return out;
}

}  // namespace

std::string make_id(std::string_view prefix, const Moment& moment) {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(moment.now.time_since_epoch());
  std::string id(prefix);
  id += base62(static_cast<std::uint64_t>(ms.count()), 8);
  // 83 bits: two numbers below 62^7, whose bias in 64 bits is below 2^-22.
  id += base62(moment.random.next() % 3'521'614'606'208ULL, 7);
  id += base62(moment.random.next() % 3'521'614'606'208ULL, 7);
  return id;
}

net::Response json_reply(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

net::Response problem_reply(int status, std::string_view code, std::string_view detail) {
  const boost::json::object body{{"type", "about:blank"},
                                 {"title", code},
                                 {"status", status},
                                 {"code", code},
                                 {"detail", detail}};
  net::Response response = json_reply(status, boost::json::serialize(body));
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

}  // namespace pps::simulators
