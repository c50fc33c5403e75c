#include "runtime/metrics.hpp"
#include "server_fixture.hpp"

namespace pps::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST_F(ServerTest, answers_with_all_that_http_asks_for) {
  start();
  const auto response = ask("GET /hello?name=Ada+L HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_in(response), 200);
  EXPECT_EQ(body_in(response), "hello Ada L");
  EXPECT_EQ(header_in(response, "Content-Length"), "11");
  EXPECT_EQ(header_in(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(header_in(response, "Date"),
              testing::MatchesRegex(
                  "[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] [0-9:]+ GMT"));
  EXPECT_EQ(header_in(response, "traceparent").size(), 55u);
  EXPECT_EQ(header_in(response, "Connection"), "");
}

TEST_F(ServerTest, the_callers_trace_goes_on) {
  start();
  const auto response =
      ask("GET /hello HTTP/1.1\r\nHost: x\r\ntraceparent: "
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n");
  EXPECT_THAT(header_in(response, "traceparent"),
              testing::MatchesRegex("00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]+-01"));
  EXPECT_THAT(header_in(response, "traceparent"), testing::Not(HasSubstr("b7ad6b7169203331")));
}

struct RequestCase {
  std::string request;
  int status;
  const char* body = "";  // a part of it
};

class ServerRequests : public ServerTest, public testing::WithParamInterface<RequestCase> {};

TEST_P(ServerRequests, get_their_status) {
  start();
  const auto response = ask(GetParam().request);
  EXPECT_EQ(status_in(response), GetParam().status) << response;
  EXPECT_THAT(response, HasSubstr(GetParam().body));
}

constexpr const char* kMalformed = R"("code":"request.malformed")";

INSTANTIATE_TEST_SUITE_P(
    Good, ServerRequests,
    testing::Values(
        RequestCase{"\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200},
        RequestCase{"GET /hello HTTP/1.0\r\n\r\n", 200},
        RequestCase{"GET http://shop.example/hello?name=z HTTP/1.1\r\nHost: x\r\n\r\n", 200,
                    "hello z"},
        RequestCase{"GET /items/a%2Fb%20c HTTP/1.1\r\nHost: x\r\n\r\n", 200, "a/b c|/items/a/b c"},
        RequestCase{get("X: a\r\n  folded\r\n"), 200},
        RequestCase{get("content-length: 0\r\n"), 200}, RequestCase{get("X-Empty:\r\n"), 200},
        RequestCase{post("Content-Length: 3\r\n", "abc"), 200, "abc"},
        RequestCase{post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"),
                    200, "abcd"},
        RequestCase{post("Transfer-Encoding: CHUNKED\r\n", "0\r\nHost: evil\r\nX: y\r\n\r\n"), 200},
        RequestCase{post("Content-Length: 100000\r\n", std::string(100'000, 'q')), 200},
        RequestCase{"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 404},
        RequestCase{"DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, HEAD"},
        RequestCase{"BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n", 405},
        RequestCase{"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404}));

// Each of these two servers in a row could read in two ways, or is no request at all.
INSTANTIATE_TEST_SUITE_P(
    Refused, ServerRequests,
    testing::Values(
        RequestCase{"GET /hello HTTP/1.1\r\n\r\n", 400, kMalformed},
        RequestCase{get("Host: y\r\n"), 400, kMalformed},
        RequestCase{post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
                    kMalformed},
        RequestCase{post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400,
                    kMalformed},
        RequestCase{post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400, kMalformed},
        RequestCase{post("Content-Length: 3, 3\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length: +3\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length: -1\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length: 0x3\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length: 3 3\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length:\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length: 99999999999999999999999\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Content-Length : 3\r\n", "abc"), 400, kMalformed},
        RequestCase{post("Transfer-Encoding: gzip\r\n", "0\r\n\r\n"), 400, kMalformed},
        RequestCase{post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400, kMalformed},
        RequestCase{post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400, kMalformed},
        RequestCase{
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
            kMalformed},
        RequestCase{
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400,
            kMalformed},
        RequestCase{post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400, kMalformed},
        RequestCase{post("Transfer-Encoding:\r\n", "0\r\n\r\n"), 400, kMalformed},
        RequestCase{"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                    kMalformed},
        RequestCase{post("Transfer-Encoding: chunked\r\n", "g\r\nabc\r\n0\r\n\r\n"), 400,
                    kMalformed},
        RequestCase{post("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n"), 400,
                    kMalformed},
        RequestCase{post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"), 400,
                    kMalformed},
        RequestCase{post("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n\r\n\r\n"), 400,
                    kMalformed},
        RequestCase{"GET /hello HTTP/1.1\nHost: x\n\n\r\n\r\n", 400, kMalformed},
        RequestCase{get("X y: z\r\n"), 400, kMalformed},
        RequestCase{get(": z\r\n"), 400, kMalformed},
        RequestCase{get("X: a\rb\r\n"), 400, kMalformed},
        RequestCase{get(std::string("X: a\0b\r\n", 8)), 400, kMalformed},
        RequestCase{get("no colon\r\n"), 400, kMalformed},
        RequestCase{"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /h\xc3\xa9llo HTTP/1.1\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET hello HTTP/1.1\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /hello#x HTTP/1.1\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /hello?x=%e HTTP/1.1\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /hello HTTP/1.2\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"GET /hello\r\nHost: x\r\n\r\n", 400, kMalformed},
        RequestCase{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, kMalformed},
        RequestCase{std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400,
                    kMalformed},
        RequestCase{get("Expect: a-pony\r\n"), 400, kMalformed},
        RequestCase{post("Content-Length: 100001\r\n", ""), 413, "body.too_large"},
        RequestCase{post("Transfer-Encoding: chunked\r\n", "186a1\r\n"), 413, "body.too_large"},
        RequestCase{"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n", 413,
                    "body.too_large"},
        RequestCase{get("X: " + std::string(17'000, 'a') + "\r\n"), 431, "headers.too_large"},
        RequestCase{"GET /" + std::string(20'000, 'a'), 431, "headers.too_large"}));

TEST_F(ServerTest, more_than_128_fields_are_refused) {
  start();
  std::string fields;
  for (int i = 0; i < 200; ++i) fields += "A: b\r\n";
  EXPECT_EQ(status_in(ask(get(fields))), 431);
}

TEST_F(ServerTest, a_head_may_not_grow_field_by_field) {
  start();
  auto socket = connect();
  socket.send("GET /hello HTTP/1.1\r\nHost: x\r\n");
  const std::string field = "X: " + std::string(1'000, 'a') + "\r\n";
  for (int i = 0; i < 100; ++i) {
    if (!socket.send(field)) break;
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(status_in(socket.read_response()), 431);
}

TEST_F(ServerTest, a_chunked_body_over_the_limit_is_cut_off_and_the_client_reads_why) {
  start();
  auto socket = connect();
  socket.send(post("Transfer-Encoding: chunked\r\n", ""));
  const std::string chunk = "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  for (int i = 0; i < 50; ++i)
    if (!socket.send(chunk)) break;
  EXPECT_EQ(status_in(socket.read_response()), 413);
}

TEST_F(ServerTest, head_has_the_fields_of_get_without_its_body) {
  start();
  auto socket = connect();
  socket.send(
      "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  const auto both = socket.read_all();
  EXPECT_EQ(header_in(both, "Content-Length"), "9");
  const auto second = body_in(both);
  EXPECT_THAT(second, testing::StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_EQ(header_in(second, "Content-Length"), "");
  EXPECT_EQ(header_in(second, "Connection"), "close");
}

TEST_F(ServerTest, keeps_connections_as_each_version_says) {
  start();
  EXPECT_THAT(ask_closing("GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close"));
  auto old = connect();
  for (int i = 0; i < 2; ++i) {
    old.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(header_in(old.read_response(), "Connection"), "keep-alive");
  }
}

TEST_F(ServerTest, pipelined_requests_are_answered_in_order_whatever_the_cuts) {
  start();
  std::string all;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    const std::string body(static_cast<std::size_t>(i * 37 % 500), static_cast<char>('a' + i % 26));
    if (i % 3 == 0)
      all += post(
          "Transfer-Encoding: chunked\r\n",
          body.empty() ? "0\r\n\r\n" : fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body));
    else
      all += post(fmt::format("Content-Length: {}\r\n", body.size()), body);
    expected += body + ";";
  }
  for (const std::size_t piece : {all.size(), std::size_t(1), std::size_t(7), std::size_t(4'096)}) {
    auto socket = connect();
    std::thread sender([&] {
      for (std::size_t at = 0; at < all.size(); at += piece)
        socket.send(std::string_view(all).substr(at, piece));
    });
    std::string got;
    for (int i = 0; i < 50; ++i) got += body_in(socket.read_response()) + ";";
    sender.join();
    EXPECT_EQ(got, expected) << piece;
  }
}

TEST_F(ServerTest, half_closed_clients_get_their_answer) {
  start();
  auto socket = connect();
  socket.send(get(""));
  socket.shut_write();
  const auto response = socket.read_all();
  EXPECT_EQ(body_in(response), "hello you");
  EXPECT_TRUE(socket.is_closed_by_peer());
}

TEST_F(ServerTest, expect_continue_is_answered_before_the_body_or_refused_at_once) {
  start();
  auto socket = connect();
  socket.send(post("Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("abc");
  EXPECT_EQ(body_in(socket.read_response()), "abc");
  EXPECT_EQ(status_in(ask(post("Content-Length: 200000\r\nExpect: 100-continue\r\n", ""))), 413);
}

TEST_F(ServerTest, slow_heads_slow_bodies_and_idle_connections_end) {
  ServerOptions options;
  options.header_timeout = 100ms;
  options.idle_timeout = 200ms;
  start(options);
  auto idle = connect();
  auto drip = connect();
  auto body = connect();
  drip.send("GET /hello HT");
  body.send(post("Content-Length: 50\r\n", "abc"));
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(20ms);
    drip.send("T");  // a byte now and then does not buy time
  }
  const std::string late = drip.read_all();
  EXPECT_EQ(status_in(late), 408);
  EXPECT_THAT(late, HasSubstr(R"("code":"request.timeout")"));
  EXPECT_TRUE(drip.is_closed_by_peer());
  EXPECT_EQ(status_in(body.read_all()), 408);
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_TRUE(idle.is_closed_by_peer());
}

TEST_F(ServerTest, a_client_that_does_not_read_is_let_go) {
  ServerOptions options;
  options.idle_timeout = 200ms;
  start(options);
  auto socket = connect();
  socket.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  auto& gauge = metrics::gauge("pps_http_connections", "", {{"listener", "test"}});
  wait_for([&] { return gauge.value() == 1; });
  wait_for([&] { return gauge.value() == 0; });
}

TEST_F(ServerTest, a_large_answer_arrives_whole) {
  start();
  EXPECT_EQ(body_in(ask("GET /big HTTP/1.1\r\nHost: x\r\n\r\n")).size(), 20'000'000u);
}

TEST_F(ServerTest, over_the_limits_the_answer_is_503_with_advice) {
  ServerOptions options;
  options.max_requests_in_flight = 2;
  options.max_connections = 4;
  start(options);
  auto first = connect();
  auto second = connect();
  first.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  second.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for([&] { return waiting == 2; });
  const auto third = ask(get(""));
  EXPECT_EQ(status_in(third), 503);
  EXPECT_EQ(header_in(third, "Retry-After"), "1");
  EXPECT_THAT(third, HasSubstr(R"("code":"overloaded")"));
  gate_open();
  EXPECT_EQ(body_in(first.read_response()), "waited");
  EXPECT_EQ(body_in(second.read_response()), "waited");
  wait_for([&] { return status_in(ask(get(""))) == 200; });
  std::vector<RawSocket> more;
  for (int i = 0; i < 4; ++i) more.push_back(connect());
  EXPECT_EQ(status_in(more.back().read_response()), 503);
}

TEST_F(ServerTest, a_stream_takes_no_place_from_requests) {
  ServerOptions options;
  options.max_requests_in_flight = 1;
  start(options);
  auto watching = connect();
  watching.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  watching.read_until("\r\n\r\n");
  EXPECT_EQ(status_in(ask(get(""))), 200);
}

TEST_F(ServerTest, a_handler_that_never_ends_is_not_waited_for) {
  add(
      Method::get, "/stuck",
      [this](Request) -> Task<Response> {
        co_await gate.wait();
        co_return text("late");
      },
      [](Route& route) { route.deadline = 10ms; });
  ServerOptions options;
  options.handler_grace = 40ms;
  options.idle_timeout = 200ms;
  start(options);
  const std::string answer = ask_closing("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_in(answer), 504);
  EXPECT_THAT(answer, HasSubstr(R"("code":"deadline.passed")"));
}

TEST_F(ServerTest, answers_cannot_be_forged_by_header_values) {
  start();
  const auto response = ask("GET /forged HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(response, testing::Not(HasSubstr("Set-Cookie")));
  EXPECT_EQ(header_in(response, "Content-Length"), "1");
}

TEST_F(ServerTest, proxies_are_believed_only_if_configured) {
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8", "10.1.2.3"};
  start(options);
  EXPECT_EQ(body_in(ask("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n")), "127.0.0.1");
  EXPECT_EQ(body_in(ask("GET /peer HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9, "
                        "10.1.2.3\r\n\r\n")),
            "203.0.113.9");
  EXPECT_EQ(body_in(ask("GET /peer HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: "
                        "6.6.6.6\r\nX-Forwarded-For: 2001:db8::1\r\n\r\n")),
            "2001:db8::1");
  EXPECT_EQ(body_in(ask("GET /peer HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: nonsense\r\n\r\n")),
            "127.0.0.1");
}

TEST_F(ServerTest, without_configured_proxies_a_forwarded_address_is_ignored) {
  start();
  EXPECT_EQ(body_in(ask("GET /peer HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")),
            "127.0.0.1");
}

TEST_F(ServerTest, draining_lets_requests_end_and_closes_the_rest) {
  start();
  auto idle = connect();
  idle.send(get(""));
  idle.read_response();
  auto streaming = connect();
  streaming.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  streaming.read_until("\r\n\r\n");
  auto busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for([&] { return waiting == 1; });
  auto drained =
      thread.start<void>([this] { return server->drain(thread.runtime().clock.monotonic() + 5s); });
  EXPECT_TRUE(idle.is_closed_by_peer());
  EXPECT_TRUE(streaming.is_closed_by_peer());
  EXPECT_EQ(drained.wait_for(50ms), std::future_status::timeout);
  gate_open();
  const auto response = busy.read_response();
  EXPECT_EQ(body_in(response), "waited");
  EXPECT_EQ(header_in(response, "Connection"), "close");
  EXPECT_EQ(drained.wait_for(2s), std::future_status::ready);
}

TEST_F(ServerTest, draining_ends_at_its_deadline) {
  start();
  auto busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for([&] { return waiting == 1; });
  const auto before = std::chrono::steady_clock::now();
  (void)thread.run<void>(
      [this] { return server->drain(thread.runtime().clock.monotonic() + 100ms); });
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  EXPECT_TRUE(busy.is_closed_by_peer());
}

TEST_F(ServerTest, counts_what_it_answers) {
  start();
  auto& counter = metrics::counter("pps_http_requests_total", "",
                                   {{"operation", "/items/{id}"}, {"status", "200"}});
  const auto before = counter.value();
  for (int i = 0; i < 3; ++i) ask("GET /items/7 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(counter.value(), before + 3);
}

TEST_F(ServerTest, start_tells_what_is_wrong) {
  start();
  thread.call([&] {
    ServerOptions options;
    options.port = server->port();
    EXPECT_EQ(Server(thread.runtime(), options, router).start().error().code, "net.address_in_use");
    EXPECT_EQ(Server(thread.runtime(), {.address = "localhost"}, router).start().error().code,
              "net.address");
    EXPECT_EQ(Server(thread.runtime(), {.address = "192.0.2.1"}, router).start().error().code,
              "net.address");
    EXPECT_EQ(Server(thread.runtime(), {.tls = TlsFiles{"/nowhere.pem", "/nowhere.key"}}, router)
                  .start()
                  .error()
                  .code,
              "net.tls");
    EXPECT_EQ(
        Server(thread.runtime(), {.trusted_proxies = {"10.0.0.0/99"}}, router).start().error().code,
        "net.proxy");
  });
}

}  // namespace
}  // namespace pps::net
