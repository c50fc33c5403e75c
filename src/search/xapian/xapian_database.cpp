#include "search/xapian/xapian_database.hpp"

#include <xapian.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "search/xapian/stored_document.hpp"

namespace pps::search {
namespace {

/// Raised when what is stored changes: another format's index is thrown away and built again.
constexpr const char* kFormat = "2";
constexpr const char* kFormatKey = "pps.format";
constexpr const char* kPositionKey = "pps.position";
/// Words of such texts are what a misspelt word may be corrected to.
constexpr int kSpellingWeight = 3;
constexpr int kMostExpansions = 100;

std::string id_term(const Uuid& id) { return "Q" + std::string(id.view()); }

std::string folded(std::string_view text) {
  std::string out;
  for (Xapian::Utf8Iterator c(text.data(), text.size()); c != Xapian::Utf8Iterator(); ++c)
    Xapian::Unicode::append_utf8(out, Xapian::Unicode::tolower(*c));
  return out;
}

Xapian::Document to_xapian(const Document& document, Xapian::WritableDatabase& database, bool spelling) {
  Xapian::Document doc;
  doc.set_data(encode_stored(document));
  Xapian::TermGenerator words;
  words.set_stemmer(Xapian::Stem("en"));
  words.set_database(database);
  words.set_document(doc);
  Xapian::TermGenerator names;
  names.set_stemming_strategy(Xapian::TermGenerator::STEM_NONE);
  names.set_document(doc);
  for (const TextField& field : document.texts) {
    const bool spelt = spelling && field.weight >= kSpellingWeight;
    words.set_flags(spelt ? Xapian::TermGenerator::FLAG_SPELLING : 0, 0);
    const auto weight = static_cast<Xapian::termcount>(std::clamp(field.weight, 1, 50));
    words.index_text_without_positions(field.text, weight);
    if (field.suggest) names.index_text_without_positions(field.text, weight, "S");
  }
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
  // Of BM25's parameters: a long description does not make a product less what its name says (b = 0.2), and fields weigh
  // by word counts, so these must not saturate early (k1 = 4).
  if (weighted)
    enquire.set_weighting_scheme(Xapian::BM25Weight(4, 0, 1, 0.2, 0.5));
  else
    enquire.set_weighting_scheme(Xapian::BoolWeight());
  Collector collector(matches);
  enquire.add_matchspy(&collector);
  enquire.get_mset(0, 1, database.get_doccount());
  return matches;
}

Xapian::Query parse(const Xapian::Database& database, const std::string& text) {
  Xapian::QueryParser parser;
  parser.set_database(database);
  parser.set_stemmer(Xapian::Stem("en"));
  parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  parser.set_default_op(Xapian::Query::OP_AND);
  parser.set_max_expansion(kMostExpansions, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT);
  return parser.parse_query(folded(text), Xapian::QueryParser::FLAG_PARTIAL);
}

/// The text with each word that no document has replaced by the nearest that one has; empty if nothing changed.
std::string corrected(const Xapian::Database& database, const std::string& text) {
  const Xapian::Stem stem("en");
  std::string out;
  bool changed = false;
  const std::string small = folded(text);
  for (std::size_t at = 0; at < small.size();) {
    const std::size_t end = std::min(small.find(' ', at), small.size());
    std::string word = small.substr(at, end - at);
    at = end + 1;
    if (word.empty() || word.size() > 64) continue;
    if (!database.term_exists(word) && !database.term_exists("Z" + stem(word))) {
      const std::string nearest = database.get_spelling_suggestion(word, 2);
      changed = changed || !nearest.empty();
      if (!nearest.empty()) word = nearest;
    }
    out += (out.empty() ? "" : " ") + word;
  }
  return changed ? out : std::string();
}

std::unexpected<Error> engine_failed(const Xapian::Error& error) {
  return fail(ErrorKind::unavailable, "search.engine", error.get_description());
}

}  // namespace

struct XapianDatabase::State {
  bool in_memory = false;
  Xapian::WritableDatabase writer;  ///< Used by one job at a time.
  /// Guards `reader` and `columns`. Held for one query, or for the columns' part of a write.
  mutable std::mutex mutex;
  Xapian::Database reader;
  Columns columns;
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
    std::unique_lock lock(state.mutex, std::defer_lock);
    if (state.in_memory) lock.lock();  // there the reader sees the writer's changes at once
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
    if (!lock.owns_lock()) lock.lock();
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

Result<void> XapianDatabase::clear() {
  State& state = *state_;
  try {
    const std::lock_guard lock(state.mutex);
    std::vector<Xapian::docid> docs;
    for (auto it = state.writer.postlist_begin(""); it != state.writer.postlist_end(""); ++it) docs.push_back(*it);
    for (const Xapian::docid doc : docs) state.writer.delete_document(doc);
    state.writer.set_metadata(kPositionKey, "0");
    state.writer.commit();
    state.columns.clear();
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

Result<QueryReply> XapianDatabase::query(const Query& query) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (query.text.empty()) return state.columns.select(state.columns.all(), query);
  try {
    const bool weighted = query.sort.by == Sort::By::relevance;
    std::vector<Match> matches = matches_of(state.reader, parse(state.reader, query.text), weighted);
    std::string correction;
    if (matches.empty() && !state.in_memory) {
      correction = corrected(state.reader, query.text);
      if (!correction.empty()) matches = matches_of(state.reader, parse(state.reader, correction), weighted);
    }
    Result<QueryReply> reply = state.columns.select(matches, query);
    if (reply && !matches.empty()) reply->corrected_query = std::move(correction);
    return reply;
  } catch (const Xapian::Error& error) {
    return engine_failed(error);
  }
}

Result<std::vector<Uuid>> XapianDatabase::suggest(const std::string& typed, std::size_t limit) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  try {
    Xapian::QueryParser parser;
    parser.set_database(state.reader);
    parser.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
    parser.set_default_op(Xapian::Query::OP_AND);
    parser.set_max_expansion(kMostExpansions, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT);
    const Xapian::Query query = parser.parse_query(folded(typed), Xapian::QueryParser::FLAG_PARTIAL, "S");
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

void XapianDatabase::set_live(const Uuid& id, const std::string& facet, const std::vector<std::string>& values) {
  const std::lock_guard lock(state_->mutex);
  if (const auto doc = state_->columns.find(id)) state_->columns.set_facet(*doc, facet, values);
}

std::map<std::string, std::uint64_t> XapianDatabase::count(const std::string& facet) const {
  const std::lock_guard lock(state_->mutex);
  return state_->columns.count(facet);
}

std::uint64_t XapianDatabase::documents() const {
  const std::lock_guard lock(state_->mutex);
  return state_->columns.size();
}

}  // namespace pps::search
