#include "simulators/common/program.hpp"

#include <map>

#include "simulators/common/tests/forked.hpp"

namespace pps::simulators {
namespace {

class Counter final : public Rules {
 public:
  net::Response handle(Store& store, const Moment&, const net::Request& request,
                       Mishap mishap) override {
    if (mishap == Mishap::error_before) return {.status = 500};
    const std::string count = std::to_string(std::stoi(store.get("count").value_or("0")) + 1);
    if (request.method == net::Method::post) store.put("count", count);
    if (mishap == Mishap::error_after) return {.status = 500};
    net::Response response;
    response.body = count;
    return response;
  }
  std::optional<std::string> exclusive_name(const net::Request& request) const override {
    const auto key = request.headers.get("Idempotency-Key");
    return key ? std::optional(std::string(*key)) : std::nullopt;
  }
  net::Response down() const override { return {.status = 503}; }
};

class ProgramTest : public ::testing::Test {
 protected:
  int status(net::Method method, const std::string& path, const std::string& body = {}) {
    const auto answer = program.ask({.method = method, .path = path, .body = body});
    return answer ? answer->status : 0;
  }
  std::string count() {
    const auto answer = program.ask({.path = "/"});
    return answer ? answer->body : answer.error().code;
  }

  Forked program{[] { return std::make_unique<Counter>(); }};
};

TEST_F(ProgramTest, WhatWasAnsweredSurvivesKill9) {
  program.start();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status(net::Method::post, "/"), 200);
  EXPECT_EQ(count(), "11");
  EXPECT_TRUE(WIFSIGNALED(program.end(SIGKILL)));
  program.start();
  EXPECT_EQ(count(), "11");
  const int ended = program.end(SIGTERM);
  EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
}

TEST_F(ProgramTest, OneRequestOfANameAtATime) {
  program.start();
  ASSERT_EQ(status(net::Method::put, "/_sim/faults", R"({"latency_ms":200})"), 200);
  std::vector<net::ClientRequest> requests(5, {.method = net::Method::post, .path = "/"});
  for (std::size_t i = 0; i < 3; ++i) requests[i].headers.set("Idempotency-Key", "same");
  std::map<int, int> statuses;
  for (const auto& answer : program.ask_all(requests)) ++statuses[answer ? answer->status : 0];
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 3}, {409, 2}}));
  requests.resize(1);
  EXPECT_EQ(program.ask(requests[0])->status, 200) << "the name is free again";
}

TEST_F(ProgramTest, FailsAsToldTo) {
  program.start();
  EXPECT_EQ(status(net::Method::get, "/livez"), 200);
  EXPECT_EQ(status(net::Method::put, "/_sim/faults", R"({"down":true})"), 200);
  EXPECT_EQ(status(net::Method::post, "/"), 503);
  EXPECT_EQ(count(), "");
  EXPECT_EQ(status(net::Method::put, "/_sim/faults", R"({"down":false,"error_rate":1})"), 200);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status(net::Method::post, "/"), 500);
  EXPECT_EQ(status(net::Method::put, "/_sim/faults", R"({"error_rate":0})"), 200);
  const int done = std::stoi(count()) - 1;
  EXPECT_GT(done, 0) << "some failures had done the work";
  EXPECT_LT(done, 20) << "some had not";
  for (const char* wrong :
       {"", "[]", R"({"error_rate":2})", R"({"latency_ms":-1})", R"({"other":1})"})
    EXPECT_GE(status(net::Method::put, "/_sim/faults", wrong), 400) << wrong;
}

}  // namespace
}  // namespace pps::simulators
