#include "search/xapian/words.hpp"

#include <xapian.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "search/fold.hpp"

namespace pps::search {
namespace {

/// Words of such texts are what a misspelt word may be corrected to.
constexpr int kSpellingWeight = 3;
constexpr int kMostExpansions = 100;
constexpr std::size_t kMostWords = 16;
/// Prefix of the terms that are words of a name.
constexpr const char* kNameWord = "S";
/// Fewer products have texts in another language, so its words are rarer and would outweigh the first language's; they decide
/// where those have nothing to say. From 0.1 to 0.25 tests/relevance sees no difference, at 0.6 it falls.
constexpr double kOtherLanguage = 0.1;
/// What a word may mean, against the word itself.
constexpr double kSynonym = 0.7;

/// The languages that queries are read in. The first is the one whose terms bear no prefix: a word that two languages share
/// must not count twice where a product has texts in both.
constexpr std::array<const char*, 2> kLanguages{"en", "de"};

std::string prefix_of(const std::string& language) {
  if (language == kLanguages[0]) return "";
  std::string prefix = "XL";
  for (const char c : language) prefix += static_cast<char>(c - 'a' + 'A');
  return prefix;
}

const std::set<std::string, std::less<>>& words_that_say_nothing() {
  static const std::set<std::string, std::less<>> words = {
      "a",   "an",  "and", "are", "as",  "at",  "be",  "by",  "for", "from", "i",    "in",  "is",  "it",  "me",  "my",
      "of",  "on",  "or",  "our", "so",  "some", "that", "the", "their", "these", "this", "to",  "up",  "us",  "want",
      "we",  "what", "which", "who", "with", "you", "your", "am", "auf", "aus", "bei", "das", "dem", "den", "der", "des",
      "die", "ein", "eine", "einen", "einer", "es", "f\xc3\xbcr", "ich", "im", "ist", "man", "mein", "meine", "mit",
      "oder", "und", "uns", "vom", "von", "was", "wie", "zu", "zum", "zur"};
  return words;
}

Xapian::Stem stem_of(const std::string& language) {
  try {
    return Xapian::Stem(language);
  } catch (const Xapian::InvalidArgumentError&) {
    return Xapian::Stem();  // does nothing
  }
}

Xapian::QueryParser parser_for(const Xapian::Database& database, const char* language) {
  Xapian::QueryParser parser;
  parser.set_database(database);
  parser.set_stemmer(Xapian::Stem(language));
  parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  parser.set_default_op(Xapian::Query::OP_AND);
  parser.set_max_expansion(kMostExpansions, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT);
  return parser;
}

using Parsers = std::vector<Xapian::QueryParser>;
Parsers parsers_of(const Xapian::Database& database) {
  Parsers parsers;
  for (const char* language : kLanguages) parsers.push_back(parser_for(database, language));
  return parsers;
}

/// One word, stemmed as each language has it; the best of them counts.
Xapian::Query word_query(Parsers& parsers, const std::string& word, bool partial) {
  std::vector<Xapian::Query> each;
  for (std::size_t i = 0; i < parsers.size(); ++i) {
    const unsigned flags = partial ? Xapian::QueryParser::FLAG_PARTIAL : 0;
    const Xapian::Query query = parsers[i].parse_query(word, flags, prefix_of(kLanguages[i]));
    each.push_back(i == 0 ? query : Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, query, kOtherLanguage));
  }
  return Xapian::Query(Xapian::Query::OP_MAX, each.begin(), each.end());
}

/// A word, or what it may mean; the word itself counts more.
Xapian::Query meant_query(Parsers& parsers, const std::string& word, bool partial, const Synonyms& synonyms) {
  using Query = Xapian::Query;
  const auto known = synonyms.find(word);
  if (known == synonyms.end()) return word_query(parsers, word, partial);
  std::vector<Query> each{word_query(parsers, word, partial)};
  for (const std::string& means : known->second) {
    std::vector<Query> together;
    for (const std::string& one : words_of(means)) together.push_back(word_query(parsers, one, false));
    each.emplace_back(Query::OP_SCALE_WEIGHT, Query(Query::OP_AND, together.begin(), together.end()), kSynonym);
  }
  return Query(Query::OP_MAX, each.begin(), each.end());
}

std::vector<Xapian::Query> word_queries(const Xapian::Database& database, const std::vector<std::string>& words,
                                        const Synonyms& synonyms) {
  Parsers parsers = parsers_of(database);
  std::vector<Xapian::Query> queries;
  for (std::size_t i = 0; i < words.size(); ++i) {
    Xapian::Query query = meant_query(parsers, words[i], i + 1 == words.size(), synonyms);
    if (!query.empty()) queries.push_back(std::move(query));  // "-" is no word
  }
  return queries;
}

Xapian::Query every(const std::vector<Xapian::Query>& queries) {
  return Xapian::Query(Xapian::Query::OP_AND, queries.begin(), queries.end());
}

}  // namespace

