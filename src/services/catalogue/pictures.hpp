#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "services/catalogue/api.hpp"

/// Pictures that a merchant sends, made into what a shop shows. Functions of their arguments alone: any thread.
namespace pps::catalogue {

struct PictureLimits {
  static constexpr std::size_t kMostBytes = ImageUpload::kMostBytes;
  static constexpr std::int64_t kMostSide = 12'000;             ///< Pixels.
  static constexpr std::int64_t kMostPixels = 40'000'000;       ///< Width times height: 160 MB while it is read.
  /// Of the longer side, in pixels: for a basket, a list, a page. A picture that is smaller keeps its own size.
  static constexpr std::int64_t kSides[] = {160, 480, 1280};
  static constexpr std::size_t kMostRendition = 900 * 1024;     ///< Bytes: a row's batch holds 1 MiB.
};

/// A picture as WebP (RFC 9649), without anything that the camera wrote beside it (place, device).
struct Rendition {
  std::string webp;
  std::int64_t width = 0, height = 0;
};

/// The picture in up to three sizes, the smallest first, upright as its EXIF orientation says. Reads PNG, JPEG and WebP, by their
/// first bytes; whatever else a file claims to be, it is not looked at.
///
/// Errors: `unsupported` "picture.format" (also SVG, which may hold scripts, animations, and JPEG of four colours),
/// `too_large` "picture.bytes", "picture.pixels", decided by the head before any pixel is read; `invalid` "picture.broken": its data
/// end too early or cannot be read.
Result<std::vector<Rendition>> render_picture(std::string_view bytes);

}  // namespace pps::catalogue
