#include "net/input_buffer.hpp"

#include <cstring>

namespace pps::net {

namespace asio = boost::asio;

asio::mutable_buffer InputBuffer::room(std::size_t want) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (size_ != want && end_ - begin_ < want) {
    auto block = std::make_unique_for_overwrite<char[]>(want);
    if (end_ > begin_) std::memcpy(block.get(), block_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    block_ = std::move(block);
    size_ = want;
  } else if (begin_ > 0 && end_ == size_) {
    std::memmove(block_.get(), block_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {block_.get() + end_, size_ - end_};
}

}  // namespace pps::net
