#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "search/index.hpp"

/// What filters, facets and sorting need, in memory, by a dense document number: the columns that make a count over
/// many documents cheap. An engine finds documents by words and leaves the rest to these. Not thread-safe.
namespace pps::search {

using DocNumber = std::uint32_t;  ///< 1 …, given by the engine; reused only for the same document.

/// A few values for each document, all in one pool: 6 bytes a document beside the values.
template <class T>
class MultiColumn {
 public:
  std::span<const T> get(DocNumber doc) const {
    if (doc >= places_.size()) return {};
    return {pool_.data() + places_[doc].begin, places_[doc].count};
  }
  void set(DocNumber doc, std::span<const T> values) {
    if (doc >= places_.size()) {
      if (values.empty()) return;
      places_.resize(doc + 1 + doc / 8);
    }
    Place& place = places_[doc];
    if (values.size() <= place.count) {
      std::copy(values.begin(), values.end(), pool_.begin() + place.begin);
      waste_ += place.count - values.size();
    } else {
      waste_ += place.count;
      place.begin = static_cast<std::uint32_t>(pool_.size());
      pool_.insert(pool_.end(), values.begin(), values.end());
    }
    place.count = static_cast<std::uint16_t>(values.size());
    if (waste_ > 4'096 && waste_ > pool_.size() / 2) compact();
  }

 private:
  struct Place {
    std::uint32_t begin = 0;
    std::uint16_t count = 0;
  };
  void compact() {
    std::vector<T> fresh;
    fresh.reserve(pool_.size() - waste_);
    for (Place& place : places_) {
      const auto begin = static_cast<std::uint32_t>(fresh.size());
      fresh.insert(fresh.end(), pool_.begin() + place.begin, pool_.begin() + place.begin + place.count);
      place.begin = begin;
    }
    pool_ = std::move(fresh);
    waste_ = 0;
  }

  std::vector<Place> places_;
  std::vector<T> pool_;
  std::size_t waste_ = 0;
};

/// A document that matched the words of a query, and how well.
struct Match {
  DocNumber doc = 0;
  double weight = 0;
};

class Columns {
 public:
  void put(DocNumber doc, const Document& document);
  void remove(DocNumber doc);
  void set_facet(DocNumber doc, const std::string& facet, const std::vector<std::string>& values);
  void set_number(DocNumber doc, const std::string& column, std::int64_t value);

  std::optional<DocNumber> find(const Uuid& id) const;
  /// Adds what a query pins and its words did not find.
  void add_pinned(const Query& query, std::vector<Match>& matches) const;
  const Uuid& id_of(DocNumber doc) const { return docs_[doc].id; }
  const std::string& sort_title(DocNumber doc) const { return docs_[doc].sort_title; }
  std::uint64_t size() const { return by_id_.size(); }
  /// Every document, in no order.
  std::vector<Match> all() const;
  std::map<std::string, std::uint64_t> count(const std::string& facet) const;

  /// Filters, counts, sorts and pages what the words matched. @param matches each document once.
  Result<QueryReply> select(const std::vector<Match>& matches, const Query& query) const;

 private:
  struct Doc {
    Uuid id;
    std::string sort_title;
    std::uint64_t title_head = 0;  ///< Its first 8 bytes as a number: most comparisons end here.
    bool alive = false;
  };
  struct Facet {
    std::vector<std::string> names;
    std::unordered_map<std::string, std::uint32_t> numbers;
    MultiColumn<std::uint32_t> values;
    std::uint32_t number_of(const std::string& value);
  };
  struct Plan;
  struct SortKey {
    std::uint64_t number = 0;  ///< Ascending is first; made so that greater weights and newer dates are smaller.
    DocNumber doc = 0;
  };

  Plan plan_of(const Query& query) const;
  std::uint32_t failed_filters(const Plan& plan, DocNumber doc) const;
  std::uint64_t key_of(const Plan& plan, const Match& match) const;
  std::uint64_t relevance_key(const Plan& plan, const Match& match) const;
  bool before(const Plan& plan, const SortKey& a, const SortKey& b) const;
  std::map<std::string, std::vector<FacetCount>> most_frequent(const Plan& plan) const;

  std::vector<Doc> docs_;
  std::unordered_map<Uuid, DocNumber> by_id_;
  std::map<std::string, Facet> facets_;
  std::map<std::string, MultiColumn<std::int64_t>> numbers_;
};

/// Small letters, first 120 bytes: what titles are compared by.
std::string fold_title(std::string_view title);

}  // namespace pps::search
