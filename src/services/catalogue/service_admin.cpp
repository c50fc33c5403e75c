#include <set>

#include "runtime/log.hpp"
#include "services/catalogue/import_plan.hpp"
#include "services/catalogue/text_json.hpp"
#include "services/catalogue/product_input.hpp"
#include "services/catalogue/service.hpp"

/// The operator's lists, imports and exports.
namespace pps::catalogue {
namespace {

constexpr std::int64_t kReportsKept_us = std::chrono::microseconds(std::chrono::hours(24)).count();
constexpr std::size_t kMostPiece = 1 << 20;

/// A cursor of the operator's lists: the filter and the last id.
std::string write_cursor(const std::string& filter, ProductId last) { return filter + "." + last.to_string(); }

Result<std::optional<ProductId>> read_cursor(const std::string& cursor, const std::string& filter) {
  if (cursor.empty()) return std::optional<ProductId>();
  if (cursor.starts_with(filter + "."))
    if (const auto id = ProductId::parse(std::string_view(cursor).substr(filter.size() + 1))) return id;
  return fail(ErrorKind::malformed, "cursor.invalid", "The cursor is not one of this list with these filters.");
}

std::int64_t kept_until_s(const Import& import) {
  return (std::max(import.started_at_us, import.finished_at_us) + kReportsKept_us) / 1'000'000 + 1;
}

std::unexpected<Error> no_import() {
  return fail(ErrorKind::not_found, "import.not_found", "There is no such import; reports are kept for 24 hours.");
}

}  // namespace

Task<JsonReply> CatalogueService::admin_list(Context, AdminListRequest request) {
  const auto self = shared_from_this();
  if (request.limit < 1 || request.limit > 100) co_return fail_field("?limit", "field.range", "limit must be 1 to 100");
  const std::string& status = request.status;
  if (!status.empty() && status != "draft" && status != "active" && status != "archived")
    co_return fail_field("?status", "field.format", "status must be draft, active or archived");
  const std::string filter = status.empty() ? "all" : status;
  Result<std::optional<ProductId>> after = read_cursor(request.cursor, filter);
  if (!after) co_return fail(std::move(after).error());
  const auto limit = static_cast<std::size_t>(request.limit);
  std::vector<Product> found;
  std::optional<ProductId> from = *after;
  while (found.size() <= limit) {
    Result<std::vector<Product>> page = co_await repository_->scan(from, limit + 1);
    if (!page) co_return fail(std::move(page).error());
    const bool ended = page->size() <= limit;
    if (!page->empty()) from = page->back().id;
    for (Product& product : *page)
      if ((status.empty() || product.input.status == status) && found.size() <= limit)
        found.push_back(std::move(product));
    if (ended) break;
  }
  JsonArray items;
  for (std::size_t i = 0; i < std::min(found.size(), limit); ++i) items.raw(admin_json(found[i]));
  JsonObject out;
  out.raw("items", items.take());
  if (found.size() > limit) out.text("next_cursor", write_cursor(filter, found[limit - 1].id));
  co_return JsonReply{out.take(), ""};
}

Task<JsonReply> CatalogueService::admin_get(Context, ProductRequest request) {
  const auto self = shared_from_this();
  const auto id = ProductId::parse(request.id_or_slug);
  Result<std::optional<Product>> product = std::optional<Product>();
  if (id) product = co_await repository_->find(*id);
  if (!product) co_return fail(std::move(product).error());
  if (!*product) co_return no_product();
  co_return JsonReply{admin_json(**product), etag_of((*product)->version)};
}

Task<ExportReply> CatalogueService::export_products(Context, ExportRequest request) {
  const auto self = shared_from_this();
  if (request.limit < 1 || request.limit > 1'000)
    co_return fail_field("?limit", "field.range", "limit must be 1 to 1000");
  Result<std::optional<ProductId>> after = read_cursor(request.cursor, "export");
  if (!after) co_return fail(std::move(after).error());
  const auto limit = static_cast<std::size_t>(request.limit);
  Result<std::vector<Product>> page = co_await repository_->scan(*after, limit);
  if (!page) co_return fail(std::move(page).error());
  ExportReply reply;
  for (const Product& product : *page) reply.ndjson += write_product_input(product.input) + "\n";
  if (page->size() == limit) reply.next_cursor = write_cursor("export", page->back().id);
  co_return reply;
}

Task<void> CatalogueService::put_blob(std::string sha256, std::string bytes) {
  Result<std::optional<std::string>> there = co_await repository_->find_blob(sha256);
  if (!there) co_return fail(std::move(there).error());
  if (*there) co_return Result<void>{};
  Result<void> done = co_await repository_->put_blob(std::move(sha256), std::move(bytes));
  co_return done;
}

Task<JsonReply> CatalogueService::import_begin(Context, ImportBegin request) {
  const auto self = shared_from_this();
  if (request.format != "ndjson" && request.format != "csv" && request.format != "bundle" && request.format != "dumpavail")
    co_return fail_field("/format", "field.format", "format must be ndjson, csv, bundle or dumpavail");
  if (request.format == "dumpavail" && !request.dry_run) {
    CategoriesRequest categories{package_categories()};
    Result<JsonReply> defined = co_await define_categories({}, std::move(categories));
    if (!defined) co_return fail(std::move(defined).error());
  }
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  std::erase_if(imports_, [&](const auto& one) {
    return one.second->finished_at_us > 0 && now - one.second->finished_at_us > kReportsKept_us;
  });
  auto import = std::make_shared<Import>();
  import->id = runtime::new_uuid(runtime_).to_string();
  import->format = request.format;
  import->actor = request.actor;
  if (request.format == "csv")
    import->csv = std::make_unique<CsvProducts>(request.separator.empty() ? '\0' : request.separator[0]);
  if (request.format == "dumpavail") import->packages = std::make_unique<StanzaReader>();
  import->dry_run = request.dry_run;
  if (import->dry_run) import->plan = std::make_shared<ImportPlan>();
  import->started_at_us = now;
  imports_[import->id] = import;
  std::string report = import->json();
  Result<void> kept = co_await repository_->put_import(import->id, std::move(report), kept_until_s(*import));
  if (!kept) co_return fail(std::move(kept).error());
  log::info("catalogue.import_begun", {{"import", import->id}, {"actor", request.actor}});
  co_return JsonReply{import->json(), ""};
}

namespace {

/// One row: its pictures kept, then the product.
Task<bool> import_row(std::shared_ptr<CatalogueService> service, std::shared_ptr<Import> import, NumberedRow one) {
  for (auto& [sha256, bytes] : one.row.blobs) {
    Result<void> kept = co_await service->put_blob(std::move(sha256), std::move(bytes));
    if (!kept) co_return fail(std::move(kept).error());
  }
  Result<Saved> saved = co_await service->upsert(std::move(one.row.product), std::move(one.row.images), import->actor);
  if (!saved && saved.error().kind != ErrorKind::conflict && saved.error().kind != ErrorKind::invalid)
    co_return fail(std::move(saved).error());  // not the row's fault
  if (!saved)
    import->refuse(one.number, saved.error());
  else
    import->count(saved->outcome);
  co_return true;
}

/// The next rows that may go at the same time: no slug twice, so that of two rows with one slug the later one stays.
std::vector<NumberedRow> take_group(Import& import, std::vector<Import::Line>& lines, std::size_t& next,
                                    std::size_t most) {
  std::vector<NumberedRow> group;
  std::set<std::string> slugs;
  for (; next < lines.size() && group.size() < most; ++next) {
    Result<ImportRow> row = read_import_row(import.format, lines[next].text);
    if (!row) {
      import.refuse(lines[next].number, row.error());
      continue;
    }
    if (!slugs.insert(row->product.slug).second) break;  // read again in the next group
    group.push_back({lines[next].number, std::move(*row)});
  }
  return group;
}

}  // namespace

Task<JsonReply> CatalogueService::import_piece(Context, ImportPiece request) {
  const auto self = shared_from_this();
  const auto it = imports_.find(request.id);
  if (it == imports_.end()) co_return no_import();
  const std::shared_ptr<Import> import = it->second;
  co_await import->one_piece.acquire();
  std::optional<Error> broken;
  if (import->status == "running" && request.bytes.size() > kMostPiece)
    broken = Error{ErrorKind::too_large, "body.too_large", "a piece may have at most 1 MiB"};
  if (import->status == "running" && !request.failure.empty())
    broken = Error{ErrorKind::invalid, "import.broken_off", request.failure};
  if (import->status == "running" && !broken) {
    const std::string_view text(reinterpret_cast<const char*>(request.bytes.data()), request.bytes.size());
    Result<std::vector<Import::Line>> lines = import->take(text, request.last);
    if (!lines) broken = std::move(lines).error();
    for (std::size_t next = 0; !broken && next < lines->size();) {
      std::vector<Task<bool>> work;
      std::vector<NumberedRow> group = take_group(*import, *lines, next, options_.import_parallel);
      if (import->plan) {
        Result<void> planned = co_await plan_rows(import, std::move(group));
        if (!planned) broken = std::move(planned).error();
        continue;
      }
      for (NumberedRow& row : group)
        work.push_back(import_row(self, import, std::move(row)));
      if (work.empty()) continue;
      std::vector<Result<bool>> results = co_await runtime::all_of(std::move(work));
      for (Result<bool>& result : results)
        if (!result && !broken) broken = std::move(result).error();
    }
  }
  if (import->status == "running" && (broken || request.last)) {
    import->status = broken ? "failed" : "completed";
    if (broken) import->detail = broken->code + ": " + broken->detail;
    import->finished_at_us = to_unix_us(runtime_.clock.now());
    import->plan.reset();
    log::info("catalogue.import_ended", {{"import", import->id},
                                         {"dry_run", import->dry_run},
                                         {"status", import->status},
                                         {"created", import->created},
                                         {"updated", import->updated},
                                         {"unchanged", import->unchanged},
                                         {"refused", import->refused}});
  }
  std::string json = import->json();
  Result<void> kept = Result<void>{};
  if (import->status != "running") kept = co_await repository_->put_import(import->id, json, kept_until_s(*import));
  import->one_piece.release();
  if (!kept) co_return fail(std::move(kept).error());
  co_return JsonReply{std::move(json), ""};
}

Task<JsonReply> CatalogueService::import_status(Context, ImportRequest request) {
  const auto self = shared_from_this();
  const std::int64_t now = to_unix_us(runtime_.clock.now());
  if (const auto it = imports_.find(request.id); it != imports_.end()) {
    const Import& import = *it->second;
    if (import.finished_at_us > 0 && now - import.finished_at_us > kReportsKept_us) co_return no_import();
    co_return JsonReply{import.json(), ""};
  }
  const auto id = Uuid::parse(request.id);
  if (!id || now / 1'000 - static_cast<std::int64_t>(id->unix_ms()) > kReportsKept_us / 1'000) co_return no_import();
  Result<std::optional<std::string>> report = co_await repository_->find_import(request.id);
  if (!report) co_return fail(std::move(report).error());
  if (!*report) co_return no_import();
  std::string json = std::move(**report);
  // An import that was under way when the process ended: its report says so, its rows are there.
  constexpr std::string_view kRunning = "\"status\":\"running\"";
  if (const std::size_t at = json.find(kRunning); at != std::string::npos) {
    json.replace(at, kRunning.size(), "\"status\":\"failed\"");
    json.pop_back();
    json += ",\"detail\":\"The server stopped while it ran. Send the file again: what was done stays and is not doubled.\"}";
  }
  co_return JsonReply{std::move(json), ""};
}

Task<JsonReply> CatalogueService::define_categories(Context, CategoriesRequest request) {
  const auto self = shared_from_this();
  if (request.categories.size() > 10'000)
    co_return fail_field("/categories", "field.length", "at most 10000 categories may be defined at once");
  if (const Result<void> right = tree_.check(request.categories); !right) co_return fail(right.error());
  std::erase_if(request.categories, [&](const CategoryInput& one) { return tree_.has(one); });
  std::vector<Task<void>> writes;
  for (const CategoryInput& one : request.categories)
    writes.push_back(repository_->put_category(one.slug, {one.name, one.parent, {}}));
  const std::vector<Result<void>> results = co_await runtime::all_of(std::move(writes));
  for (const Result<void>& result : results)
    if (!result) co_return fail(result.error());
  for (const CategoryInput& one : request.categories) tree_.put(one.slug, {one.name, one.parent, {}});
  if (!request.categories.empty() && index_->documents() > 0) {  // documents carry the categories above theirs
    Result<void> done = co_await reindex();
    if (!done) co_return fail(std::move(done).error());
  }
  Result<search::Counts> counts = co_await index_->count("category");
  if (!counts) co_return fail(std::move(counts).error());
  co_return JsonReply{tree_.tree_json(*counts), ""};
}

}  // namespace pps::catalogue
