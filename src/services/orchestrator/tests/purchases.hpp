#pragma once

#include <gtest/gtest.h>

#include "outside.hpp"

/// A shop's orchestrator on its models, and what tests do with it.
namespace pps::orchestrator::testing {

class Purchases : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<void> opened = world.run(shop.open());
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
  }
  Result<AcceptReply> accept(AcceptRequest request) { return world.run(shop.service->accept({}, std::move(request))); }
  AcceptReply accepted(std::vector<std::pair<std::string, std::int64_t>> lines, std::string key = "k1") {
    Result<AcceptReply> reply = accept(order(1, std::move(key), std::move(lines), outside));
    EXPECT_TRUE(reply) << reply.error().code << " " << reply.error().detail;
    return reply ? *reply : AcceptReply{};
  }
  Purchase now(PurchaseId id) {
    Result<Purchase> purchase = world.run(shop.service->get({}, {id, std::nullopt}));
    EXPECT_TRUE(purchase) << purchase.error().code << " " << purchase.error().detail;
    return purchase ? *purchase : Purchase{};
  }
  /// Waits as a page does, by long polls, until the purchase is final.
  Purchase ended(PurchaseId id, int polls = 400) {
    std::int64_t seen = 0;
    for (int i = 0; i < polls; ++i) {
      EventsRequest request{{id, std::nullopt}, seen, Duration(std::chrono::seconds(10)).count()};
      Result<EventsReply> reply = world.run(shop.service->events({}, request));
      EXPECT_TRUE(reply) << reply.error().code;
      if (!reply) return {};
      for (const auto& entry : reply->entries) EXPECT_EQ(entry.seq, ++seen);
      if (reply->final) return reply->purchase;
    }
    ADD_FAILURE() << "it never ended";
    return now(id);
  }
  /// Until the live rows have left the shard.
  void archive() { world.run_for(std::chrono::seconds(1)); }

  Outside outside;
  runtime::SimulatedWorld world{1};
  Process shop{world, outside, "shop"};
};

}  // namespace pps::orchestrator::testing
