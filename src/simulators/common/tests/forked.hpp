#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "net/client.hpp"
#include "runtime/loop.hpp"
#include "runtime/sync.hpp"
#include "simulators/common/program.hpp"

namespace pps::simulators {

/// A program in a process of its own, with a data folder that outlives it, so that it can be killed
/// and started again.
class Forked {
 public:
  explicit Forked(std::function<std::unique_ptr<Rules>()> rules) : rules_(std::move(rules)) {
    std::string name = ::testing::TempDir() + "programXXXXXX";
    if (::mkdtemp(name.data())) folder_ = name;
  }
  Forked(const Forked&) = delete;
  ~Forked() {
    end(SIGKILL);
    std::filesystem::remove_all(folder_);
  }

  /// @pre no thread runs in this process: `ask` leaves none.
  void start() {
    int line[2];
    ASSERT_EQ(::pipe(line), 0);
    std::fflush(nullptr);  // what is not written yet would be the child's too
    pid_ = ::fork();
    ASSERT_GE(pid_, 0);
    if (pid_ == 0) {
      ::dup2(line[1], STDOUT_FILENO);
      const auto rules = rules_();
      std::_Exit(run_program({.name = "test", .data = folder_, .json = true}, *rules));
    }
    ::close(line[1]);
    std::string told;
    for (char c = 0; ::read(line[0], &c, 1) == 1 && c != '\n';) told += c;
    ::close(line[0]);
    const auto colon = told.rfind(':');
    ASSERT_NE(colon, std::string::npos) << told;
    url_ = "http://127.0.0.1:" + std::to_string(std::atoi(told.c_str() + colon + 1));
  }
  /// @returns how it ended, as waitpid tells.
  int end(int signal) {
    int status = 0;
    if (pid_ > 0) {
      ::kill(pid_, signal);
      ::waitpid(pid_, &status, 0);
    }
    pid_ = 0;
    return status;
  }

  Result<net::ClientResponse> ask(net::ClientRequest request) {
    return ask_all({std::move(request)})[0];
  }

  /// All at the same time.
  std::vector<Result<net::ClientResponse>> ask_all(std::vector<net::ClientRequest> requests) {
    runtime::Loop loop;
    std::vector<Result<net::ClientResponse>> answers(requests.size(), net::ClientResponse{});
    const auto client = net::make_http_client(loop.runtime(), {.base_url = url_});
    EXPECT_TRUE(client) << url_;
    if (!client) return answers;
    auto left = std::make_shared<std::size_t>(requests.size());
    auto work = [](std::shared_ptr<net::HttpClient> http, net::ClientRequest sent,
                   runtime::Loop& running, Result<net::ClientResponse>& out,
                   std::shared_ptr<std::size_t> waiting) -> boost::asio::awaitable<void> {
      Context context;
      context.deadline = running.runtime().clock.monotonic() + std::chrono::seconds(20);
      out = co_await http->send(context, std::move(sent));
      if (--*waiting == 0) running.stop();
    };
    for (std::size_t i = 0; i < requests.size(); ++i)
      runtime::spawn(loop.runtime().executor,
                     work(*client, std::move(requests[i]), loop, answers[i], left));
    loop.run();
    return answers;
  }

 private:
  std::function<std::unique_ptr<Rules>()> rules_;
  std::string folder_, url_;
  pid_t pid_ = 0;
};

}  // namespace pps::simulators
