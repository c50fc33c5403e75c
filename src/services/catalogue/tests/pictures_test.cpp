#include "services/catalogue/pictures.hpp"

#include <gmock/gmock.h>
#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include "services/catalogue/tests/fixture.hpp"

namespace pps::catalogue {
namespace {

using Colour = std::array<std::uint8_t, 4>;
constexpr Colour kRed{220, 20, 20, 255}, kBlue{20, 20, 220, 255};

/// Its left half red, its right half blue.
std::vector<std::uint8_t> halves(int width, int height) {
  std::vector<std::uint8_t> rgba;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const Colour& colour = x < width / 2 ? kRed : kBlue;
      rgba.insert(rgba.end(), colour.begin(), colour.end());
    }
  return rgba;
}

std::string png(int width, int height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<unsigned>(width);
  image.height = static_cast<unsigned>(height);
  image.format = PNG_FORMAT_RGBA;
  const std::vector<std::uint8_t> rgba = halves(width, height);
  png_alloc_size_t size = 0;
  EXPECT_NE(png_image_write_to_memory(&image, nullptr, &size, 0, rgba.data(), 0, nullptr), 0);
  std::string bytes(size, '\0');
  EXPECT_NE(png_image_write_to_memory(&image, bytes.data(), &size, 0, rgba.data(), 0, nullptr), 0);
  return bytes;
}

std::string jpeg(int width, int height, int pixel_format = TJPF_RGBA) {
  tjhandle writer = tjInitCompress();
  const std::vector<std::uint8_t> rgba = halves(width, height);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(writer, rgba.data(), width, 0, height, pixel_format, &out, &size, TJSAMP_444, 90, 0), 0);
  std::string bytes(reinterpret_cast<char*>(out), size);
  tjFree(out);
  tjDestroy(writer);
  return bytes;
}

/// The same with an EXIF block that says how the camera was held.
std::string oriented(std::string bytes, char orientation) {
  using namespace std::string_literals;
  const std::string tiff = "MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + orientation + "\0\0\0\0\0\0"s;
  const std::string exif = "Exif\0\0"s + tiff;
  const std::string app1 = "\xff\xe1\0"s + static_cast<char>(exif.size() + 2) + exif;
  return bytes.insert(2, app1);
}

/// The colour at a place of a WebP, each channel roughly.
std::string colour_at(const Rendition& one, double x, double y) {
  int width = 0, height = 0;
  std::uint8_t* rgba = WebPDecodeRGBA(reinterpret_cast<const std::uint8_t*>(one.webp.data()), one.webp.size(), &width, &height);
  if (!rgba) return "unreadable";
  EXPECT_EQ(width, one.width);
  EXPECT_EQ(height, one.height);
  const std::uint8_t* at = rgba + (static_cast<int>(y * height) * width + static_cast<int>(x * width)) * 4;
  const std::string colour = at[0] > 150 && at[2] < 90 ? "red" : at[2] > 150 && at[0] < 90 ? "blue" : "other";
  WebPFree(rgba);
  return colour;
}

std::string refused(const std::string& bytes) {
  const auto made = render_picture(bytes);
  return made ? "taken" : made.error().code;
}

std::vector<std::int64_t> widths(const std::vector<Rendition>& renditions) {
  std::vector<std::int64_t> out;
  for (const Rendition& one : renditions) out.push_back(one.width);
  return out;
}

