#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop_thread.hpp"
#include "net/server.hpp"
#include "raw_socket.hpp"

namespace pps::net {

/// Pieces of a body that come when the test says so.
class Tap final : public BodyStream {
 public:
  Task<std::optional<std::string>> next() override {
    while (pieces.empty() && !over) co_await bell.wait();
    if (pieces.empty()) co_return std::nullopt;
    std::string piece = std::move(pieces.front());
    pieces.pop_front();
    if (piece == "break") co_return fail(ErrorKind::internal, "tap.broken", "");
    co_return piece;
  }
  void close() override {
    closed = over = true;
    bell.notify();
  }
  void put(std::string piece) {
    pieces.push_back(std::move(piece));
    bell.notify();
  }
  std::deque<std::string> pieces;
  bool over = false;
  std::atomic<bool> closed{false};
  runtime::Signal bell;
};

inline Response text(std::string body) {
  Response response;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

struct ServerTest : testing::Test {
  ~ServerTest() override {
    gate_open();
    thread.call([this] { server.reset(); });
    thread.call([] {});  // what the closed sockets still had to say
  }

  void add(Method method, std::string pattern, Handler handler,
           std::function<void(Route&)> more = {}) {
    Route route;
    route.method = method;
    route.operation_id = pattern;
    route.pattern = std::move(pattern);
    route.handler = std::move(handler);
    if (more) more(route);
    router->add(std::move(route));
  }

  void start(ServerOptions options = {}) {
    add(Method::get, "/hello", [](Request request) -> Task<Response> {
      co_return text("hello " + std::string(request.query_value("name").value_or("you")));
    });
    add(
        Method::post, "/echo",
        [](Request request) -> Task<Response> { co_return text(request.body); },
        [](Route& route) { route.max_body_bytes = 100'000; });
    add(Method::get, "/peer",
        [](Request request) -> Task<Response> { co_return text(request.peer_address); });
    add(Method::get, "/items/{id}", [](Request request) -> Task<Response> {
      co_return text(request.params[0] + "|" + request.path);
    });
    add(Method::get, "/none", [](Request) -> Task<Response> { co_return empty_response(204); });
    add(Method::get, "/forged", [](Request) -> Task<Response> {
      Response response = text("x");
      response.headers.add("X-Bad", "a\r\nSet-Cookie: b");
      response.headers.add("Content-Length", "5000");
      co_return response;
    });
    add(Method::get, "/wait", [this](Request) -> Task<Response> {
      waiting.fetch_add(1);
      co_await gate.wait();
      co_return text("waited");
    });
    add(Method::get, "/big",
        [](Request) -> Task<Response> { co_return text(std::string(20'000'000, 'b')); });
    add(Method::get, "/stream", [this](Request) -> Task<Response> {
      Response response;
      response.stream = tap;
      co_return response;
    });
    add(
        Method::post, "/count",
        [](Request request) -> Task<Response> {
          std::size_t bytes = 0;
          while (true) {
            Result<std::optional<std::string>> piece = co_await request.body_stream->next();
            if (!piece) co_return fail(std::move(piece).error());
            if (!*piece) break;
            bytes += (*piece)->size();
          }
          co_return text(std::to_string(bytes));
        },
        [](Route& route) {
          route.stream_body = true;
          route.max_body_bytes = 50'000'000;
        });
    add(
        Method::post, "/ignore", [](Request) -> Task<Response> { co_return text("did not look"); },
        [](Route& route) { route.stream_body = true; });
    options.name = "test";
    thread.call([&] {
      server = std::make_unique<Server>(thread.runtime(), options, router);
      const auto started = server->start();
      EXPECT_TRUE(started) << started.error().detail;
    });
  }
  void gate_open() {
    thread.call([this] { gate.set(); });
  }
  RawSocket connect() { return RawSocket(server->port()); }
  std::string ask(std::string_view bytes) {
    auto socket = connect();
    socket.send(bytes);
    return socket.read_response();
  }
  std::string ask_closing(std::string_view bytes) {
    auto socket = connect();
    socket.send(bytes);
    return socket.read_all();
  }
  void wait_for(const std::function<bool()>& what) {
    for (int i = 0; i < 500 && !what(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(what());
  }

  LoopThread thread;
  std::shared_ptr<Router> router = std::make_shared<Router>();
  std::shared_ptr<Tap> tap = std::make_shared<Tap>();
  runtime::Event gate;
  std::atomic<int> waiting{0};
  std::unique_ptr<Server> server;
};

inline std::string post(std::string headers, std::string body) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
}
inline std::string get(std::string headers) {
  return "GET /hello HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}
}  // namespace pps::net
