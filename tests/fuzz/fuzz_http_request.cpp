// A connection's bytes as requests. However the network cuts them, the same requests must come out:
// a parser that reads a cut stream differently can be made to see requests that were never sent.
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
  void take(std::string_view bytes) {
    pending_ += bytes;
    while (!refused_ && !pending_.empty()) {
      const bool had_head = parser_.head_done();
      const auto step = parser_.feed(pending_);
      if (step.used > pending_.size()) std::abort();
      pending_.erase(0, step.used);
      refused_ = step.error != pps::net::ParseError::none;
      if (!had_head && parser_.head_done()) parser_.limit_body(kMaxBody);
      if (!refused_ && parser_.done())
        next();
      else if (step.used == 0)
        break;
    }
  }
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  void next() {
    auto& head = parser_.head();
    std::string text = head.target + "\n";
    for (const auto& [name, value] : head.headers.all())
      text.append(name).append(":").append(value).append("\n");
    requests_.push_back(text + parser_.body());
    if (parser_.body().size() > kMaxBody) std::abort();
    parser_.reset();
  }
  pps::net::RequestParser parser_{kMaxHeaderBytes};
  std::string pending_;
  std::vector<std::string> requests_;
  bool refused_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  Reader whole;
  whole.take(bytes);
  Reader cut;
  const std::size_t piece = data[0] % 32 + 1;
  for (std::size_t at = 0; at < bytes.size(); at += piece) cut.take(bytes.substr(at, piece));
  // A head that is wrong may be refused sooner or later, but what came before it is the same.
  if (whole.requests() != cut.requests()) std::abort();
  return 0;
}
