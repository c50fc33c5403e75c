#include "net/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop_thread.hpp"
#include "net/breaker.hpp"
#include "net/server.hpp"
#include "raw_socket.hpp"
#include "runtime/trace.hpp"

namespace pps::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct ClientTest : testing::Test {
  void make(ClientOptions options = {}) {
    options.base_url = "http://127.0.0.1:" + std::to_string(listener.port()) + options.base_url;
    client = thread.call([&] { return *make_http_client(thread.runtime(), options); });
  }
  std::future<Result<ClientResponse>> start(ClientRequest request, Context context = {}) {
    return thread.start<ClientResponse>(
        [this, request, context] { return client->send(context, request); });
  }
  std::future<Result<ClientResponse>> get(bool idempotent = false) {
    return start({.path = "/x", .idempotent = idempotent});
  }
  ~ClientTest() override {
    thread.call([this] { client.reset(); });
  }
  RawListener listener;
  LoopThread thread;
  std::shared_ptr<HttpClient> client;
};

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void expect_error(const Result<ClientResponse>& result, ErrorKind kind, std::string_view code) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, kind) << result.error().detail;
  EXPECT_EQ(result.error().code, code) << result.error().detail;
}

TEST_F(ClientTest, sends_and_reads_over_one_connection) {
  make({.base_url = "/base/"});
  ClientRequest request{.method = Method::post, .path = "/v1/things?a=b", .body = "{}"};
  request.headers.add("X-Key", "value");
  request.send_deadline = true;
  Context context;
  context.trace = *trace::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  auto first = start(request, context);
  auto server = listener.accept();
  const auto head = server.read_until("{}");
  EXPECT_THAT(head, testing::StartsWith("POST /base/v1/things?a=b HTTP/1.1\r\nHost: 127.0.0.1:" +
                                        std::to_string(listener.port()) +
                                        "\r\nX-Key: value\r\nContent-Length: 2\r\n"));
  EXPECT_THAT(header_in(head, "traceparent"),
              testing::StartsWith("00-0af7651916cd43dd8448eb211c80319c-"));
  EXPECT_THAT(head, testing::Not(HasSubstr("b7ad6b7169203331")));
  const int left = std::stoi(header_in(head, "PPS-Timeout-Ms"));
  EXPECT_GT(left, 8'000);
  EXPECT_LE(left, 10'000);
  server.send(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nX-A: "
      "b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  const auto response = first.get();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "abc");
  EXPECT_EQ(response->headers.get("x-a"), "b");
  auto second = get();
  EXPECT_THAT(server.read_until("\r\n\r\n"), testing::StartsWith("GET /base/x HTTP/1.1\r\n"));
  server.send("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(second.get()->status, 500);  // any status is an answer
}

TEST_F(ClientTest, head_and_bodies_that_end_with_the_connection) {
  make();
  auto head = start({.method = Method::head, .path = "/x"});
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  EXPECT_EQ(head.get()->body, "");
  auto until_end = get();
  server.read_until("\r\n\r\n");
  {
    auto gone = std::move(server);
    gone.send("HTTP/1.1 200 OK\r\n\r\nall of it");
  }
  EXPECT_EQ(until_end.get()->body, "all of it");
}

struct BadServer {
  std::string answer;
  ErrorKind kind;
  const char* code;
};
class BadServers : public ClientTest, public testing::WithParamInterface<BadServer> {};

TEST_P(BadServers, are_told_apart) {
  make({.max_response_bytes = 1'000});
  auto result = get();
  {
    auto server = listener.accept();
    server.read_until("\r\n\r\n");
    server.send(GetParam().answer);
    server.shut_write();
    server.read_all();
  }
  expect_error(result.get(), GetParam().kind, GetParam().code);
}

constexpr auto kUnknown = ErrorKind::unknown_outcome;
INSTANTIATE_TEST_SUITE_P(
    Answers, BadServers,
    testing::Values(
        BadServer{"", kUnknown, "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nContent-Le", kUnknown, "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", kUnknown, "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", kUnknown,
                  "net.broken_off"},
        BadServer{"SSH-2.0-OpenSSH_9.2\r\n\r\n", kUnknown, "net.broken_off"},
        BadServer{
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            kUnknown, "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk", kUnknown,
                  "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n", kUnknown,
                  "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'a'), kUnknown, "net.broken_off"},
        BadServer{"HTTP/1.1 100 Continue\r\n\r\n", kUnknown, "net.broken_off"},
        BadServer{"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", ErrorKind::too_large,
                  "net.response_too_large"},
        BadServer{"HTTP/1.1 200 OK\r\n\r\n" + std::string(2'000, 'a'), ErrorKind::too_large,
                  "net.response_too_large"},
        BadServer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                      std::string(2'000, 'a'),
                  ErrorKind::too_large, "net.response_too_large"}));

TEST_F(ClientTest, refused_connections_are_surely_not_sent) {
  make();
  listener.close();
  expect_error(get().get(), ErrorKind::unavailable, "net.refused");
  client = thread.call([&] {
    return *make_http_client(thread.runtime(), {.base_url = "http://no-such-host.invalid"});
  });
  expect_error(get().get(), ErrorKind::unavailable, "net.unresolved");
}

TEST_F(ClientTest, no_answer_before_the_deadline_is_an_unknown_outcome) {
  make({.request_timeout = 100ms});
  auto result = get();
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow");
  expect_error(result.get(), kUnknown, "net.deadline");
  EXPECT_TRUE(server.is_closed_by_peer());
  Context past;
  past.deadline = Duration(1);
  expect_error(start({.path = "/x"}, past).get(), ErrorKind::unavailable, "net.deadline");
}

TEST_F(ClientTest, a_server_that_does_not_read_is_left_at_the_deadline) {
  make({.request_timeout = 200ms});
  auto result = start({.method = Method::post, .path = "/x", .body = std::string(50'000'000, 'x')});
  auto server = listener.accept();
  expect_error(result.get(), kUnknown, "net.deadline");
}

TEST_F(ClientTest, an_early_refusal_is_read_although_the_body_could_not_be_sent) {
  make();
  auto result = start({.method = Method::post, .path = "/x", .body = std::string(5'000'000, 'x')});
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  server.read_all(200);
  EXPECT_EQ(result.get()->status, 413);
}

TEST_F(ClientTest, idempotent_requests_are_retried_and_others_are_not) {
  make({.retries = 2});
  auto retried = get(true);
  for (int i = 0; i < 2; ++i) listener.accept().read_until("\r\n\r\n");
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send(kOk);
  EXPECT_EQ(retried.get()->body, "ok");
  auto once = get(false);
  server.read_until("\r\n\r\n");
  { const auto gone = std::move(server); }
  expect_error(once.get(), kUnknown, "net.broken_off");
}

TEST_F(ClientTest, a_connection_that_closed_while_idle_is_not_used) {
  make();
  for (int i = 0; i < 3; ++i) {
    auto result = get();
    auto server = listener.accept();
    server.read_until("\r\n\r\n");
    server.send(kOk);
    EXPECT_EQ(result.get()->body, "ok");
  }
}

// The server closes just as the request is under way: nothing tells whether it was read.
TEST_F(ClientTest, a_stale_connection_is_retried_only_for_idempotent_requests) {
  make({.retries = 0});
  for (const bool idempotent : {true, false}) {
    auto first = get();
    auto server = listener.accept();
    server.read_until("\r\n\r\n");
    server.send(kOk);
    EXPECT_TRUE(first.get());
    auto second = get(idempotent);
    server.read_until("\r\n\r\n");
    server.reset();
    if (idempotent) {
      auto fresh = listener.accept();
      fresh.read_until("\r\n\r\n");
      fresh.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
      EXPECT_EQ(second.get()->body, "ok");
    } else {
      expect_error(second.get(), kUnknown, "net.broken_off");
    }
  }
}

TEST_F(ClientTest, what_follows_an_answer_unasked_is_never_taken_for_the_next) {
  make();
  auto first = get();
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send(std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  EXPECT_EQ(first.get()->body, "ok");
  auto second = get();
  auto fresh = listener.accept();
  fresh.read_until("\r\n\r\n");
  fresh.send(kOk);
  EXPECT_EQ(second.get()->body, "ok");
}

TEST_F(ClientTest, the_pool_is_bounded_and_its_queue_too) {
  make({.max_connections = 1, .max_waiting = 1, .request_timeout = 3s});
  auto first = get();
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  auto second = get();
  auto third = get();
  expect_error(third.get(), ErrorKind::unavailable, "net.pool_full");
  server.send(kOk);
  EXPECT_TRUE(first.get());
  server.read_until("\r\n\r\n");
  server.send(kOk);
  EXPECT_TRUE(second.get());
}

TEST_F(ClientTest, waiting_for_a_connection_ends_at_the_deadline) {
  make({.max_connections = 1});
  auto first = get();
  auto server = listener.accept();
  Context soon;
  soon.deadline = thread.runtime().clock.monotonic() + 50ms;
  expect_error(start({.path = "/x"}, soon).get(), ErrorKind::unavailable, "net.pool_full");
  server.send(kOk);
  EXPECT_TRUE(first.get());
}

TEST_F(ClientTest, requests_that_cannot_be_framed_are_not_sent) {
  make();
  ClientRequest request{.path = "/x"};
  request.headers.add("X", "a\r\nY: b");
  expect_error(start(request).get(), ErrorKind::internal, "net.request");
  expect_error(start({.path = "/a b"}).get(), ErrorKind::internal, "net.request");
}

TEST_F(ClientTest, the_circuit_opens_and_one_try_closes_it) {
  make({.breaker_failures = 3, .breaker_open = 100ms});
  for (int i = 0; i < 3; ++i) {
    auto result = get();
    listener.accept().read_until("\r\n\r\n");
    expect_error(result.get(), kUnknown, "net.broken_off");
  }
  const auto refused = get().get();
  expect_error(refused, ErrorKind::unavailable, "net.circuit_open");
  EXPECT_EQ(refused.error().retry_after_s, 1);
  std::this_thread::sleep_for(120ms);
  auto probe = get();
  expect_error(get().get(), ErrorKind::unavailable, "net.circuit_open");
  auto server = listener.accept();
  server.read_until("\r\n\r\n");
  server.send(kOk);
  EXPECT_TRUE(probe.get());
  auto after = get();
  server.read_until("\r\n\r\n");
  server.send(kOk);
  EXPECT_TRUE(after.get());
}

TEST_F(ClientTest, a_provider_that_only_fails_opens_the_circuit_too) {
  make({.breaker_failures = 2, .breaker_open = 10s, .breaker_counts_5xx = true});
  std::optional<RawSocket> server;
  for (int i = 0; i < 2; ++i) {
    auto result = get();
    if (!server) server.emplace(listener.accept());
    server->read_until("\r\n\r\n");
    server->send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(result.get()->status, 500);
  }
  expect_error(get().get(), ErrorKind::unavailable, "net.circuit_open");
}

TEST_F(ClientTest, urls_are_checked) {
  for (const char* bad : {"", "127.0.0.1:80", "ftp://x", "http://", "http://user:pass@x",
                          "http://x?y", "http://x#y", "http://x:99999", "http://[::1"})
    EXPECT_EQ(thread.call([&] { return make_http_client(thread.runtime(), {.base_url = bad}); })
                  .error()
                  .code,
              "net.url")
        << bad;
  for (const char* good : {"http://x", "https://api.stripe.com/v1/", "http://[::1]:8080"})
    EXPECT_TRUE(thread.call([&] { return make_http_client(thread.runtime(), {.base_url = good}); }))
        << good;
}

TEST(CircuitBreaker, opens_tries_once_in_a_while_and_closes) {
  CircuitBreaker breaker(2, 10s);
  EXPECT_TRUE(breaker.allow(0s));
  breaker.failed(0s);
  breaker.succeeded();
  breaker.failed(1s);
  EXPECT_TRUE(breaker.allow(1s));  // a success in between starts the count again
  breaker.failed(1s);
  EXPECT_FALSE(breaker.allow(10s));
  EXPECT_TRUE(breaker.allow(11s));
  EXPECT_FALSE(breaker.allow(12s));
  breaker.failed(12s);
  EXPECT_FALSE(breaker.allow(21s));
  EXPECT_TRUE(breaker.allow(22s));
  breaker.succeeded();
  EXPECT_TRUE(breaker.allow(22s));
  CircuitBreaker never(0, 10s);
  for (int i = 0; i < 100; ++i) never.failed(0s);
  EXPECT_TRUE(never.allow(0s));
}

}  // namespace
}  // namespace pps::net
