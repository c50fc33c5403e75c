// Percent-encoding and queries: what is decoded and encoded again decodes to the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http.hpp"

using namespace pps;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  PPS_INVARIANT(net::percent_decode(net::percent_encode(text)) == text);
  if (const auto decoded = net::percent_decode(text)) PPS_INVARIANT(decoded->size() <= size);

  if (const auto query = net::parse_query(text)) {
    std::string rebuilt;
    for (const auto& [name, value] : *query) {
      if (!rebuilt.empty()) rebuilt += '&';
      rebuilt += net::percent_encode(name) + '=' + net::percent_encode(value);
    }
    PPS_INVARIANT(net::parse_query(rebuilt) == query);
  }
  return 0;
}
