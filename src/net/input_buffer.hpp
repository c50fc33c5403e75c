#pragma once

#include <boost/asio/buffer.hpp>
#include <memory>
#include <string_view>

namespace pps::net {

/// What is read but not yet taken: one block that grows for bodies and is given back when the
/// connection idles.
class InputBuffer {
 public:
  static constexpr std::size_t kSmall = 4'096;
  static constexpr std::size_t kLarge = 65'536;

  std::string_view data() const { return {block_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t n) { begin_ += n; }
  /// Room to read into. @param want how large the whole block may be; what is unread is kept.
  boost::asio::mutable_buffer room(std::size_t want);
  void filled(std::size_t n) { end_ += n; }

 private:
  std::unique_ptr<char[]> block_;
  std::size_t size_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pps::net
