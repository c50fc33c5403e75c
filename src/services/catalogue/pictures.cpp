#include "services/catalogue/pictures.hpp"

#include <fmt/format.h>
#include <libexif/exif-data.h>
#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>
#include <webp/encode.h>

#include <algorithm>
#include <memory>

namespace pps::catalogue {
namespace {

/// Four bytes a pixel: red, green, blue, opacity.
struct Pixels {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> rgba;
};

const std::uint8_t* data_of(std::string_view bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

std::unexpected<Error> broken(std::string_view why) {
  return fail(ErrorKind::invalid, "picture.broken", fmt::format("The picture cannot be read: {}. Export it again and send that.", why));
}

std::unexpected<Error> other_format(std::string_view why) {
  return fail(ErrorKind::unsupported, "picture.format", fmt::format("{}; send a still picture as PNG, JPEG or WebP.", why));
}

Result<Pixels> room_for(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1) return broken("it has no pixels");
  if (width > PictureLimits::kMostSide || height > PictureLimits::kMostSide || width * height > PictureLimits::kMostPixels)
    return fail(ErrorKind::too_large, "picture.pixels",
                fmt::format("The picture has {} × {} pixels; at most {} million, and {} a side, are taken. Make it smaller.", width,
                            height, PictureLimits::kMostPixels / 1'000'000, PictureLimits::kMostSide));
  Pixels pixels{width, height, {}};
  pixels.rgba.resize(static_cast<std::size_t>(width * height * 4));
  return pixels;
}

Result<Pixels> read_png(std::string_view bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> guard(&image, [](png_image* one) { png_image_free(one); });
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return broken(image.message);
  Result<Pixels> pixels = room_for(image.width, image.height);
  if (!pixels) return pixels;
  image.format = PNG_FORMAT_RGBA;
  if (png_image_finish_read(&image, nullptr, pixels->rgba.data(), 0, nullptr) == 0) return broken(image.message);
  return pixels;
}

/// The smallest of the sizes in which a JPEG can be read at once that still holds the greatest rendition.
tjscalingfactor scaling_for(int width, int height) {
  int count = 0;
  const tjscalingfactor* factors = tjGetScalingFactors(&count);
  tjscalingfactor best{1, 1};
  for (int i = 0; i < count; ++i) {
    const bool enough = TJSCALED(std::max(width, height), factors[i]) >= PictureLimits::kSides[2];
    if (enough && factors[i].num * best.denom < best.num * factors[i].denom) best = factors[i];
  }
  return best;
}

Result<Pixels> read_jpeg(std::string_view bytes) {
  const std::unique_ptr<void, int (*)(tjhandle)> reader(tjInitDecompress(), tjDestroy);
  int width = 0, height = 0, sampling = 0, colours = 0;
  const auto size = static_cast<unsigned long>(bytes.size());
  if (tjDecompressHeader3(reader.get(), data_of(bytes), size, &width, &height, &sampling, &colours) != 0)
    return broken(tjGetErrorStr2(reader.get()));
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) return other_format("The JPEG has the four colours of print");
  if (Result<Pixels> whole = room_for(width, height); !whole) return whole;
  const tjscalingfactor factor = scaling_for(width, height);
  Result<Pixels> pixels = room_for(TJSCALED(width, factor), TJSCALED(height, factor));
  if (!pixels) return pixels;
  // A warning is a picture whose data end too early: it would be grey from there on.
  if (tjDecompress2(reader.get(), data_of(bytes), size, pixels->rgba.data(), static_cast<int>(pixels->width), 0,
                    static_cast<int>(pixels->height), TJPF_RGBA, TJFLAG_ACCURATEDCT) != 0)
    return broken(tjGetErrorStr2(reader.get()));
  return pixels;
}

Result<Pixels> read_webp(std::string_view bytes) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data_of(bytes), bytes.size(), &features) != VP8_STATUS_OK) return broken("its head is not that of a WebP");
  if (features.has_animation != 0) return other_format("The WebP moves");
  Result<Pixels> pixels = room_for(features.width, features.height);
  if (!pixels) return pixels;
  const int stride = features.width * 4;
  if (!WebPDecodeRGBAInto(data_of(bytes), bytes.size(), pixels->rgba.data(), pixels->rgba.size(), stride))
    return broken("its data end too early or are damaged");
  return pixels;
}

