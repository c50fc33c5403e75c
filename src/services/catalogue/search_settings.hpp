#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "search/index.hpp"
#include "storage/rows.hpp"

/// What a merchant sets of the search, and what it tells the merchant.
namespace pps::catalogue {

/// Synonyms as they are kept.
struct SynonymsRow {
  std::map<std::string, std::vector<std::string>> means;  ///< By word, in small letters.
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&SynonymsRow::means)); }
};

/// `SynonymsInput` of api/openapi.yaml. Words are folded to small letters. `invalid` with the fields that are wrong.
Result<SynonymsRow> read_synonyms(std::string_view json);
std::string write_synonyms(const SynonymsRow& row);

/// What stands first when somebody searches for just these words.
struct Pin {
  std::string query;  ///< As `normal_query` has it.
  std::vector<Uuid> products;
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&Pin::query), storage::column<2>(&Pin::products)); }
};
struct PinsRow {
  std::vector<Pin> pins;  ///< Each query once.
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&PinsRow::pins)); }
};

/// `Pins` of api/openapi.yaml. `invalid` with the fields that are wrong; whether there are such products is not looked at.
Result<PinsRow> read_pins(std::string_view json);
std::string write_pins(const PinsRow& row);

/// A query in small letters, its words parted by one space.
std::string normal_query(const std::string& query);

/// A query that found nothing, or nothing with all its words.
struct MissedQuery {
  std::string query;  ///< As `normal_query` has it.
  std::int64_t count = 0;
  std::int64_t last_at_us = 0;
  bool partial = false;  ///< The last time, products with all words but one were shown.
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&MissedQuery::query), storage::column<2>(&MissedQuery::count),
                      storage::column<3>(&MissedQuery::last_at_us), storage::column<4>(&MissedQuery::partial));
  }
};
struct MissedRow {
  std::vector<MissedQuery> queries;
  storage::Unknown unknown;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&MissedRow::queries)); }
};

/// Counts what was searched in vain. Keeps the 1,000 queries asked most often; of two asked as often, the later.
class MissedQueries {
 public:
  static constexpr std::size_t kMost = 1'000;

  void load(MissedRow row);
  void count(const std::string& query, bool partial, std::int64_t now_us);
  /// Most often asked first.
  std::vector<MissedQuery> most_asked(std::size_t limit) const;

 private:
  void drop_one();
  std::map<std::string, MissedQuery> queries_;
};

std::string write_missed(const std::vector<MissedQuery>& queries);

}  // namespace pps::catalogue
