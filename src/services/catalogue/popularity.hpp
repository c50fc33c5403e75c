#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "storage/rows.hpp"

/// How much of each product was sold lately. Sales of long ago say little: a unit counts half after 30 days.
namespace pps::catalogue {

/// As it is kept.
struct PopularityRow {
  std::int64_t milli_units = 0;  ///< Thousandths of a unit, as of `at_us`.
  std::int64_t at_us = 0;        ///< Unix time.
  storage::Unknown unknown;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&PopularityRow::milli_units), storage::column<2>(&PopularityRow::at_us));
  }
};

/// Not thread-safe.
class Popularity {
 public:
  using Rows = std::vector<std::pair<ProductId, PopularityRow>>;
  using Counts = std::vector<std::pair<ProductId, std::int64_t>>;

  void load(const Rows& rows);
  /// @param at_us not before what was told of the product last, else it counts as of then.
  void sold(ProductId product, std::int64_t units, std::int64_t at_us);

  /// Whole units as of `now_us`, by what is known.
  std::int64_t units(ProductId product, std::int64_t now_us) const;
  /// What was sold since the last call.
  Rows take_unsaved();
  /// Those that `take_unsaved` gave could not be kept.
  void unsaved_again(const Rows& rows);
  /// What differs by a tenth or more from what the last call (or none: nothing) said, so that little news makes little work.
  Counts take_news(std::int64_t now_us);

 private:
  struct Entry {
    PopularityRow row;
    bool unsaved = false;
    std::int64_t told = 0;
  };
  std::unordered_map<ProductId, Entry> products_;
};

}  // namespace pps::catalogue
