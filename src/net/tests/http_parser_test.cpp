#include "net/http_parser.hpp"

#include <gtest/gtest.h>

namespace pps::net {
namespace {

/// What a parser makes of bytes that come in these pieces: each request's target and body.
std::string requests_in(const std::vector<std::string>& pieces) {
  RequestParser parser(2'048);
  std::string pending;
  std::string out;
  for (const auto& piece : pieces) {
    pending += piece;
    while (!pending.empty()) {
      const bool had_head = parser.head_done();
      const ParseStep step = parser.feed(pending);
      if (step.error != ParseError::none) return out + "refused: " + std::string(step.detail);
      pending.erase(0, step.used);
      if (!had_head && parser.head_done()) parser.limit_body(1'000);
      if (parser.done()) {
        out += parser.head().target + "=" + parser.body() + ";";
        parser.reset();
      } else if (step.used == 0) {
        break;
      }
    }
  }
  return out;
}

TEST(RequestParser, reads_the_same_requests_wherever_the_stream_is_cut) {
  const std::string stream =
      "\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\r\n\r\n"
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
      "POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n";
  const std::string expected = "/a=;/b=\r\n\r\n;/c=hi;/d=;/e=;";
  ASSERT_EQ(requests_in({stream}), expected);
  for (std::size_t one = 0; one <= stream.size(); ++one)
    for (std::size_t two = one; two <= stream.size(); ++two)
      ASSERT_EQ(requests_in({stream.substr(0, one), stream.substr(one, two - one), stream.substr(two)}), expected)
          << one << " " << two;
  std::vector<std::string> bytes;
  for (const char c : stream) bytes.emplace_back(1, c);
  EXPECT_EQ(requests_in(bytes), expected);
}

}  // namespace
}  // namespace pps::net
