#include <algorithm>

#include "services/catalogue/pictures.hpp"
#include "services/catalogue/product_input.hpp"
#include "services/catalogue/service.hpp"

/// A product's pictures: brought one by one, shown in three sizes, kept by what they are.
namespace pps::catalogue {
namespace {

std::unexpected<Error> no_picture() {
  return fail(ErrorKind::not_found, "image.not_found", "There is no such picture.");
}

Result<std::vector<Image>> arrange(const std::vector<Image>& images, const std::vector<ArrangedImage>& order) {
  std::vector<Image> out;
  Error refused{ErrorKind::invalid, "fields.invalid", "Some fields are wrong.", {}, {}};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto known = std::find_if(images.begin(), images.end(), [&](const Image& one) { return one.name == order[i].name; });
    if (known == images.end()) {
      refused.fields.push_back({"/images/" + std::to_string(i) + "/name", "image.unknown", "the product has no such picture; send it first"});
      continue;
    }
    out.push_back(*known);
    out.back().alt = order[i].alt;
  }
  if (!refused.fields.empty()) return fail(std::move(refused));
  return out;
}

}  // namespace

Task<Image> CatalogueService::keep_picture(std::vector<std::uint8_t> bytes, std::string alt) {
  std::function<Result<std::vector<Rendition>>()> work = [bytes = std::move(bytes)] {
    return render_picture({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  Result<std::vector<Rendition>> made =
      co_await runtime::run_on<std::vector<Rendition>>(runtime_, runtime_.hash_pool, std::move(work));
  if (!made) co_return fail(std::move(made).error());
  Image image;
  for (Rendition& one : *made) {
    ImageSize size{sha256_hex(one.webp), one.width, one.height, {}};
    std::string sha256 = size.blob;
    Result<void> kept = co_await repository_->put_blob(std::move(sha256), std::move(one.webp));
    if (!kept) co_return fail(std::move(kept).error());
    image.sizes.push_back(std::move(size));
  }
  const ImageSize& greatest = image.sizes.back();
  image.name = greatest.blob.substr(0, 16) + ".webp";
  image.blob = greatest.blob;
  image.media_type = "image/webp";
  image.width = greatest.width;
  image.height = greatest.height;
  image.alt = std::move(alt);
  co_return image;
}

Task<JsonReply> CatalogueService::add_image(Context, ImageUpload request) {
  const auto self = shared_from_this();
  const auto id = ProductId::parse(request.id);
  if (!id) co_return no_product();
  if (request.alt.size() > 300) co_return fail_field("?alt", "field.length", "alt must have at most 300 bytes");
  Result<std::optional<Product>> before = co_await repository_->find(*id);
  if (!before) co_return fail(std::move(before).error());
  if (!*before) co_return no_product();
  Result<Image> image = co_await keep_picture(std::move(request.bytes), std::move(request.alt));
  if (!image) co_return fail(std::move(image).error());
  Edit edit = [added = std::move(*image)](const Product& current) -> Result<Content> {
    Content content{current.input, current.images};
    std::vector<Image>& images = content.images;
    if (std::any_of(images.begin(), images.end(), [&](const Image& one) { return one.blob == added.blob; })) return content;
    if (images.size() >= kMostImages)
      return fail(ErrorKind::conflict, "images.too_many", "A product has at most 20 pictures; take one away first.");
    images.push_back(added);
    return content;
  };
  Result<JsonReply> reply = co_await edit_and_reply(*id, std::nullopt, std::move(edit), std::move(request.actor));
  co_return reply;
}

Task<JsonReply> CatalogueService::arrange_images(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  Result<ProductId> id = id_to_change(request.id, request.if_match);
  if (!id) co_return fail(std::move(id).error());
  Result<std::vector<ArrangedImage>> order = read_images_input(request.json);
  if (!order) co_return fail(std::move(order).error());
  Edit edit = [wanted = std::move(*order)](const Product& current) -> Result<Content> {
    Result<std::vector<Image>> images = arrange(current.images, wanted);
    if (!images) return fail(std::move(images).error());
    return Content{current.input, std::move(*images)};
  };
  Result<JsonReply> reply = co_await edit_and_reply(*id, std::move(request.if_match), std::move(edit), std::move(request.actor));
  co_return reply;
}

Task<cache::Entry> CatalogueService::blob(std::string sha256) {
  std::string key = "blob:" + sha256;
  cache::Load load = [self = shared_from_this(), sha256]() -> Task<cache::Entry> {
    return [](std::shared_ptr<CatalogueService> service, std::string of) -> Task<cache::Entry> {
      Result<std::optional<std::string>> bytes = co_await service->repository_->find_blob(std::move(of));
      if (!bytes) co_return fail(std::move(bytes).error());
      if (!*bytes) co_return no_picture();
      co_return cache::Entry{std::make_shared<const std::string>(std::move(**bytes)), {}};
    }(self, sha256);
  };
  Result<cache::Entry> entry = co_await cache_->get_or_load(std::move(key), std::move(load));
  co_return entry;
}

Task<ImageReply> CatalogueService::media(Context, MediaRequest request) {
  const auto self = shared_from_this();
  Result<cache::Entry> entry = co_await blob(request.blob);
  if (!entry) co_return fail(std::move(entry).error());
  // Blobs of imports may be of other formats; those are shown by their products alone.
  if (!entry->bytes->starts_with("RIFF")) co_return no_picture();
  ImageReply reply;
  reply.bytes.assign(entry->bytes->begin(), entry->bytes->end());
  reply.media_type = "image/webp";
  reply.etag = "\"" + request.blob.substr(0, 32) + "\"";
  co_return reply;
}

}  // namespace pps::catalogue
