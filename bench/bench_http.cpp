// Serves one 2 KB reply over net::Server until it is told to stop: the server's side of
// bench/http.sh, which compares it with nginx serving the same bytes.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "net/server.hpp"
#include "runtime/loop.hpp"
#include "runtime/shutdown.hpp"

namespace {

pps::net::Route reply_with(std::shared_ptr<const std::string> body, std::string pattern) {
  pps::net::Route route;
  route.pattern = std::move(pattern);
  route.operation_id = "bench";
  route.handler = [body](pps::net::Request) -> pps::Task<pps::net::Response> {
    co_return pps::net::json_response(200, body);
  };
  return route;
}

}  // namespace

// bench_http PORT FILE: answers /reply.json and /items/{id}/reply.json with the file's bytes.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_http PORT FILE\n";
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  auto body = std::make_shared<const std::string>(std::istreambuf_iterator<char>(in),
                                                  std::istreambuf_iterator<char>());
  pps::runtime::Loop loop;
  auto router = std::make_shared<pps::net::Router>();
  router->add(reply_with(body, "/reply.json"));
  router->add(reply_with(body, "/items/{id}/reply.json"));
  pps::net::Server server(loop.runtime(),
                          {.port = static_cast<std::uint16_t>(std::atoi(argv[1])), .name = "bench"},
                          router);
  if (const auto started = server.start(); !started) {
    std::cerr << started.error().detail << "\n";
    return 1;
  }
  pps::runtime::SignalWatch signals(loop.runtime(), [&loop](std::string) { loop.stop(); });
  loop.run();
}
