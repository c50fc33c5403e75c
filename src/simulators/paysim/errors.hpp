#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace pps::paysim {

namespace json = boost::json;

/// Stripe's error object with its status (https://docs.stripe.com/api/errors).
struct Refusal {
  int status = 400;
  json::object error;
  /// Stripe keeps no idempotent result when parameters fail validation, since nothing began to
  /// execute.
  bool began = true;
};

template <class T>
using Answer = std::expected<T, Refusal>;

/// `invalid_request_error` with 400, before anything was done.
std::unexpected<Refusal> invalid(std::string_view code, std::string message,
                                 std::string_view param = {});
/// 404 `resource_missing`: "No such payment_intent: 'pi_x'".
std::unexpected<Refusal> missing(std::string_view object, std::string_view id,
                                 std::string_view param);
/// 400 that depends on the state of an object, so it is kept with the idempotency key.
std::unexpected<Refusal> wrong_state(std::string_view code, std::string message,
                                     json::object error = {});

net::Response error_reply(int status, json::object error);
/// 500 `api_error`.
net::Response failed_reply();

}  // namespace pps::paysim
