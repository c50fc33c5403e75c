// What another server answers, as responses: however the network cuts the bytes, the same responses must come out.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_parser.hpp"

namespace {

constexpr std::size_t kMaxHeaderBytes = 2'048;
constexpr std::uint64_t kMaxBody = 4'096;

class Reader {
 public:
  explicit Reader(bool to_head_request) : to_head_request_(to_head_request) { parser_.reset(to_head_request); }

  void take(std::string_view bytes) {
    pending_ += bytes;
    while (!refused_ && !pending_.empty()) {
      const auto step = parser_.feed(pending_);
      if (step.used > pending_.size()) std::abort();
      pending_.erase(0, step.used);
      refused_ = step.error != pps::net::ParseError::none;
      if (!refused_ && parser_.done())
        next();
      else if (step.used == 0)
        break;
    }
  }
  /// The server closes the connection.
  void end() {
    if (refused_) return;
    refused_ = parser_.feed_end().error != pps::net::ParseError::none;
    if (!refused_ && parser_.done()) next();
  }
  const std::vector<std::string>& responses() const { return responses_; }

 private:
  void next() {
    auto& head = parser_.head();
    if (head.status < 200 || head.status > 999) std::abort();  // interim ones are skipped
    std::string text = std::to_string(head.status) + (head.keep_alive ? " kept\n" : " closed\n");
    for (const auto& [name, value] : head.headers.all()) text.append(name).append(":").append(value).append("\n");
    responses_.push_back(text + parser_.body());
    if (parser_.body().size() > kMaxBody) std::abort();
    parser_.reset(to_head_request_);
  }
  const bool to_head_request_;
  pps::net::ResponseParser parser_{kMaxHeaderBytes, kMaxBody};
  std::string pending_;
  std::vector<std::string> responses_;
  bool refused_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool to_head_request = data[0] >= 128;
  Reader whole(to_head_request);
  whole.take(bytes);
  whole.end();
  Reader cut(to_head_request);
  const std::size_t piece = data[0] % 32 + 1;
  for (std::size_t at = 0; at < bytes.size(); at += piece) cut.take(bytes.substr(at, piece));
  cut.end();
  if (whole.responses() != cut.responses()) std::abort();
  return 0;
}
