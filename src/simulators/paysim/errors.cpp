#include "simulators/paysim/errors.hpp"

#include <boost/json.hpp>

#include "simulators/common/rules.hpp"

namespace pps::paysim {

namespace {

std::string doc_url(std::string_view code) {
  std::string url = "https://stripe.com/docs/error-codes/";
  for (const char c : code) url += c == '_' ? '-' : c;
  return url;
}

}  // namespace

std::unexpected<Refusal> invalid(std::string_view code, std::string message,
                                 std::string_view param) {
  Refusal refusal{.status = 400, .error = {}, .began = false};
  if (!code.empty()) {
    refusal.error["code"] = code;
    refusal.error["doc_url"] = doc_url(code);
  }
  refusal.error["message"] = std::move(message);
  if (!param.empty()) refusal.error["param"] = param;
  refusal.error["type"] = "invalid_request_error";
  return std::unexpected(std::move(refusal));
}

std::unexpected<Refusal> missing(std::string_view object, std::string_view id,
                                 std::string_view param) {
  auto refusal = invalid("resource_missing",
                         "No such " + std::string(object) + ": '" + std::string(id) + "'", param);
  refusal.error().status = 404;
  refusal.error().began = true;
  return refusal;
}

std::unexpected<Refusal> wrong_state(std::string_view code, std::string message,
                                     json::object error) {
  error["code"] = code;
  error["doc_url"] = doc_url(code);
  error["message"] = std::move(message);
  error["type"] = "invalid_request_error";
  return std::unexpected(Refusal{.status = 400, .error = std::move(error), .began = true});
}

net::Response error_reply(int status, json::object error) {
  return simulators::json_reply(status, json::serialize(json::object{{"error", std::move(error)}}));
}

net::Response failed_reply() {
  return error_reply(500, {{"message", "An unknown error occurred"}, {"type", "api_error"}});
}

}  // namespace pps::paysim