void add_words(const Document& document, Xapian::WritableDatabase& database, bool spelling, Xapian::Document& out) {
  std::map<std::string, Xapian::TermGenerator> by_language;
  Xapian::TermGenerator names;
  names.set_stemming_strategy(Xapian::TermGenerator::STEM_NONE);
  names.set_document(out);
  for (const TextField& field : document.texts) {
    auto [words, fresh] = by_language.try_emplace(field.language);
    if (fresh) {
      words->second.set_stemmer(stem_of(field.language));
      words->second.set_database(database);
      words->second.set_document(out);
    }
    const bool spelt = spelling && field.weight >= kSpellingWeight;
    words->second.set_flags(spelt ? Xapian::TermGenerator::FLAG_SPELLING : 0, 0);
    const auto weight = static_cast<Xapian::termcount>(std::clamp(field.weight, 1, 50));
    words->second.index_text_without_positions(field.text, weight, prefix_of(field.language));
    if (field.suggest) names.index_text_without_positions(field.text, weight, kNameWord);
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> all;
  const std::string small = folded(text);
  for (std::size_t at = 0; at < small.size();) {
    const std::size_t end = std::min(small.find_first_of(" \t\n\r", at), small.size());
    if (end > at && all.size() < kMostWords) all.push_back(small.substr(at, end - at));
    at = end + 1;
  }
  std::vector<std::string> telling;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool may_be_longer = i + 1 == all.size();  // the last is still being typed
    if (may_be_longer || !words_that_say_nothing().contains(all[i])) telling.push_back(all[i]);
  }
  return telling;
}

Xapian::Query all_of_words(const Xapian::Database& database, const std::vector<std::string>& words,
                           const Synonyms& synonyms) {
  return every(word_queries(database, words, synonyms));
}

Xapian::Query all_but_one(const Xapian::Database& database, const std::vector<std::string>& words, const Synonyms& synonyms) {
  const std::vector<Xapian::Query> queries = word_queries(database, words, synonyms);
  std::vector<Xapian::Query> each;
  for (std::size_t left_out = 0; left_out < queries.size(); ++left_out) {
    std::vector<Xapian::Query> rest = queries;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
    each.push_back(every(rest));
  }
  return Xapian::Query(Xapian::Query::OP_MAX, each.begin(), each.end());
}

Xapian::Query names_with(const Xapian::Database& database, const std::string& text) {
  Xapian::QueryParser parser;
  parser.set_database(database);
  parser.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
  parser.set_default_op(Xapian::Query::OP_AND);
  parser.set_max_expansion(kMostExpansions, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT);
  return parser.parse_query(folded(text), Xapian::QueryParser::FLAG_PARTIAL, kNameWord);
}

std::vector<std::string> corrected(const Xapian::Database& database, const std::vector<std::string>& words,
                                   const Synonyms& synonyms) {
  bool changed = false;
  std::vector<std::string> out;
  for (const std::string& word : words) {
    out.push_back(word);
    bool known = word.size() > 64 || synonyms.contains(word);
    for (const char* language : kLanguages)
      known = known || database.term_exists(prefix_of(language) + word) ||
              database.term_exists("Z" + prefix_of(language) + Xapian::Stem(language)(word));
    if (known) continue;
    std::string nearest = database.get_spelling_suggestion(word, 2);
    if (nearest.empty()) continue;
    out.back() = std::move(nearest);
    changed = true;
  }
  return changed ? out : std::vector<std::string>();
}

}  // namespace pps::search
