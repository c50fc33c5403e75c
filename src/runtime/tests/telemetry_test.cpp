#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/log.hpp"
#include "runtime/metrics.hpp"
#include "runtime/simulated.hpp"
#include "runtime/trace.hpp"

namespace pps {
namespace {

TEST(Log, text_lines_quote_what_needs_it) {
  EXPECT_EQ(
      log::format_line(log::Format::text, "T", log::Level::info, "purchase.accepted",
                       {{"id", "abc"},
                        {"n", 3},
                        {"ok", true},
                        {"ratio", 0.5},
                        {"why", "two words"},
                        {"e", ""},
                        {"inj", "a\nlevel=error \"x\""}}),
      R"(T info purchase.accepted id=abc n=3 ok=true ratio=0.5 why="two words" e="" inj="a\nlevel=error \"x\"")");
}

TEST(Log, json_lines_are_json) {
  EXPECT_EQ(log::format_line(log::Format::json, "T", log::Level::error, "e",
                             {{"a", "x\"\\\n\x01"}, {"n", -1}, {"f", 1.5}, {"b", false}}),
            "{\"time\":\"T\",\"level\":\"error\",\"event\":\"e\",\"a\":\"x\\\"\\\\\\n\\u0001\","
            "\"n\":-1,\"f\":1.5,\"b\":false}");
}

TEST(Metrics, expose_in_prometheus_text) {
  metrics::counter("test_things_total", "Things.\nTwo lines", {{"kind", "a\"b"}}).add(3);
  metrics::gauge("test_level", "A level").set(-2);
  auto& latency = metrics::histogram("test_seconds", "Latency", {{"op", "x"}});
  latency.observe_us(50);
  latency.observe_us(51);
  latency.observe_us(20'000'000);
  const auto text = metrics::expose();
  EXPECT_THAT(text, testing::HasSubstr(
                        "# HELP test_things_total Things.\\nTwo lines\n# TYPE test_things_total "
                        "counter\ntest_things_total{kind=\"a\\\"b\"} 3\n"));
  EXPECT_THAT(text, testing::HasSubstr("# TYPE test_level gauge\ntest_level -2\n"));
  EXPECT_THAT(text, testing::HasSubstr("test_seconds_bucket{op=\"x\",le=\"5e-05\"} "
                                       "1\ntest_seconds_bucket{op=\"x\",le=\"0.0001\"} 2\n"));
  EXPECT_THAT(text, testing::HasSubstr("test_seconds_bucket{op=\"x\",le=\"10\"} "
                                       "2\ntest_seconds_bucket{op=\"x\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, testing::HasSubstr(
                        "test_seconds_sum{op=\"x\"} 20.000101\ntest_seconds_count{op=\"x\"} 3\n"));
}

TEST(Metrics, a_handle_is_the_same_each_time) {
  EXPECT_EQ(&metrics::counter("test_same_total", "", {{"a", "1"}}),
            &metrics::counter("test_same_total", "", {{"a", "1"}}));
  EXPECT_NE(&metrics::counter("test_same_total", "", {{"a", "1"}}),
            &metrics::counter("test_same_total", "", {{"a", "2"}}));
}

TEST(Trace, reads_and_writes_traceparent) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto context = trace::parse(good);
  ASSERT_TRUE(context);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(trace::format(*context), good);
  EXPECT_TRUE(trace::parse(
      "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-holds"));
  for (const char* bad : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                          "00-0af7651916cd43dd8448eb211c80319cxb7ad6b7169203331-01",
                          "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x"})
    EXPECT_FALSE(trace::parse(bad)) << bad;
}

TEST(Trace, a_child_keeps_the_trace_and_has_a_span_of_its_own) {
  runtime::SimulatedWorld world(1);
  trace::Tracer tracer(world.runtime());
  const auto root = tracer.child_of(std::nullopt);
  EXPECT_TRUE(trace::is_set(root));
  std::set<std::array<std::uint8_t, 8>> spans{root.span_id};
  for (int i = 0; i < 500; ++i) {
    const auto child = tracer.child_of(root);
    EXPECT_EQ(child.trace_id, root.trace_id);
    EXPECT_TRUE(spans.insert(child.span_id).second);
  }
  EXPECT_NE(tracer.child_of(std::nullopt).trace_id, root.trace_id);
}

}  // namespace
}  // namespace pps
