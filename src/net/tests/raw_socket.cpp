#include "raw_socket.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http.hpp"

namespace pps::net {

namespace {
sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}
}  // namespace

RawSocket::RawSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback(port);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

RawSocket::~RawSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void RawSocket::shut_write() { ::shutdown(fd_, SHUT_WR); }

void RawSocket::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(std::exchange(fd_, -1));
}

bool RawSocket::fill(int wait_ms) {
  pollfd poll{fd_, POLLIN, 0};
  if (::poll(&poll, 1, wait_ms) <= 0) return false;
  char block[16'384];
  const auto n = ::recv(fd_, block, sizeof block, 0);
  if (n <= 0) return false;
  pending_.append(block, static_cast<std::size_t>(n));
  return true;
}

std::string RawSocket::read_all(int wait_ms) {
  while (fill(wait_ms)) {
  }
  return std::exchange(pending_, {});
}

std::string RawSocket::read_until(std::string_view mark, int wait_ms) {
  std::size_t at;
  while ((at = pending_.find(mark)) == std::string::npos)
    if (!fill(wait_ms)) return std::exchange(pending_, {});
  std::string out = pending_.substr(0, at + mark.size());
  pending_.erase(0, out.size());
  return out;
}

std::string RawSocket::read_response(int wait_ms) {
  std::string out = read_until("\r\n\r\n", wait_ms);
  if (same_name(header_in(out, "Transfer-Encoding"), "chunked"))
    return out + read_until("0\r\n\r\n", wait_ms);
  const std::string length = header_in(out, "Content-Length");
  const std::size_t want = length.empty() ? 0 : std::stoul(length);
  while (pending_.size() < want && fill(wait_ms)) {
  }
  out += pending_.substr(0, want);
  pending_.erase(0, std::min(want, pending_.size()));
  return out;
}

bool RawSocket::is_closed_by_peer(int wait_ms) {
  pollfd poll{fd_, POLLIN, 0};
  if (::poll(&poll, 1, wait_ms) <= 0) return false;
  char byte;
  return ::recv(fd_, &byte, 1, MSG_PEEK) <= 0;
}

RawListener::RawListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(fd_, 64), 0);
  socklen_t size = sizeof address;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

RawListener::~RawListener() { close(); }

void RawListener::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

RawSocket RawListener::accept() {
  pollfd poll{fd_, POLLIN, 0};
  EXPECT_EQ(::poll(&poll, 1, 5'000), 1) << "nobody connects";
  return RawSocket(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC), nullptr);
}

int status_in(std::string_view response) {
  return response.size() > 12 && response.starts_with("HTTP/1.")
             ? std::stoi(std::string(response.substr(9, 3)))
             : 0;
}

std::string header_in(std::string_view response, std::string_view name) {
  const auto head = response.substr(0, response.find("\r\n\r\n"));
  std::size_t at = head.find("\r\n");
  while (at != std::string_view::npos) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos && same_name(line.substr(0, colon), name))
      return std::string(line.substr(colon + 2));
    at = head.find("\r\n", at + 2);
  }
  return {};
}

std::string body_in(std::string_view response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(response.substr(end + 4));
}

}  // namespace pps::net
