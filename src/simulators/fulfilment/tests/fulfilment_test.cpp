#include "simulators/fulfilment/fulfilment.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "runtime/simulated.hpp"

namespace pps::fulfilment {
namespace {

namespace json = boost::json;
using simulators::Mishap;

struct Reply {
  int status = 0;
  json::object body;
  std::string operator[](std::string_view field) const {
    const auto* value = body.if_contains(field);
    return value && value->is_string() ? std::string(value->get_string()) : std::string{};
  }
};

class FulfilmentTest : public ::testing::Test {
 protected:
  Reply send(net::Method method, const std::string& path, const json::object& body,
             const std::string& key = {}, Mishap mishap = Mishap::none, net::Query query = {}) {
    net::Request request;
    request.method = method;
    request.path = path;
    request.body = json::serialize(body);
    request.query = std::move(query);
    if (!key.empty()) request.headers.set("Idempotency-Key", key);
    const auto response =
        rules.handle(store, {world.now(), world.runtime().random}, request, mishap);
    return {response.status, json::parse(std::get<std::string>(response.body)).as_object()};
  }
  static json::object licence(std::int64_t line = 0, std::int64_t quantity = 2) {
    return {{"order_reference", "o1"},
            {"line", line},
            {"kind", "licence"},
            {"sku", "S1"},
            {"quantity", quantity}};
  }
  static json::object physical() {
    json::object body = licence();
    body["kind"] = "physical";
    body["address"] = {{"name", "Ada"},
                       {"line1", "Main Street 1"},
                       {"city", "Wien"},
                       {"postal_code", "1010"},
                       {"country", "AT"}};
    return body;
  }
  Reply prepare(const json::object& body, const std::string& key = "k",
                Mishap mishap = Mishap::none) {
    return send(net::Method::post, "/v1/fulfilments", body, key, mishap);
  }
  Reply act(const std::string& id, const std::string& verb) {
    return send(net::Method::post, "/v1/fulfilments/" + id + "/" + verb, {});
  }
  Reply cancel_line(std::int64_t line = 0) {
    return send(net::Method::post, "/v1/fulfilments/cancel",
                {{"order_reference", "o1"}, {"line", line}});
  }
  Reply list(net::Query query) {
    return send(net::Method::get, "/v1/fulfilments", {}, {}, Mishap::none, query);
  }
  std::size_t items() { return list({}).body.at("items").as_array().size(); }

  runtime::SimulatedWorld world{1};
  simulators::MemoryStore store;
  Fulfilment rules;
};

TEST_F(FulfilmentTest, ALicenceHasOneKeyPerUnitFromItsReleaseOn) {
  const auto made = prepare(licence(0, 3));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made["status"], "prepared");
  EXPECT_TRUE(made.body.at("licence_keys").as_array().empty());
  const auto released = act(made["id"], "release");
  std::set<std::string> keys;
  for (const auto& key : released.body.at("licence_keys").as_array()) keys.emplace(key.as_string());
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_EQ(act(made["id"], "release").body, released.body) << "released once";
  EXPECT_EQ(act(made["id"], "cancel")["code"], "already_released");
  EXPECT_EQ(cancel_line()["code"], "already_released");
}

TEST_F(FulfilmentTest, AParcelHasATrackingNumberFromItsReleaseOn) {
  const auto made = prepare(physical());
  EXPECT_TRUE(made.body.at("tracking").is_null());
  EXPECT_FALSE(act(made["id"], "release")["tracking"].empty());
}

TEST_F(FulfilmentTest, ALineIsMadeOnceWhateverTheKey) {
  const auto first = prepare(licence(), "k1");
  EXPECT_EQ(prepare(licence(), "k1").status, 200);
  EXPECT_EQ(prepare(licence(), "k2")["id"], first["id"]);
  EXPECT_EQ(prepare(licence(0, 9), "k3")["code"], "fulfilment.differs");
  EXPECT_EQ(prepare(licence(1), "k1")["code"], "idempotency.key_reused");
  EXPECT_EQ(items(), 1U);
}

TEST_F(FulfilmentTest, ACancelledLineIsNeverMade) {
  EXPECT_EQ(cancel_line()["status"], "cancelled");
  EXPECT_EQ(cancel_line()["status"], "cancelled");
  EXPECT_EQ(prepare(licence())["code"], "already_undone");
  EXPECT_EQ(items(), 0U);
  const auto other = prepare(licence(1), "k2");
  EXPECT_EQ(cancel_line(1)["status"], "cancelled");
  EXPECT_EQ(act(other["id"], "release")["code"], "already_undone");
  EXPECT_EQ(act(other["id"], "cancel")["status"], "cancelled");
  EXPECT_EQ(prepare(licence(1), "k2")["code"], "already_undone");
}

TEST_F(FulfilmentTest, AFailureMayHaveDoneTheWork) {
  EXPECT_EQ(prepare(licence(), "k", Mishap::error_before).status, 500);
  EXPECT_EQ(items(), 0U);
  EXPECT_EQ(prepare(licence(), "k", Mishap::error_after).status, 500);
  EXPECT_EQ(items(), 1U);
  EXPECT_EQ(prepare(licence()).status, 200);
}

struct BadCase {
  std::string name, field;
  json::value value;
};
class BadBodies : public FulfilmentTest, public ::testing::WithParamInterface<BadCase> {};

TEST_P(BadBodies, AreRefused) {
  json::object body = physical();
  body[GetParam().field] = GetParam().value;
  EXPECT_EQ(prepare(body).status, 422);
  EXPECT_EQ(items(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadBodies,
    ::testing::Values(BadCase{"no_quantity", "quantity", 0}, BadCase{"much", "quantity", 1000},
                      BadCase{"line", "line", -1}, BadCase{"kind", "kind", "gas"},
                      BadCase{"sku", "sku", ""}, BadCase{"address", "address", nullptr},
                      BadCase{"empty_address", "address", json::object{}},
                      BadCase{"unknown", "colour", "red"}),
    [](const auto& one) { return one.param.name; });

TEST_F(FulfilmentTest, AsksForAKey) {
  EXPECT_EQ(prepare(licence(), "").status, 400);
  EXPECT_EQ(prepare(licence(), std::string(256, 'k')).status, 400);
}

TEST_F(FulfilmentTest, ListsInPagesAndByLine) {
  for (int i = 0; i < 5; ++i) {
    prepare(licence(i), std::to_string(i));
    world.run_for(std::chrono::milliseconds(1));
  }
  std::set<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const auto reply = list({{"limit", "2"}, {"cursor", cursor}});
    for (const auto& item : reply.body.at("items").as_array())
      seen.emplace(item.at("id").as_string());
    cursor = reply["next_cursor"];
    EXPECT_EQ(cursor.empty(), page == 2);
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(list({{"order_reference", "o1"}, {"line", "3"}}).body.at("items").as_array().size(),
            1U);
  EXPECT_EQ(list({{"order_reference", "o1"}, {"line", "9"}}).body.at("items").as_array().size(),
            0U);
  for (const char* limit : {"0", "101", "x", ""})
    EXPECT_EQ(list({{"limit", limit}}).status, 422) << limit;
}

TEST_F(FulfilmentTest, NothingElseIsThere) {
  EXPECT_EQ(act("ful_none", "release").status, 404);
  EXPECT_EQ(send(net::Method::get, "/v2", {}).status, 404);
  EXPECT_EQ(send(net::Method::del, "/v1/fulfilments", {}).status, 405);
}

}  // namespace
}  // namespace pps::fulfilment
