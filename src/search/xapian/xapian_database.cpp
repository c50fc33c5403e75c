#include "search/xapian/xapian_database.hpp"

#include <xapian.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <utility>
#include <variant>

#include "search/fold.hpp"
#include "search/xapian/stored_document.hpp"
#include "search/xapian/words.hpp"

namespace pps::search {
namespace {

/// Raised when what is stored changes: another format's index is thrown away and built again.
constexpr const char* kFormat = "3";
constexpr const char* kFormatKey = "pps.format";
constexpr const char* kPositionKey = "pps.position";
std::string id_term(const Uuid& id) { return "Q" + std::string(id.view()); }

Xapian::Document to_xapian(const Document& document, Xapian::WritableDatabase& database, bool spelling) {
  Xapian::Document doc;
  doc.set_data(encode_stored(document));
  add_words(document, database, spelling, doc);
  doc.add_boolean_term(id_term(document.id));
  return doc;
}

/// Collects every match; the columns do the rest.
class Collector final : public Xapian::MatchSpy {
 public:
  explicit Collector(std::vector<Match>& matches) : matches_(matches) {}
  void operator()(const Xapian::Document& doc, double weight) override { matches_.push_back({doc.get_docid(), weight}); }

 private:
  std::vector<Match>& matches_;
};

std::vector<Match> matches_of(const Xapian::Database& database, const Xapian::Query& query, bool weighted) {
  std::vector<Match> matches;
  if (query.empty()) return matches;
  Xapian::Enquire enquire(database);
  enquire.set_query(query);
  // Of BM25's parameters: a long description, or texts in several languages, do not make a product less what its name says
  // (b = 0.05), and fields weigh by word counts, so these must not saturate early (k1 = 4).
  if (weighted)
    enquire.set_weighting_scheme(Xapian::BM25Weight(4, 0, 1, 0.05, 0.5));
  else
    enquire.set_weighting_scheme(Xapian::BoolWeight());
  Collector collector(matches);
  enquire.add_matchspy(&collector);
  enquire.get_mset(0, 1, database.get_doccount());
  return matches;
}

std::unexpected<Error> engine_failed(const Xapian::Error& error) {
  return fail(ErrorKind::unavailable, "search.engine", error.get_description());
}

struct LiveChange {
  Uuid id;
  std::string column;
  std::variant<std::vector<std::string>, std::int64_t> value;  ///< A facet's values, or a number.

  void make(Columns& columns) const {
    const auto doc = columns.find(id);
    if (!doc) return;
    if (const auto* number = std::get_if<std::int64_t>(&value))
      columns.set_number(*doc, column, *number);
    else
      columns.set_facet(*doc, column, std::get<0>(value));
  }
};
}  // namespace

struct XapianDatabase::State {
  bool in_memory = false;
  Xapian::WritableDatabase writer;  ///< Used by one job at a time.
  /// Guards what follows. Held for one query, or for the columns' part of a write.
  mutable std::mutex mutex;
  Xapian::Database reader;
  Columns columns;
  std::shared_ptr<const Synonyms> synonyms = std::make_shared<const Synonyms>();

  /// What the next holder of `mutex` takes over first. Held for a moment only: the loop never waits for a query.
  std::mutex news_mutex;
  std::vector<LiveChange> news;
  std::shared_ptr<const Synonyms> new_synonyms;

  /// Holds `mutex`, all news taken over.
  std::unique_lock<std::mutex> hold() {
    std::unique_lock lock(mutex);
    const std::lock_guard brief(news_mutex);
    if (new_synonyms) synonyms = std::exchange(new_synonyms, nullptr);
    for (const LiveChange& one : std::exchange(news, {})) one.make(columns);
    return lock;
  }
};

XapianDatabase::XapianDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
XapianDatabase::~XapianDatabase() = default;

namespace {

Xapian::WritableDatabase open_writer(const std::string& path) {
  if (path.empty()) return Xapian::WritableDatabase(std::string(), Xapian::DB_BACKEND_INMEMORY);
  std::error_code ignored;  // what is wrong with the folder, Xapian says
  std::filesystem::create_directories(path, ignored);
  try {
    Xapian::WritableDatabase writer(path, Xapian::DB_CREATE_OR_OPEN);
    if (writer.get_doccount() == 0 || writer.get_metadata(kFormatKey) == kFormat) return writer;
    writer.close();
  } catch (const Xapian::DatabaseLockError&) {
    throw;
  } catch (const Xapian::DatabaseError&) {
    // Broken or of an unknown version: an index is built again, never repaired.
  }
  return Xapian::WritableDatabase(path, Xapian::DB_CREATE_OR_OVERWRITE);
}

}  // namespace

Result<std::shared_ptr<XapianDatabase>> XapianDatabase::open(const std::string& path) {
  try {
    auto state = std::make_unique<State>();
    state->in_memory = path.empty();
    state->writer = open_writer(path);
    state->writer.set_metadata(kFormatKey, kFormat);
    state->writer.commit();
    state->reader = state->in_memory ? Xapian::Database(state->writer) : Xapian::Database(path);
    for (auto it = state->reader.postlist_begin(""); it != state->reader.postlist_end(""); ++it)
      if (const auto document = decode_stored(state->reader.get_document(*it).get_data()))
        state->columns.put(*it, *document);
    return std::shared_ptr<XapianDatabase>(new XapianDatabase(std::move(state)));
  } catch (const Xapian::Error& error) {
    return engine_failed(error);
  }
}

Result<void> XapianDatabase::apply(const std::vector<Change>& changes, std::uint64_t position) {
  State& state = *state_;
  try {
    std::unique_lock<std::mutex> lock;
    if (state.in_memory) lock = state.hold();  // there the reader sees the writer's changes at once
    std::vector<Xapian::docid> docs;
    for (const Change& change : changes) {
      if (change.document)
        docs.push_back(state.writer.replace_document(id_term(change.id),
                                                     to_xapian(*change.document, state.writer, !state.in_memory)));
      else
        state.writer.delete_document(id_term(change.id));
    }
    state.writer.set_metadata(kPositionKey, std::to_string(position));
    state.writer.commit();
    if (!lock.owns_lock()) lock = state.hold();
    std::size_t next = 0;
    for (const Change& change : changes) {
      if (change.document)
        state.columns.put(docs[next++], *change.document);
      else if (const auto doc = state.columns.find(change.id))
        state.columns.remove(*doc);
    }
    if (!state.in_memory) state.reader.reopen();
    return {};
  } catch (const Xapian::Error& error) {
    return engine_failed(error);
  }
}

std::uint64_t XapianDatabase::stored_position() const {
  const std::string text = state_->writer.get_metadata(kPositionKey);
  return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10);
}

