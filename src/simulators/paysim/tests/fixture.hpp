#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "runtime/simulated.hpp"
#include "simulators/common/form.hpp"
#include "simulators/paysim/provider.hpp"

namespace pps::paysim {

/// A provider on an empty store with a clock that stands until it is moved.
class ProviderTest : public ::testing::Test {
 protected:
  struct Reply {
    int status = 0;
    json::object body;
    std::string text;  ///< The body as it came.
    net::Headers headers;

    std::string error(std::string_view field) const {
      return text_of(body.at("error").as_object(), field);
    }
    std::string operator[](std::string_view field) const { return text_of(body, field); }
    std::int64_t number(std::string_view field) const { return number_of(body, field); }
  };

  using Form = std::vector<std::pair<std::string, std::string>>;

  static net::Request request(net::Method method, const std::string& path,
                              const std::string& body = {}) {
    net::Request out;
    out.method = method;
    out.path = path;
    out.body = body;
    out.headers.set("Authorization", "Bearer sk_test_1");
    return out;
  }
  static std::string encode(const Form& form) {
    std::string body;
    for (const auto& [name, value] : form)
      body += (body.empty() ? "" : "&") + simulators::encode_percent(name) + "=" +
              simulators::encode_percent(value);
    return body;
  }

  Reply send(const net::Request& request, simulators::Mishap mishap = simulators::Mishap::none) {
    auto response = provider.handle(store, {now, world.runtime().random}, request, mishap);
    Reply reply{response.status, {}, std::get<std::string>(response.body), response.headers};
    boost::system::error_code error;
    const json::value body = json::parse(reply.text, error);
    if (!error && body.is_object()) reply.body = body.get_object();
    return reply;
  }
  Reply post(const std::string& path, const Form& form, const std::string& key = {},
             simulators::Mishap mishap = simulators::Mishap::none) {
    net::Request out = request(net::Method::post, path, encode(form));
    if (!key.empty()) out.headers.set("Idempotency-Key", key);
    return send(out, mishap);
  }
  Reply get(const std::string& path, net::Query query = {}) {
    net::Request out = request(net::Method::get, path);
    out.query = std::move(query);
    return send(out);
  }

  std::string customer() { return post("/v1/customers", {{"metadata[customer]", "c1"}})["id"]; }
  Reply intent(const std::string& method, const std::string& amount = "1000", Form more = {}) {
    Form form{{"amount", amount},
              {"currency", "eur"},
              {"capture_method", "manual"},
              {"payment_method", method}};
    form.insert(form.end(), more.begin(), more.end());
    return post("/v1/payment_intents", form);
  }
  /// A confirmed intent that holds the amount.
  std::string authorized(const std::string& amount = "1000") {
    return intent("pm_card_visa", amount, {{"confirm", "true"}})["id"];
  }
  Reply act(const std::string& id, const std::string& verb, const Form& form = {},
            const std::string& key = {}) {
    return post("/v1/payment_intents/" + id + "/" + verb, form, key);
  }

  runtime::SimulatedWorld world{1};
  simulators::MemoryStore store;
  Timestamp now = from_unix_us(1'767'225'600'000'000);  // 2026-01-01
  Provider provider{{.secret_key = "sk_test_1",
                     .vault_key = std::string(32, 'k'),
                     .origin = "http://localhost:8081",
                     .webhooks = true}};
};

}  // namespace pps::paysim