TEST(Pictures, come_in_three_sizes_and_never_greater_than_they_were) {
  const auto large = render_picture(png(2'000, 1'000));
  ASSERT_TRUE(large) << large.error().detail;
  EXPECT_THAT(widths(*large), testing::ElementsAre(160, 480, 1'280));
  EXPECT_EQ(large->at(1).height, 240);
  for (const Rendition& one : *large) {
    EXPECT_EQ(colour_at(one, 0.2, 0.5), "red");
    EXPECT_EQ(colour_at(one, 0.8, 0.5), "blue");
  }
  EXPECT_THAT(widths(*render_picture(png(300, 200))), testing::ElementsAre(160, 300));
  EXPECT_THAT(widths(*render_picture(png(64, 64))), testing::ElementsAre(64));
  EXPECT_THAT(widths(*render_picture(png(480, 1))), testing::ElementsAre(160, 480));
}

TEST(Pictures, are_read_from_each_format) {
  const auto from_jpeg = render_picture(jpeg(3'000, 2'000));
  ASSERT_TRUE(from_jpeg) << from_jpeg.error().detail;
  EXPECT_THAT(widths(*from_jpeg), testing::ElementsAre(160, 480, 1'280));
  EXPECT_EQ(colour_at(from_jpeg->at(2), 0.2, 0.5), "red");
  const auto from_webp = render_picture(render_picture(png(600, 300))->back().webp);
  ASSERT_TRUE(from_webp) << from_webp.error().detail;
  EXPECT_EQ(colour_at(from_webp->back(), 0.8, 0.5), "blue");
}

TEST(Pictures, stand_upright_however_the_camera_was_held) {
  // EXIF 2.3, 4.6.4 A: where row 0 and column 0 are. Red is at the left of what the sensor saw.
  const std::string sensor = jpeg(640, 320);
  const auto place_of_red = [&](char orientation) -> std::string {
    const auto made = render_picture(oriented(sensor, orientation));
    if (!made) return made.error().code;
    const Rendition& one = made->back();
    const std::string shape = one.width > one.height ? "wide " : "tall ";
    if (colour_at(one, 0.2, 0.5) == "red" && colour_at(one, 0.8, 0.5) == "blue") return shape + "left";
    if (colour_at(one, 0.8, 0.5) == "red" && colour_at(one, 0.2, 0.5) == "blue") return shape + "right";
    if (colour_at(one, 0.5, 0.2) == "red" && colour_at(one, 0.5, 0.8) == "blue") return shape + "top";
    if (colour_at(one, 0.5, 0.8) == "red" && colour_at(one, 0.5, 0.2) == "blue") return shape + "bottom";
    return shape + "nowhere";
  };
  EXPECT_EQ(place_of_red(1), "wide left");
  EXPECT_EQ(place_of_red(2), "wide right");
  EXPECT_EQ(place_of_red(3), "wide right");
  EXPECT_EQ(place_of_red(4), "wide left");
  EXPECT_EQ(place_of_red(5), "tall top");
  EXPECT_EQ(place_of_red(6), "tall top");
  EXPECT_EQ(place_of_red(7), "tall bottom");
  EXPECT_EQ(place_of_red(8), "tall bottom");
  EXPECT_EQ(place_of_red(9), "wide left") << "nonsense says nothing";
}

TEST(Pictures, lose_what_the_camera_wrote_beside_them) {
  const auto made = render_picture(oriented(jpeg(64, 64), 1));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->back().webp.find("Exif"), std::string::npos);
}

TEST(Pictures, that_would_burst_are_refused_by_their_head) {
  std::string bomb = png(4, 4);
  bomb.replace(16, 8, std::string("\0\0\x27\x10\0\0\x27\x10", 8));  // says 10,000 × 10,000; the sum over the head is wrong then
  EXPECT_THAT(refused(bomb), testing::AnyOf("picture.pixels", "picture.broken"));
  EXPECT_EQ(refused(png(12'001, 1)), "picture.pixels");
  EXPECT_EQ(refused(jpeg(12'001, 8)), "picture.pixels");
  EXPECT_EQ(refused(std::string(PictureLimits::kMostBytes + 1, 'x')), "picture.bytes");
}

TEST(Pictures, that_are_none_are_refused) {
  EXPECT_EQ(refused(""), "picture.format");
  EXPECT_EQ(refused("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), "picture.format");
  EXPECT_EQ(refused("GIF89a"), "picture.format");
  EXPECT_EQ(refused(png(64, 64).substr(0, 100)), "picture.broken");
  const std::string whole = jpeg(640, 640);
  EXPECT_EQ(refused(whole.substr(0, whole.size() / 2)), "picture.broken");
  const std::string webp = render_picture(png(640, 640))->back().webp;
  EXPECT_EQ(refused(webp.substr(0, webp.size() / 2)), "picture.broken");
  EXPECT_EQ(refused(jpeg(64, 64, TJPF_CMYK)), "picture.format");
}

class ProductPicturesTest : public CatalogueTest {
 protected:
  void SetUp() override {
    CatalogueTest::SetUp();
    id_ = id_in(create(product("lamp"))->json);
  }
  Result<JsonReply> add(const std::string& bytes, const std::string& alt = "") {
    return world_.run(service_->add_image({}, ImageUpload{id_, {bytes.begin(), bytes.end()}, alt, "tester"}));
  }
  Result<JsonReply> arrange(const std::string& json, const std::string& if_match = "*") {
    return world_.run(service_->arrange_images({}, ChangeRequest{id_, if_match, json, "tester"}));
  }
  /// The texts between `before` and a quote, in their order.
  static std::vector<std::string> all(const std::string& json, const std::string& before) {
    std::vector<std::string> found;
    for (std::size_t at = json.find(before); at != std::string::npos; at = json.find(before, at + 1))
      found.push_back(json.substr(at + before.size(), json.find('"', at + before.size()) - at - before.size()));
    return found;
  }
  std::string id_;
};

TEST_F(ProductPicturesTest, are_shown_where_the_product_is_and_never_change) {
  const auto added = add(png(1'500, 1'500), "A lamp");
  ASSERT_TRUE(added) << added.error().detail;
  EXPECT_EQ(added->etag, "\"2\"");
  settle();
  const std::string shown = get(id_)->json;
  EXPECT_THAT(shown, testing::HasSubstr(R"("width":1280,"height":1280,"alt":"A lamp","sizes":[{)"));
  const std::vector<std::string> blobs = all(shown, "{\"url\":\"/api/media/");
  ASSERT_EQ(blobs.size(), 3U);
  EXPECT_THAT(list_text(), testing::HasSubstr("\"image\":\"/api/media/" + blobs[1])) << "lists show the middle one";
  for (const std::string& blob : blobs) {
    const auto media = world_.run(service_->media({}, MediaRequest{blob.substr(0, 64)}));
    ASSERT_TRUE(media);
    EXPECT_EQ(media->media_type, "image/webp");
  }
  start();
  EXPECT_TRUE(world_.run(service_->media({}, MediaRequest{blobs[0].substr(0, 64)}))) << "kept over a restart";
  EXPECT_EQ(world_.run(service_->media({}, MediaRequest{std::string(64, 'a')})).error().code, "image.not_found");
}

TEST_F(ProductPicturesTest, sent_twice_are_there_once) {
  ASSERT_TRUE(add(png(200, 200)));
  const auto again = add(png(200, 200));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->etag, "\"2\"");
  EXPECT_EQ(all(again->json, "{\"name\":\"").size(), 1U);
}

TEST_F(ProductPicturesTest, are_put_in_order_named_and_taken_away) {
  ASSERT_TRUE(add(png(200, 200), "First"));
  const auto both = add(png(300, 200), "Second");
  ASSERT_TRUE(both);
  const std::vector<std::string> names = all(both->json, "{\"name\":\"");
  ASSERT_EQ(names.size(), 2U);
  const auto swapped = arrange(R"({"images":[{"name":")" + names[1] + R"(","alt":"Now first"},{"name":")" + names[0] + R"("}]})");
  ASSERT_TRUE(swapped);
  EXPECT_THAT(all(swapped->json, "{\"name\":\""), testing::ElementsAre(names[1], names[0]));
  EXPECT_THAT(swapped->json, testing::HasSubstr("\"alt\":\"Now first\""));
  EXPECT_EQ(arrange(R"({"images":[]})", "").error().code, "etag.required");
  EXPECT_EQ(arrange(R"({"images":[]})", "\"1\"").error().code, "etag.mismatch");
  const auto unknown = arrange(R"({"images":[{"name":"none.webp"}]})");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fields.at(0).pointer, "/images/0/name");
  EXPECT_EQ(arrange(R"({"images":[{"name":"a"},{"name":"a"}]})").error().fields.at(0).code, "field.duplicate");
  const auto none = arrange(R"({"images":[]})");
  ASSERT_TRUE(none);
  EXPECT_TRUE(all(none->json, "{\"name\":\"").empty());
  const auto restored = world_.run(service_->restore({}, RestoreRequest{id_, "*", 3, "tester"}));
  ASSERT_TRUE(restored);
  EXPECT_EQ(all(restored->json, "{\"name\":\"").size(), 2U) << "an earlier version has its pictures";
}

TEST_F(ProductPicturesTest, that_are_refused_change_nothing) {
  EXPECT_EQ(add("<svg/>").error().code, "picture.format");
  EXPECT_EQ(add(png(8, 8), std::string(301, 'x')).error().fields.at(0).pointer, "?alt");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(add(png(8 + i, 8)));
  EXPECT_EQ(add(png(100, 8)).error().code, "images.too_many");
  EXPECT_TRUE(add(png(8, 8))) << "one that is there";
}

}  // namespace
}  // namespace pps::catalogue
