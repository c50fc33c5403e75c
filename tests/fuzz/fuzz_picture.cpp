// Pictures of merchants: whatever the bytes, they are refused in words or become WebP within the limits.
#include <webp/decode.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "services/catalogue/pictures.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pps::catalogue;
  const auto made = render_picture({reinterpret_cast<const char*>(data), size});
  if (!made) {
    PPS_INVARIANT(!made.error().code.empty() && !made.error().detail.empty());
    return 0;
  }
  PPS_INVARIANT(!made->empty() && made->size() <= 3);
  for (const Rendition& one : *made) {
    PPS_INVARIANT(one.webp.size() <= PictureLimits::kMostRendition && std::max(one.width, one.height) <= 1280);
    int width = 0, height = 0;
    PPS_INVARIANT(WebPGetInfo(reinterpret_cast<const std::uint8_t*>(one.webp.data()), one.webp.size(), &width, &height) == 1);
    PPS_INVARIANT(width == one.width && height == one.height);
  }
  return 0;
}
