#include "services/catalogue/http_transfer.hpp"

#include <algorithm>
#include <map>

namespace pps::catalogue {
namespace {

using net::Request;
using net::Response;

constexpr std::size_t kMostImport = 256 << 20;
constexpr std::size_t kPiece = 256 << 10;
constexpr Duration kLongest = std::chrono::minutes(30);

/// The import's id: ImportJob begins with it, {"id":"<36 characters>".
std::string id_in(const std::string& job) { return job.substr(7, 36); }

Task<JsonReply> feed(std::shared_ptr<CatalogueApi> api, Context context, std::string id,
                     std::shared_ptr<net::BodyStream> body) {
  ImportPiece piece;
  piece.id = id;
  while (!piece.last) {
    Result<std::optional<std::string>> next = co_await body->next();
    if (!next)
      piece.failure = "the file broke off: " + next.error().code;
    else if (*next)
      piece.bytes.insert(piece.bytes.end(), (*next)->begin(), (*next)->end());
    piece.last = !next || !*next;
    if (!piece.last && piece.bytes.size() < kPiece) continue;
    while (piece.bytes.size() > kPiece) {  // the connection's pieces may be larger than an import's
      const auto end = piece.bytes.begin() + static_cast<std::ptrdiff_t>(kPiece);
      ImportPiece part{id, {piece.bytes.begin(), end}, false, ""};
      piece.bytes.erase(piece.bytes.begin(), end);
      Result<JsonReply> taken = co_await api->import_piece(context, std::move(part));
      if (!taken) co_return fail(std::move(taken).error());
    }
    ImportPiece now = piece;
    piece.bytes.clear();
    const bool last = now.last;
    Result<JsonReply> job = co_await api->import_piece(context, std::move(now));
    if (!job || last) co_return job;
  }
  co_return fail(ErrorKind::internal, "import.unfinished", "");
}

Result<ImportBegin> begin_of(const Request& request) {
  ImportBegin begin{"ndjson", request.principal ? request.principal->subject : std::string()};
  if (check_media_type(request, "text/csv"))
    begin.format = "csv";
  else if (!check_media_type(request, "application/x-ndjson"))
    return fail(ErrorKind::unsupported, "media_type.unsupported", "Send the body as application/x-ndjson or text/csv.");
  const std::string_view dry_run = request.query_value("dry_run").value_or("false");
  if (dry_run != "true" && dry_run != "false")
    return fail(ErrorKind::malformed, "request.malformed", "?dry_run must be true or false");
  begin.dry_run = dry_run == "true";
  static const std::map<std::string_view, std::string> kSeparators{{"", ""}, {"comma", ","}, {"semicolon", ";"}, {"tab", "\t"}};
  const auto separator = kSeparators.find(request.query_value("separator").value_or(""));
  if (separator == kSeparators.end() || (begin.format != "csv" && request.query_value("separator")))
    return fail_field("?separator", "field.format", "separator must be comma, semicolon or tab, and is of text/csv alone");
  begin.separator = separator->second;
  return begin;
}

Task<Response> import_products(std::shared_ptr<CatalogueApi> api, Request request) {
  Result<ImportBegin> asked = begin_of(request);
  if (!asked) co_return fail(std::move(asked).error());
  ImportBegin begin = std::move(*asked);
  Result<JsonReply> begun = co_await api->import_begin(request.context, std::move(begin));
  if (!begun) co_return fail(std::move(begun).error());
  std::string id = id_in(begun->json);
  Result<JsonReply> job = co_await feed(api, request.context, id, request.body_stream);
  if (!job) co_return fail(std::move(job).error());
  Response response;
  response.status = 202;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Location", "/api/admin/products/import/" + id);
  response.body = std::move(job->json);
  co_return response;
}

/// Pages of the export as one body.
class ExportStream final : public net::BodyStream {
 public:
  ExportStream(std::shared_ptr<CatalogueApi> api, Context context) : api_(std::move(api)), context_(context) {}
  Task<std::optional<std::string>> next() override {
    if (ended_) co_return std::optional<std::string>();
    ExportRequest request{cursor_, 200};
    Result<ExportReply> page = co_await api_->export_products(context_, std::move(request));
    if (!page) co_return fail(std::move(page).error());
    cursor_ = page->next_cursor;
    ended_ = cursor_.empty();
    if (page->ndjson.empty()) co_return std::optional<std::string>();
    co_return std::optional(std::move(page->ndjson));
  }

 private:
  std::shared_ptr<CatalogueApi> api_;
  Context context_;
  std::string cursor_;
  bool ended_ = false;
};

Task<Response> export_products(std::shared_ptr<CatalogueApi> api, Request request) {
  Response response;
  response.headers.set("Content-Type", "application/x-ndjson");
  response.stream = std::make_shared<ExportStream>(std::move(api), request.context);
  co_return response;
}

}  // namespace

Result<void> check_media_type(const net::Request& request, std::string_view type) {
  std::string_view given = request.headers.get("Content-Type").value_or("");
  given = given.substr(0, given.find(';'));
  while (!given.empty() && given.back() == ' ') given.remove_suffix(1);
  const bool same = std::equal(given.begin(), given.end(), type.begin(), type.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
  if (same) return {};
  return fail(ErrorKind::unsupported, "media_type.unsupported", "Send the body as " + std::string(type) + ".");
}

void add_transfer_routes(net::Router& router, std::shared_ptr<CatalogueApi> api) {
  router.add({.method = net::Method::post,
              .pattern = "/api/admin/products/import",
              .operation_id = "admin_import_products",
              .access = net::with_scope("catalogue:write"),
              .handler = [api](Request r) { return import_products(api, std::move(r)); },
              .max_body_bytes = kMostImport,
              .stream_body = true,
              .deadline = kLongest});
  router.add({.method = net::Method::get,
              .pattern = "/api/admin/products/export",
              .operation_id = "admin_export_products",
              .access = net::with_scope("catalogue:write"),
              .handler = [api](Request r) { return export_products(api, std::move(r)); },
              .deadline = kLongest});
}

}  // namespace pps::catalogue