namespace {
struct Found {
  std::vector<Match> matches;
  std::string corrected;  ///< What was searched instead, if something was found by it.
  bool partial = false;
};

/// All words; else all as they may have been meant; else all but one.
template <class State>
Found find_words(const State& state, const std::string& text, bool weighted) {
  std::vector<std::string> words = words_of(text);
  Found found{matches_of(state.reader, all_of_words(state.reader, words, *state.synonyms), weighted), {}, false};
  if (!found.matches.empty()) return found;
  if (auto meant = state.in_memory ? std::vector<std::string>() : corrected(state.reader, words, *state.synonyms); !meant.empty()) {
    words = std::move(meant);
    found.matches = matches_of(state.reader, all_of_words(state.reader, words, *state.synonyms), weighted);
    for (const auto& word : words) found.corrected += (found.corrected.empty() ? "" : " ") + word;
  }
  if (found.matches.empty() && words.size() > 1) {
    found.matches = matches_of(state.reader, all_but_one(state.reader, words, *state.synonyms), weighted);
    found.partial = !found.matches.empty();
  }
  if (found.matches.empty()) found.corrected.clear();
  return found;
}
}  // namespace

Result<QueryReply> XapianDatabase::query(const Query& query) {
  State& state = *state_;
  const auto lock = state.hold();
  if (query.text.empty()) return state.columns.select(state.columns.all(), query);
  try {
    const bool weighted = query.sort.by == Sort::By::relevance;
    Found found = find_words(state, query.text, weighted);
    if (weighted) state.columns.add_pinned(query, found.matches);
    Result<QueryReply> reply = state.columns.select(found.matches, query);
    if (reply) reply->corrected_query = found.corrected;
    if (reply) reply->partial = found.partial;
    return reply;
  } catch (const Xapian::Error& error) {
    return engine_failed(error);
  }
}

Result<std::vector<Uuid>> XapianDatabase::suggest(const std::string& typed, std::size_t limit) {
  State& state = *state_;
  const auto lock = state.hold();
  try {
    const Xapian::Query query = names_with(state.reader, typed);
    std::vector<Match> matches = matches_of(state.reader, query, true);
    const std::string start = fold_title(folded(typed));
    const auto rank = [&](const Match& match) {
      const std::string& title = state.columns.sort_title(match.doc);
      return std::tuple(!title.starts_with(start), -match.weight, title.size(), state.columns.id_of(match.doc));
    };
    const std::size_t count = std::min(limit, matches.size());
    std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(count), matches.end(),
                      [&](const Match& a, const Match& b) { return rank(a) < rank(b); });
    std::vector<Uuid> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(state.columns.id_of(matches[i].doc));
    return ids;
  } catch (const Xapian::Error& error) {
    return engine_failed(error);
  }
}

void XapianDatabase::set_synonyms(std::shared_ptr<const Synonyms> synonyms) {
  const std::lock_guard brief(state_->news_mutex);
  state_->new_synonyms = std::move(synonyms);
}

void XapianDatabase::set_live(const Uuid& id, std::string facet, std::vector<std::string> values) {
  const std::lock_guard brief(state_->news_mutex);
  state_->news.push_back({id, std::move(facet), std::move(values)});
}

void XapianDatabase::set_live_number(const Uuid& id, std::string column, std::int64_t value) {
  const std::lock_guard brief(state_->news_mutex);
  state_->news.push_back({id, std::move(column), value});
}

std::map<std::string, std::uint64_t> XapianDatabase::count(const std::string& facet) {
  const auto lock = state_->hold();
  return state_->columns.count(facet);
}

std::uint64_t XapianDatabase::documents() {
  const auto lock = state_->hold();
  return state_->columns.size();
}

}  // namespace pps::search
