#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "runtime/task.hpp"

/// The index port: finds documents by words, facets and numbers. An index is a copy that follows the event log and can
/// always be built again; it is not where anything is kept.
namespace pps::search {

/// A text to be found by. Words in several texts of a document add up.
struct TextField {
  std::string text;
  int weight = 1;        ///< 1 … 50: how much a word here says about the document.
  bool suggest = false;  ///< Its words are what `suggest` completes.
  std::string language = "en";  ///< ISO 639-1: how its words are stemmed. Unknown ones are not.
};

struct Document {
  Uuid id;
  std::string title;  ///< Sorts by it (folded to small letters, first 120 bytes); suggestions prefer those that begin as typed.
  std::vector<TextField> texts;
  std::map<std::string, std::vector<std::string>> facets;   ///< Values by facet; ≤ 200 values each.
  std::map<std::string, std::vector<std::int64_t>> numbers;  ///< By column; a range matches if one of them is in it.
};

/// One change of the index: the document, or its removal where `document` is empty.
struct Change {
  Uuid id;
  std::optional<Document> document;
};

/// Documents with one of these values.
struct Filter {
  std::string facet;
  std::vector<std::string> any_of;
};
/// Documents with a number in [least, most]; a document without the column does not match.
struct Range {
  std::string column;
  std::optional<std::int64_t> least, most;
};
using Synonyms = std::map<std::string, std::vector<std::string>>;
struct Sort {
  enum class By { relevance, title, number } by = By::title;  ///< Relevance without a text is the title.
  std::string column;  ///< With `number`: a document's least number in it counts; those without it come last.
  bool descending = false;
  /// With `relevance`: a column of counts that raise a document's weight, by 4 % for each doubling, at most by 48 %.
  std::string boost;
};

struct Query {
  /// All words must match, in any of the index's languages, the last also as a prefix; words that say nothing ("the", "mit")
  /// are left out beside others. Empty: every document.
  std::string text;
  std::vector<Filter> filters;  ///< All must hold; at most 31, each facet once.
  std::vector<Range> ranges;    ///< All must hold.
  std::vector<std::string> facets;  ///< To count.
  Sort sort;
  /// With `relevance`: these stand first, in this order, their words matching or not; all else must hold. At most 20.
  std::vector<Uuid> pinned;
  std::string cursor;  ///< `next_cursor` of the page before, of the same query.
  std::size_t limit = 20;
};
struct FacetCount {
  std::string value;
  std::uint64_t count = 0;
};
struct QueryReply {
  std::vector<Uuid> ids;
  std::uint64_t total = 0;
  /// Most frequent first, then by value; at most 50 each. A facet's own filter is left out of its counts.
  std::map<std::string, std::vector<FacetCount>> facets;
  std::string next_cursor;      ///< Empty on the last page.
  std::string corrected_query;  ///< What was searched instead, when nothing matched the text as it was.
  bool partial = false;         ///< Nothing matched all words: these match all but one.
};

/// Documents by a facet's value.
using Counts = std::map<std::string, std::uint64_t>;

/// Implementations: search/xapian; OpenSearch later. Loop-confined: no call waits for a query on the loop. Every call may answer `unavailable` (closed,
/// overloaded, disk full); nothing is lost by it.
class Index {
 public:
  virtual ~Index() = default;

  /// Applies changes in order and is durable when it returns. `position` is remembered with them (see `position`).
  virtual Task<void> apply(std::vector<Change> changes, std::uint64_t position) = 0;
  /// The position of the last `apply`; 0 for an empty index, e.g. one that was missing or of another format.
  virtual std::uint64_t position() const = 0;

  /// Builds the index anew beside the one that answers: `begin_rebuild`, `rebuild` for each part, `finish_rebuild`, which puts the new
  /// one in the place of the old. Until then queries see the old one, to which `apply` goes alone: whoever rebuilds holds
  /// changes back. What is set live goes to both. A rebuild that is not finished leaves nothing behind.
  virtual Task<void> begin_rebuild() = 0;  ///< Drops one that was not finished.
  virtual Task<void> rebuild(std::vector<Change> changes) = 0;  ///< @pre between the two.
  virtual Task<void> finish_rebuild(std::uint64_t position) = 0;

  /// Sets one facet of one document in memory alone: for what changes often and is kept elsewhere (availability).
  /// Lost when the index is opened anew. Nothing happens if there is no such document.
  virtual void set_live(const Uuid& id, const std::string& facet, std::vector<std::string> values) = 0;
  /// The same of a number.
  virtual void set_live_number(const Uuid& id, const std::string& column, std::int64_t value) = 0;

  /// Words of queries, in small letters, and what each may mean beside itself: words, or several that must stand together.
  /// Replaces those before; in memory alone.
  virtual void set_synonyms(Synonyms synonyms) = 0;

  /// `malformed` "cursor.invalid": not a cursor of this query.
  virtual Task<QueryReply> query(Query query) = 0;
  /// Documents with words that begin as typed: those whose title begins so first, then by the weight of the words.
  virtual Task<std::vector<Uuid>> suggest(std::string typed, std::size_t limit) = 0;
  /// How often each value of a facet occurs in all documents.
  virtual Task<Counts> count(std::string facet) = 0;
  virtual std::uint64_t documents() const = 0;
  /// Raised by every change, live ones too: a reply made at one generation holds until the next.
  virtual std::uint64_t generation() const = 0;
};

}  // namespace pps::search
