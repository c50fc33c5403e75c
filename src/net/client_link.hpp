#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "net/http_parser.hpp"
#include "net/input_buffer.hpp"

/// One connection of a client. For client.cpp only.
namespace pps::net {

namespace asio = boost::asio;
using Socket = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<Socket>;
inline constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

/// How far an exchange got.
struct Exchange {
  bool whole = false;     ///< There is a whole answer in the parser.
  bool sent_any = false;  ///< The other side may have seen a part of the request.
  bool got_any = false;   ///< A part of an answer came.
  bool too_large = false;
  bool reusable = false;
  std::string problem;
};

class Link {
 public:
  virtual ~Link() = default;
  virtual asio::awaitable<Exchange> exchange(std::string head, std::string body, bool is_head,
                                             ResponseParser& parser) = 0;
  virtual void abort() = 0;  ///< Ends a running exchange.
  virtual bool
  is_quiet() = 0;  ///< Open, and nothing unasked for has come: fit for another request.
  Duration idle_since{};
  bool used = false;
};

template <class Stream>
class StreamLink final : public Link {
 public:
  static constexpr bool kPlain = std::is_same_v<Stream, Socket>;
  explicit StreamLink(Stream stream) : stream_(std::move(stream)) {}
  Stream& stream() { return stream_; }

  asio::awaitable<Exchange> exchange(std::string head, std::string body, bool is_head,
                                     ResponseParser& parser) override {
    Exchange result;
    parser.reset(is_head);
    co_await write(head, body, result);
    // A server may refuse early and close; its answer is worth reading although we could not send
    // all.
    if (result.sent_any) co_await read(parser, result);
    co_return result;
  }

  void abort() override {
    boost::system::error_code ignored;
    socket().close(ignored);
  }

  bool is_quiet() override {
    char byte = 0;
    boost::system::error_code error;
    if (!socket().is_open() || !input_.empty()) return false;
    socket().receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
    return error == asio::error::would_block;
  }

 private:
  Socket& socket() {
    if constexpr (kPlain)
      return stream_;
    else
      return stream_.next_layer();
  }

  asio::awaitable<void> write(const std::string& head, const std::string& body, Exchange& result) {
    std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    boost::system::error_code error;
    if constexpr (kPlain) {
      std::size_t sent = stream_.write_some(parts, error);
      result.sent_any = sent > 0;
      if (error == asio::error::would_block) error.clear();
      for (auto& part : parts) {
        const std::size_t skip = std::min(sent, part.size());
        part += skip;
        sent -= skip;
      }
    } else {
      result.sent_any = true;
    }
    if (!error && parts[0].size() + parts[1].size() > 0) {
      const auto [failed, n] = co_await asio::async_write(stream_, parts, kAsTuple);
      result.sent_any = result.sent_any || n > 0;
      error = failed;
    }
    if (error) result.problem = error.message();
  }

  asio::awaitable<void> read(ResponseParser& parser, Exchange& result) {
    std::size_t block = InputBuffer::kSmall;
    while (true) {
      const auto room = input_.room(block);
      if (room.size() == 0) {
        result.problem = "a line of the answer's head is too long";
        co_return;
      }
      const auto [error, n] = co_await stream_.async_read_some(room, kAsTuple);
      input_.filled(n);
      result.got_any = result.got_any || n > 0;
      const ParseStep step =
          n > 0 ? parser.feed(input_.data())
                : (is_end(error) && result.got_any ? parser.feed_end() : ParseStep{});
      input_.consume(step.used);
      if (step.error != ParseError::none) {
        result.too_large = step.error == ParseError::body_too_large;
        result.problem = step.detail;
        co_return;
      }
      if (parser.done()) {
        result.whole = true;
        result.reusable =
            !error && parser.head().keep_alive && input_.empty() && result.problem.empty();
        co_return;
      }
      if (error) {
        if (result.problem.empty()) result.problem = error.message();
        co_return;
      }
      if (input_.data().size() >= block || input_.empty())
        block = std::min(block * 2, InputBuffer::kLarge);
    }
  }

  // Only a whole end ends a body that has no length: TLS must have said close_notify, else it may
  // have been cut.
  static bool is_end(const boost::system::error_code& error) { return error == asio::error::eof; }

  Stream stream_;
  InputBuffer input_;
};

}  // namespace pps::net
