#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/runtime.hpp"
#include "runtime/task.hpp"

/// A Unix socket that takes one line and answers one line, for commands on the same machine (mode
/// 0600: the same user only).
namespace pps::net {

/// Answers a line (without its end); what it answers must not contain a line break.
using LineHandler = std::function<boost::asio::awaitable<std::string>(std::string line)>;

/// Serves until it is destroyed; lines of one connection are answered in order, at most 1 MiB each.
/// Loop-confined.
class LocalLineServer {
 public:
  /// Replaces a socket file that nobody listens on. Error `unavailable` "local.bind".
  static Result<std::unique_ptr<LocalLineServer>> start(runtime::Runtime& runtime, std::string path,
                                                        LineHandler handler);
  ~LocalLineServer();
  LocalLineServer(const LocalLineServer&) = delete;

 private:
  LocalLineServer();
  struct State;
  std::shared_ptr<State> state_;
};

/// The calling side, for command-line programs: blocks. One connection for many lines.
class LocalLineClient {
 public:
  /// Error `unavailable` "local.connect": nobody listens there.
  static Result<LocalLineClient> connect(const std::string& path);
  LocalLineClient(LocalLineClient&&) noexcept;
  ~LocalLineClient();
  Result<std::string> call(const std::string& line);

 private:
  LocalLineClient();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pps::net
