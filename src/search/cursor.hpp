#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "search/index.hpp"

namespace pps::search {

/// Where a page ended: the last document's place in the order. It stays right when documents come and go, because it
/// names a place and not a count of documents.
struct Position {
  std::uint64_t number = 0;
  std::string title;
  Uuid id;
};

/// Of everything in a query that decides what matches and in which order (not of cursor, limit and facets).
std::uint64_t fingerprint_of(const Query& query);

/// At most 220 characters of [A-Za-z0-9_-].
std::string write_cursor(const Position& position, std::uint64_t fingerprint);
/// `malformed` "cursor.invalid": not a cursor, or one of another query.
Result<Position> read_cursor(std::string_view cursor, std::uint64_t fingerprint);

}  // namespace pps::search
