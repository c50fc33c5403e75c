#pragma once

#include <string>
#include <vector>

#include "search/index.hpp"

namespace Xapian {
class Database;
class Document;
class Query;
class WritableDatabase;
}  // namespace Xapian

/// Texts into terms, and what was typed into queries over those terms.
namespace pps::search {

/// Adds the words of a document's texts, each stemmed as its language has it.
/// @param spelling whether its weighty words are such as a misspelt one may be corrected to.
void add_words(const Document& document, Xapian::WritableDatabase& database, bool spelling, Xapian::Document& out);

/// What was typed, taken apart: small letters, without words that say nothing beside others.
std::vector<std::string> words_of(const std::string& text);

/// All of the words, the last also as a prefix. No words: nothing.
Xapian::Query all_of_words(const Xapian::Database& database, const std::vector<std::string>& words, const Synonyms& synonyms);
/// All of the words but one, whichever. @pre two words or more.
Xapian::Query all_but_one(const Xapian::Database& database, const std::vector<std::string>& words, const Synonyms& synonyms);
/// Names with words that begin as typed.
Xapian::Query names_with(const Xapian::Database& database, const std::string& text);

/// The words with each that no document and no synonym has replaced by the nearest that a document has; empty if none was.
std::vector<std::string> corrected(const Xapian::Database& database, const std::vector<std::string>& words,
                                   const Synonyms& synonyms);

}  // namespace pps::search
