#include "services/catalogue/client.hpp"

#include "net/described_json.hpp"

namespace pps::catalogue {
namespace {

class RemoteCatalogue final : public CatalogueApi {
 public:
  explicit RemoteCatalogue(std::shared_ptr<net::RpcClient> rpc) : rpc_(std::move(rpc)) {}

  Task<JsonReply> get_product(Context context, ProductRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "get_product", request);
  }
  Task<JsonReply> list_products(Context context, ListRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "list_products", request);
  }
  Task<JsonReply> suggest(Context context, SuggestRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "suggest", request);
  }
  Task<JsonReply> categories(Context context, Nothing request) override {
    return net::call_method<JsonReply>(*rpc_, context, "categories", request);
  }
  Task<ImageReply> image(Context context, ImageRequest request) override {
    return net::call_method<ImageReply>(*rpc_, context, "image", request);
  }
  Task<QuoteReply> quote(Context context, QuoteRequest request) override {
    return net::call_method<QuoteReply>(*rpc_, context, "quote", request);
  }
  Task<JsonReply> admin_list(Context context, AdminListRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "admin_list", request);
  }
  Task<JsonReply> admin_get(Context context, ProductRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "admin_get", request);
  }
  Task<JsonReply> create(Context context, ChangeRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "create", request);
  }
  Task<JsonReply> replace(Context context, ChangeRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "replace", request);
  }
  Task<JsonReply> archive(Context context, ChangeRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "archive", request);
  }
  Task<JsonReply> history(Context context, HistoryRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "history", request);
  }
  Task<JsonReply> version(Context context, VersionRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "version", request);
  }
  Task<JsonReply> restore(Context context, RestoreRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "restore", request);
  }
  Task<JsonReply> related(Context context, ProductRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "related", request);
  }
  Task<JsonReply> add_image(Context context, ImageUpload request) override {
    return net::call_method<JsonReply>(*rpc_, context, "add_image", request);
  }
  Task<JsonReply> arrange_images(Context context, ChangeRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "arrange_images", request);
  }
  Task<ImageReply> media(Context context, MediaRequest request) override {
    return net::call_method<ImageReply>(*rpc_, context, "media", request);
  }
  Task<JsonReply> import_begin(Context context, ImportBegin request) override {
    return net::call_method<JsonReply>(*rpc_, context, "import_begin", request);
  }
  Task<JsonReply> import_piece(Context context, ImportPiece request) override {
    return net::call_method<JsonReply>(*rpc_, context, "import_piece", request);
  }
  Task<JsonReply> import_status(Context context, ImportRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "import_status", request);
  }
  Task<JsonReply> define_categories(Context context, CategoriesRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "define_categories", request);
  }
  Task<JsonReply> synonyms(Context context, Nothing request) override {
    return net::call_method<JsonReply>(*rpc_, context, "synonyms", request);
  }
  Task<JsonReply> pins(Context context, Nothing request) override {
    return net::call_method<JsonReply>(*rpc_, context, "pins", request);
  }
  Task<JsonReply> set_pins(Context context, ChangeRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "set_pins", request);
  }
  Task<JsonReply> set_synonyms(Context context, ChangeRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "set_synonyms", request);
  }
  Task<JsonReply> rebuild_search(Context context, RebuildRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "rebuild_search", request);
  }
  Task<JsonReply> missed_queries(Context context, MissedRequest request) override {
    return net::call_method<JsonReply>(*rpc_, context, "missed_queries", request);
  }
  Task<ExportReply> export_products(Context context, ExportRequest request) override {
    return net::call_method<ExportReply>(*rpc_, context, "export_products", request);
  }

 private:
  std::shared_ptr<net::RpcClient> rpc_;
};

}  // namespace

std::shared_ptr<CatalogueApi> make_remote(std::shared_ptr<net::RpcClient> client) {
  return std::make_shared<RemoteCatalogue>(std::move(client));
}

}  // namespace pps::catalogue
