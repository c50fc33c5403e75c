#include "simulators/common/tests/forked.hpp"
#include "simulators/fulfilment/fulfilment.hpp"

namespace pps::fulfilment {
namespace {

TEST(FulfilmentProgram, RemembersTombstonesAndItemsAfterKill9) {
  simulators::Forked program([] { return std::make_unique<Fulfilment>(); });
  const auto post = [&](const std::string& path, const std::string& body) {
    net::ClientRequest request{.method = net::Method::post, .path = path, .body = body};
    request.headers.set("Idempotency-Key", body);
    const auto answer = program.ask(std::move(request));
    return answer ? answer->status : 0;
  };
  const auto made = [](int line) {
    return R"({"order_reference":"o","line":)" + std::to_string(line) +
           R"(,"kind":"licence","sku":"S","quantity":1})";
  };
  program.start();
  EXPECT_EQ(post("/v1/fulfilments/cancel", R"({"order_reference":"o","line":1})"), 200);
  EXPECT_EQ(post("/v1/fulfilments", made(0)), 201);
  program.end(SIGKILL);
  program.start();
  EXPECT_EQ(post("/v1/fulfilments", made(0)), 200);
  EXPECT_EQ(post("/v1/fulfilments", made(1)), 409);
}

}  // namespace
}  // namespace pps::fulfilment
