#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pps::net {

/// A blocking TCP connection that sends exactly the bytes it is told to.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);  ///< Connects to 127.0.0.1.
  explicit RawSocket(int accepted, std::nullptr_t) : fd_(accepted) {}
  RawSocket(RawSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}
  ~RawSocket();

  bool send(std::string_view bytes);
  void shut_write();
  void reset();  ///< Closes with RST.
  /// All that comes until the other side closes or `wait_ms` pass without anything.
  std::string read_all(int wait_ms = 2'000);
  /// One response by its Content-Length (or chunks, to the last).
  std::string read_response(int wait_ms = 2'000);
  /// Until `mark` has come.
  std::string read_until(std::string_view mark, int wait_ms = 2'000);
  bool is_closed_by_peer(int wait_ms = 2'000);

 private:
  bool fill(int wait_ms);
  int fd_ = -1;
  std::string pending_;
};

/// A listening socket whose connections the test plays the server of.
class RawListener {
 public:
  RawListener();
  ~RawListener();
  std::uint16_t port() const { return port_; }
  RawSocket accept();
  void close();

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

int status_in(std::string_view response);
std::string header_in(std::string_view response, std::string_view name);
std::string body_in(std::string_view response);

}  // namespace pps::net
