#include <fmt/format.h>

#include "runtime/log.hpp"
#include "services/catalogue/service.hpp"

/// The merchant's side of the search: synonyms, pinned products, and what was searched in vain.
namespace pps::catalogue {
namespace {

/// Counts are kept this long after the first that is not: a crash loses no more.
constexpr Duration kKeepMissedAfter = std::chrono::seconds(30);
/// Matters that a merchant sets.
constexpr const char* kSynonyms = "synonyms";
constexpr const char* kPins = "pins";

template <class Row>
Result<Row> row_of(const Setting& setting) {
  return setting.version == 0 ? Result<Row>(Row{}) : storage::decode_row<Row>(setting.body);
}

}  // namespace

Task<void> CatalogueService::load_search_settings() {
  Result<Setting> kept = co_await repository_->setting(kSynonyms);
  if (!kept) co_return fail(std::move(kept).error());
  Result<SynonymsRow> synonyms = row_of<SynonymsRow>(*kept);
  if (!synonyms) co_return fail(std::move(synonyms).error());
  index_->set_synonyms(std::move(synonyms->means));
  kept = co_await repository_->setting(kPins);
  if (!kept) co_return fail(std::move(kept).error());
  Result<PinsRow> pins = row_of<PinsRow>(*kept);
  if (!pins) co_return fail(std::move(pins).error());
  use_pins(*pins);
  Result<MissedRow> missed = co_await repository_->missed();
  if (!missed) co_return fail(std::move(missed).error());
  missed_.load(std::move(*missed));
  co_return Result<void>{};
}

Task<JsonReply> CatalogueService::synonyms(Context, Nothing) {
  const auto self = shared_from_this();
  Result<Setting> kept = co_await repository_->setting(kSynonyms);
  if (!kept) co_return fail(std::move(kept).error());
  Result<SynonymsRow> row = row_of<SynonymsRow>(*kept);
  if (!row) co_return fail(std::move(row).error());
  co_return JsonReply{write_synonyms(*row), etag_of(kept->version)};
}

Task<JsonReply> CatalogueService::set_synonyms(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  Result<SynonymsRow> row = read_synonyms(request.json);
  if (!row) co_return fail(std::move(row).error());
  Result<std::string> etag = co_await change_setting(kSynonyms, std::move(request), storage::encode_row(*row));
  if (!etag) co_return fail(std::move(etag).error());
  index_->set_synonyms(row->means);
  co_return JsonReply{write_synonyms(*row), std::move(*etag)};
}

Task<JsonReply> CatalogueService::pins(Context, Nothing) {
  const auto self = shared_from_this();
  Result<Setting> kept = co_await repository_->setting(kPins);
  if (!kept) co_return fail(std::move(kept).error());
  Result<PinsRow> row = row_of<PinsRow>(*kept);
  if (!row) co_return fail(std::move(row).error());
  co_return JsonReply{write_pins(*row), etag_of(kept->version)};
}

Task<JsonReply> CatalogueService::set_pins(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  Result<PinsRow> row = read_pins(request.json);
  if (!row) co_return fail(std::move(row).error());
  Result<void> known = co_await check_pinned(*row);
  if (!known) co_return fail(std::move(known).error());
  Result<std::string> etag = co_await change_setting(kPins, std::move(request), storage::encode_row(*row));
  if (!etag) co_return fail(std::move(etag).error());
  use_pins(*row);
  co_return JsonReply{write_pins(*row), std::move(*etag)};
}

Task<void> CatalogueService::check_pinned(PinsRow row) {
  Error error{ErrorKind::invalid, "fields.invalid", "A field was refused; see errors."};
  for (std::size_t i = 0; i < row.pins.size(); ++i)
    for (std::size_t k = 0; k < row.pins[i].products.size(); ++k) {
      Result<std::optional<Product>> product = co_await repository_->find(ProductId{row.pins[i].products[k]});
      if (!product) co_return fail(std::move(product).error());
      if (!*product)
        error.fields.push_back({fmt::format("/items/{}/products/{}", i, k), "product.not_found", "there is no such product"});
    }
  if (!error.fields.empty()) co_return fail(std::move(error));
  co_return Result<void>{};
}

void CatalogueService::use_pins(const PinsRow& row) {
  pins_.clear();
  for (const Pin& pin : row.pins) pins_[pin.query] = pin.products;
}

Task<std::string> CatalogueService::change_setting(std::string matter, ChangeRequest request, std::string body) {
  if (request.if_match.empty())
    co_return fail(ErrorKind::precondition_required, "etag.required", "Send If-Match with the ETag that you read.");
  Result<Setting> kept = co_await repository_->setting(matter);
  if (!kept) co_return fail(std::move(kept).error());
  const std::uint64_t was = kept->version;
  const auto stale = [&] { return fail(ErrorKind::stale, "etag.mismatch", "The " + matter + " were changed; read them again."); };
  if (!matches(request.if_match, etag_of(was))) co_return stale();
  Result<void> put = co_await repository_->put_setting(matter, std::move(body), was);
  if (!put && put.error().kind == ErrorKind::conflict) co_return stale();
  if (!put) co_return fail(std::move(put).error());
  log::info("catalogue.setting_changed", {{"setting", matter}, {"actor", request.actor}});
  co_return etag_of(was + 1);
}

void CatalogueService::note_missed(const std::string& query, bool partial) {
  missed_.count(query, partial, to_unix_us(runtime_.clock.now()));
  if (std::exchange(missed_waits_, true)) return;
  missed_timer_ = runtime_.timers.call_at(runtime_.clock.monotonic() + kKeepMissedAfter, [this] {
    missed_waits_ = false;
    const auto keep = [](std::shared_ptr<CatalogueService> self) -> boost::asio::awaitable<void> {
      Result<void> kept = co_await self->keep_missed();
      if (!kept) log::warn("catalogue.missed_not_kept", {{"code", kept.error().code}});
    };
    runtime::spawn(runtime_.executor, keep(shared_from_this()));
  });
}

Task<void> CatalogueService::keep_missed() {
  MissedRow row{missed_.most_asked(MissedQueries::kMost), {}};
  Result<void> done = co_await repository_->put_missed(std::move(row));
  co_return done;
}

Task<JsonReply> CatalogueService::missed_queries(Context, MissedRequest request) {
  if (request.limit < 1 || request.limit > static_cast<std::int64_t>(MissedQueries::kMost))
    co_return fail_field("?limit", "field.range", "limit must be 1 to 1000");
  co_return JsonReply{write_missed(missed_.most_asked(static_cast<std::size_t>(request.limit))), ""};
}

}  // namespace pps::catalogue
