#include "runtime/log.hpp"
#include "services/catalogue/service.hpp"

/// The merchant's side of the search: synonyms, and what was searched in vain.
namespace pps::catalogue {
namespace {

/// Counts are kept this long after the first that is not: a crash loses no more.
constexpr Duration kKeepMissedAfter = std::chrono::seconds(30);

}  // namespace

Task<void> CatalogueService::load_search_settings() {
  Result<std::pair<SynonymsRow, std::uint64_t>> kept = co_await repository_->synonyms();
  if (!kept) co_return fail(std::move(kept).error());
  index_->set_synonyms(std::move(kept->first.means));
  Result<MissedRow> missed = co_await repository_->missed();
  if (!missed) co_return fail(std::move(missed).error());
  missed_.load(std::move(*missed));
  co_return Result<void>{};
}

Task<JsonReply> CatalogueService::synonyms(Context, Nothing) {
  const auto self = shared_from_this();
  Result<std::pair<SynonymsRow, std::uint64_t>> kept = co_await repository_->synonyms();
  if (!kept) co_return fail(std::move(kept).error());
  co_return JsonReply{write_synonyms(kept->first), etag_of(kept->second)};
}

Task<JsonReply> CatalogueService::set_synonyms(Context, ChangeRequest request) {
  const auto self = shared_from_this();
  if (request.if_match.empty())
    co_return fail(ErrorKind::precondition_required, "etag.required", "Send If-Match with the ETag that you read.");
  Result<SynonymsRow> row = read_synonyms(request.json);
  if (!row) co_return fail(std::move(row).error());
  Result<std::pair<SynonymsRow, std::uint64_t>> kept = co_await repository_->synonyms();
  if (!kept) co_return fail(std::move(kept).error());
  const std::uint64_t was = kept->second;
  const auto stale = [] { return fail(ErrorKind::stale, "etag.mismatch", "The synonyms were changed; read them again."); };
  if (!matches(request.if_match, etag_of(was))) co_return stale();
  Result<void> put = co_await repository_->put_synonyms(*row, was);
  if (!put && put.error().kind == ErrorKind::conflict) co_return stale();
  if (!put) co_return fail(std::move(put).error());
  log::info("catalogue.synonyms_set", {{"words", row->means.size()}, {"actor", request.actor}});
  index_->set_synonyms(row->means);
  co_return JsonReply{write_synonyms(*row), etag_of(was + 1)};
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
