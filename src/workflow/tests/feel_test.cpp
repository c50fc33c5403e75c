#include "workflow/feel.hpp"

#include <gtest/gtest.h>

#include "case_file.hpp"

namespace pps::workflow {
namespace {

/// tests/cases/feel.feel: `with {…}` sets the variables; any other line at the margin is an
/// expression, and the line under it is its value, or the code of its refusal.
TEST(Feel, evaluates_as_its_cases_say) {
  const std::string path = PPS_SOURCE_DIR "/src/workflow/tests/cases/feel.feel";
  std::vector<Block> blocks = read_cases(path);
  Values variables;
  for (Block& block : blocks) {
    if (block.head.starts_with("with ")) {
      variables = *Expression::parse(block.head.substr(5))->evaluate({}).context();
      continue;
    }
    const auto parsed = Expression::parse(block.head);
    const std::string seen = parsed ? to_feel(parsed->evaluate(variables)) : parsed.error().code;
    if (is_updating()) {
      block.body = {seen};
    } else {
      EXPECT_EQ(std::vector{seen}, block.body) << path << ":" << block.line << ": " << block.head;
    }
  }
  if (is_updating()) write_cases(path, blocks);
}

TEST(Feel, bounds_what_it_reads) {
  const auto code = [](const std::string& text) { return Expression::parse(text).error().code; };
  EXPECT_EQ(code(std::string(5000, '1')), "feel.too_large");
  EXPECT_EQ(code(std::string(40, '(') + "1" + std::string(40, ')')), "feel.too_large");
  EXPECT_EQ(code(std::string(40, '-') + "1"), "feel.too_large");
  std::string sum = "1";
  for (int i = 1; i < 200; ++i) sum += "+1";
  EXPECT_EQ(Expression::parse(sum)->evaluate({}), Value(200));
  for (int i = 0; i < 200; ++i) sum += "+1";
  EXPECT_EQ(code(sum), "feel.too_large");
  std::string path = "a";
  for (int i = 0; i < 300; ++i) path += ".a";
  EXPECT_EQ(code(path), "feel.too_large");
}

TEST(Feel, an_attribute_is_a_text_unless_it_begins_with_an_equals_sign) {
  EXPECT_EQ(Expression::parse_attribute("PT5M")->evaluate({}), Value("PT5M"));
  EXPECT_EQ(Expression::parse_attribute("=a + 1")->evaluate({{"a", 2}}), Value(3));
  EXPECT_FALSE(Expression::parse_attribute("=a +"));
}

TEST(Values, are_read_back_as_written) {
  const Values values = {{"null", {}},
                         {"yes", true},
                         {"no", false},
                         {"number", *Number::parse("-12.050")},
                         {"most", std::int64_t{9'223'372'036'854'775'807}},
                         {"text", std::string("a\0\"\n", 4)},
                         {"list", List{1, "x", List{}}},
                         {"context", Values{{"inner", Values{{"deep", 1}}}}}};
  EXPECT_EQ(*decode_values(encode_values(values)), values);
  EXPECT_EQ(decode_values("")->size(), 0u);
}

TEST(Values, that_are_cut_short_or_changed_are_refused_and_never_read_past_their_end) {
  const std::string bytes =
      encode_values({{"list", List{1, "text", Values{{"a", true}}}}, {"n", *Number::parse("1.5")}});
  for (std::size_t size = 1; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_values(bytes.substr(0, size))) << size;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      (void)decode_values(changed);
    }
  }
  std::string deep = "\1\1a";
  for (int i = 0; i < 100; ++i) deep += "\5\1";
  EXPECT_FALSE(decode_values(deep + std::string(1, '\0')));
}

TEST(Duration, reads_fixed_lengths_alone) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_duration("PT5M"), Duration(5min));
  EXPECT_EQ(parse_duration("P1DT2H3M4.5S"), Duration(26h + 3min + 4500ms));
  EXPECT_EQ(parse_duration("PT0S"), Duration(0));
  EXPECT_EQ(parse_duration("P3650D"), Duration(24h * 3650));
  for (const char* bad :
       {"", "P", "PT", "5M", "P1Y", "P1M", "PT1M1H", "PT1.5M", "PT-1S", "P3651D", "P1DT", "PT5",
        "PTM", "P1D2H", "pt5m", "PT1S ", "PT0.0000001S", "P99999999999999999D"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

}  // namespace
}  // namespace pps::workflow
