#include "server_fixture.hpp"

namespace pps::net {
namespace {

TEST_F(ServerTest, streams_out_in_chunks_as_they_come) {
  start();
  auto socket = connect();
  socket.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(header_in(socket.read_until("\r\n\r\n"), "Transfer-Encoding"), "chunked");
  thread.call([&] { tap->put("first"); });
  EXPECT_EQ(socket.read_until("first\r\n"), "5\r\nfirst\r\n");
  thread.call([&] { tap->put(std::string(300, 'z')); });
  EXPECT_THAT(socket.read_until("z\r\n"), testing::StartsWith("12c\r\nzzz"));
  thread.call([&] {
    tap->over = true;
    tap->bell.notify();
  });
  EXPECT_EQ(socket.read_all(), "0\r\n\r\n");
}

TEST_F(ServerTest, a_broken_stream_does_not_look_whole) {
  start();
  auto socket = connect();
  thread.call([&] { tap->pieces = {"good", "break"}; });
  socket.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(socket.read_all(), testing::EndsWith("4\r\ngood\r\n"));
}

TEST_F(ServerTest, a_stream_whose_reader_leaves_is_closed) {
  start();
  auto socket = std::make_unique<RawSocket>(server->port());
  socket->send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  socket->read_until("\r\n\r\n");
  EXPECT_FALSE(tap->closed);
  socket.reset();
  wait_for([&] { return tap->closed.load(); });
}

TEST_F(ServerTest, bodies_stream_in_larger_than_memory_would_be_given) {
  start();
  auto socket = connect();
  std::thread sender([&] {
    socket.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n");
    const std::string piece(1'000'000, 'p');
    for (int i = 0; i < 30; ++i) socket.send(piece);
    socket.send(get(""));
  });
  EXPECT_EQ(body_in(socket.read_response(10'000)), "30000000");
  EXPECT_EQ(body_in(socket.read_response()), "hello you");
  sender.join();
  auto large = connect();
  large.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 50000001\r\n\r\n");
  EXPECT_EQ(status_in(large.read_response()), 413);
  auto cut = connect();
  cut.send(
      "POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n");
  EXPECT_EQ(status_in(cut.read_response()), 400);
}

TEST_F(ServerTest, a_body_nobody_read_ends_the_connection_after_the_answer) {
  start();
  auto socket = connect();
  socket.send("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  const auto response = socket.read_response();
  EXPECT_EQ(body_in(response), "did not look");
  EXPECT_EQ(header_in(response, "Connection"), "close");
}

}  // namespace
}  // namespace pps::net