/// EXIF 2.3, tag 0x0112: 1 … 8; 1 where it says nothing.
int orientation_of(std::string_view jpeg) {
  const std::unique_ptr<ExifData, void (*)(ExifData*)> exif(
      exif_data_new_from_data(data_of(jpeg), static_cast<unsigned>(jpeg.size())), [](ExifData* one) {
        if (one) exif_data_unref(one);
      });
  if (!exif) return 1;
  const ExifEntry* entry = exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (!entry || entry->size < 2 || entry->format != EXIF_FORMAT_SHORT) return 1;
  const int value = exif_get_short(entry->data, exif_data_get_byte_order(exif.get()));
  return value >= 1 && value <= 8 ? value : 1;
}

/// Turned and mirrored so that it stands upright.
Pixels upright(Pixels from, int orientation) {
  if (orientation == 1) return from;
  const bool turned = orientation >= 5;
  Pixels to{turned ? from.height : from.width, turned ? from.width : from.height, std::vector<std::uint8_t>(from.rgba.size())};
  for (std::int64_t y = 0; y < to.height; ++y)
    for (std::int64_t x = 0; x < to.width; ++x) {
      std::int64_t at_x = turned ? y : x, at_y = turned ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) at_x = from.width - 1 - at_x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) at_y = from.height - 1 - at_y;
      std::copy_n(&from.rgba[static_cast<std::size_t>((at_y * from.width + at_x) * 4)], 4,
                  &to.rgba[static_cast<std::size_t>((y * to.width + x) * 4)]);
    }
  return to;
}

Result<Pixels> read_pixels(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return read_png(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP") return read_webp(bytes);
  if (!bytes.starts_with("\xff\xd8\xff")) return other_format("The bytes are not those of a picture that can be shown");
  Result<Pixels> pixels = read_jpeg(bytes);
  if (pixels) *pixels = upright(std::move(*pixels), orientation_of(bytes));
  return pixels;
}

struct Encoder {
  WebPPicture picture;
  WebPMemoryWriter writer;
  Encoder() {
    PPS_INVARIANT(WebPPictureInit(&picture) != 0);
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    picture.use_argb = 1;
  }
  Encoder(const Encoder&) = delete;
  ~Encoder() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
  }
};

/// @param side of the longer one, at most the picture's own.
Result<Rendition> encode(const Pixels& pixels, std::int64_t side, float quality) {
  Encoder encoder;
  encoder.picture.width = static_cast<int>(pixels.width);
  encoder.picture.height = static_cast<int>(pixels.height);
  WebPConfig config;
  PPS_INVARIANT(WebPConfigInit(&config) != 0);
  config.quality = quality;
  const std::int64_t longer = std::max(pixels.width, pixels.height);
  const auto scaled = [&](std::int64_t length) { return static_cast<int>(std::max<std::int64_t>(1, (length * side + longer / 2) / longer)); };
  bool done = WebPPictureImportRGBA(&encoder.picture, pixels.rgba.data(), encoder.picture.width * 4) != 0;
  if (done && side < longer) done = WebPPictureRescale(&encoder.picture, scaled(pixels.width), scaled(pixels.height)) != 0;
  done = done && WebPEncode(&config, &encoder.picture) != 0;
  if (!done)
    return fail(ErrorKind::unavailable, "picture.not_encoded", fmt::format("the encoder gave up ({})", static_cast<int>(encoder.picture.error_code)));
  return Rendition{std::string(reinterpret_cast<const char*>(encoder.writer.mem), encoder.writer.size), encoder.picture.width,
                   encoder.picture.height};
}

/// As good as fits.
Result<Rendition> encode_within(const Pixels& pixels, std::int64_t side) {
  Result<Rendition> made = fail(ErrorKind::internal, "picture.not_encoded", "");
  for (const float quality : {82.0F, 65.0F, 40.0F, 10.0F}) {
    made = encode(pixels, side, quality);
    if (!made || made->webp.size() <= PictureLimits::kMostRendition) return made;
  }
  return fail(ErrorKind::too_large, "picture.bytes", "The picture has so much detail that it cannot be kept; make it smaller.");
}

}  // namespace

Result<std::vector<Rendition>> render_picture(std::string_view bytes) {
  if (bytes.size() > PictureLimits::kMostBytes)
    return fail(ErrorKind::too_large, "picture.bytes",
                fmt::format("The picture has {} bytes; at most {} are taken.", bytes.size(), PictureLimits::kMostBytes));
  const Result<Pixels> pixels = read_pixels(bytes);
  if (!pixels) return fail(pixels.error());
  const std::int64_t longer = std::max(pixels->width, pixels->height);
  std::vector<Rendition> renditions;
  for (const std::int64_t side : PictureLimits::kSides) {
    Result<Rendition> one = encode_within(*pixels, std::min(side, longer));
    if (!one) return fail(std::move(one).error());
    renditions.push_back(std::move(*one));
    if (side >= longer) break;
  }
  return renditions;
}

}  // namespace pps::catalogue
