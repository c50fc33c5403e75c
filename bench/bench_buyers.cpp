/// Buyers, for bench/purchases.py: each posts a purchase over a connection that it keeps, follows its events over one of
/// their own (a stream ends with its connection) until it is completed, and buys again. One thread, and as little work
/// per purchase as can be, since the machine is shared with what is measured.
///
/// usage: bench_buyers PORT SECONDS BODY_FILE < TOKENS      one buyer a token, one token a line
/// Prints one line of JSON: {"completed": n, "seconds": s, "cpu_us": c, "accept_us": [...], "complete_us": [...]}
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <boost/asio.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {
struct Load {
  tcp::endpoint server;
  Clock::time_point end;
  std::string body;
  std::vector<std::int64_t> accept_us, complete_us;
  std::mt19937_64 random{std::random_device{}()};
};

std::int64_t since_us(Clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();
}

asio::awaitable<void> connect(tcp::socket& socket, const Load& load) {
  co_await socket.async_connect(load.server, asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
}

/// Reads until `text` holds what is waited for; the connection's end before that is an error.
asio::awaitable<void> read_until(tcp::socket& socket, std::string& text, std::string_view wanted) {
  for (std::size_t from = 0;;) {
    if (text.find(wanted, from) != std::string::npos) co_return;
    from = text.size() > wanted.size() ? text.size() - wanted.size() : 0;
    const std::size_t size = text.size();
    text.resize(size + 16'384);
    const auto [error, read] =
        co_await socket.async_read_some(asio::buffer(text.data() + size, 16'384), asio::as_tuple(asio::use_awaitable));
    text.resize(size + read);
    if (error) throw std::runtime_error("the connection broke off after: " + text);
  }
}

asio::awaitable<std::string> buy(tcp::socket& socket, Load& load, const std::string& token) {
  const std::string request = fmt::format(
      "POST /api/purchases HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {:016x}{:016x}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      token, load.random(), load.random(), load.body.size(), load.body);
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  std::string reply;
  co_await read_until(socket, reply, "\r\n\r\n{");
  const auto head = reply.find("\r\n\r\n");
  const auto length = reply.find("Content-Length: ");
  if (!reply.starts_with("HTTP/1.1 202") || length > head) throw std::runtime_error("a purchase was refused: " + reply);
  const std::size_t size = head + 4 + std::stoul(reply.substr(length + 16, 12));
  while (reply.size() < size) {
    const std::size_t have = reply.size();
    reply.resize(size);
    co_await asio::async_read(socket, asio::buffer(reply.data() + have, size - have), asio::use_awaitable);
  }
  const auto id = reply.find(R"("id":")", head);
  if (id == std::string::npos) throw std::runtime_error("a purchase without an id: " + reply);
  co_return reply.substr(id + 6, 36);
}

asio::awaitable<void> follow(const Load& load, const std::string& token, const std::string& id) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await connect(socket, load);
  const std::string request =
      fmt::format("GET /api/purchases/{}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", id, token);
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  std::string text;
  co_await read_until(socket, text, "event: end");
  const bool completed = text.find(R"("purchase_status":"completed")") != std::string::npos ||
                         text.find(R"("status":"completed","total")") != std::string::npos;
  if (!completed) throw std::runtime_error("a purchase did not complete: " + text);
}

asio::awaitable<void> buyer(Load& load, std::string token) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await connect(socket, load);
  do {
    const auto begin = Clock::now();
    const std::string id = co_await buy(socket, load, token);
    load.accept_us.push_back(since_us(begin));
    co_await follow(load, token, id);
    load.complete_us.push_back(since_us(begin));
  } while (Clock::now() < load.end);
}

std::int64_t cpu_us() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1'000'000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}
}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: bench_buyers PORT SECONDS BODY_FILE < TOKENS\n";
    return 2;
  }
  Load load;
  load.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(argv[1]))};
  std::ifstream file(argv[3]);
  load.body.assign(std::istreambuf_iterator<char>(file), {});
  asio::io_context context(1);
  std::exception_ptr failed;
  std::string token;
  while (std::getline(std::cin, token))
    asio::co_spawn(context, buyer(load, token), [&](std::exception_ptr error) {
      if (!error || failed) return;
      failed = error;
      context.stop();
    });
  const auto begin = Clock::now();
  load.end = begin + std::chrono::milliseconds(static_cast<std::int64_t>(std::stod(argv[2]) * 1000));
  context.run_for(std::chrono::milliseconds(static_cast<std::int64_t>(std::stod(argv[2]) * 1000)) + std::chrono::seconds(60));
  try {
    if (failed) std::rethrow_exception(failed);
    if (!context.stopped()) throw std::runtime_error("purchases did not end within 60 s");
  } catch (const std::exception& error) {
    std::cerr << "bench_buyers: " << error.what() << "\n";
    return 1;
  }
  fmt::print(R"({{"completed": {}, "seconds": {:.6f}, "cpu_us": {}, "accept_us": [{}], "complete_us": [{}]}})"
             "\n",
             load.complete_us.size(), static_cast<double>(since_us(begin)) / 1e6, cpu_us(), fmt::join(load.accept_us, ","),
             fmt::join(load.complete_us, ","));
}
