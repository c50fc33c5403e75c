#include "search/columns.hpp"

#include <algorithm>
#include <bit>

#include "search/cursor.hpp"

namespace pps::search {
namespace {

constexpr std::size_t kMostFacetValues = 50;
constexpr std::uint64_t kLast = UINT64_MAX;

std::uint64_t head_of(const std::string& text) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i) head = head << 8 | (i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0);
  return head;
}

/// What a count raises a weight by, see Sort::boost.
double boost_of(std::int64_t count) {
  const auto doublings = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0))));
  return 1 + 0.04 * std::min(doublings, 12);
}

std::uint64_t ascending(std::int64_t value) { return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63); }

}  // namespace

std::string fold_title(std::string_view title) {
  std::string folded;
  folded.reserve(std::min<std::size_t>(title.size(), 120));
  for (char c : title.substr(0, 120)) folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return folded;
}

/// A query resolved against the columns.
struct Columns::Plan {
  struct FilterPlan {
    const Facet* facet = nullptr;  ///< Null: no document has this facet at all.
    std::vector<std::uint32_t> any_of;
  };
  struct RangePlan {
    const MultiColumn<std::int64_t>* column = nullptr;
    std::int64_t least, most;
  };
  struct CountPlan {
    std::string name;
    const Facet* facet = nullptr;
    std::uint32_t own_filter = 0;  ///< Its bit, if the query also filters by it.
    std::vector<std::uint32_t> counts;
  };
  std::vector<FilterPlan> filters;
  std::vector<RangePlan> ranges;
  std::vector<CountPlan> counts;
  Sort sort;
  const MultiColumn<std::int64_t>* sort_column = nullptr;
  const MultiColumn<std::int64_t>* boost = nullptr;
  std::vector<DocNumber> pinned;
};

std::uint32_t Columns::Facet::number_of(const std::string& value) {
  const auto [it, fresh] = numbers.try_emplace(value, static_cast<std::uint32_t>(names.size()));
  if (fresh) names.push_back(value);
  return it->second;
}

void Columns::put(DocNumber doc, const Document& document) {
  remove(doc);
  if (const auto old = find(document.id)) remove(*old);
  if (doc >= docs_.size()) docs_.resize(doc + 1);
  Doc& entry = docs_[doc];
  entry = {document.id, fold_title(document.title), 0, true};
  entry.title_head = head_of(entry.sort_title);
  by_id_[document.id] = doc;
  for (const auto& [facet, values] : document.facets) set_facet(doc, facet, values);
  for (const auto& [column, values] : document.numbers) numbers_[column].set(doc, values);
}

void Columns::remove(DocNumber doc) {
  if (doc >= docs_.size() || !docs_[doc].alive) return;
  by_id_.erase(docs_[doc].id);
  docs_[doc] = {};
  for (auto& [name, facet] : facets_) facet.values.set(doc, {});
  for (auto& [name, column] : numbers_) column.set(doc, {});
}

void Columns::set_facet(DocNumber doc, const std::string& facet, const std::vector<std::string>& values) {
  Facet& column = facets_[facet];
  std::vector<std::uint32_t> numbers;
  for (const std::string& value : values) numbers.push_back(column.number_of(value));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  column.values.set(doc, numbers);
}

void Columns::set_number(DocNumber doc, const std::string& column, std::int64_t value) {
  numbers_[column].set(doc, std::span(&value, 1));
}

void Columns::add_pinned(const Query& query, std::vector<Match>& matches) const {
  for (const Uuid& id : query.pinned)
    if (const auto doc = find(id); doc && std::ranges::find(matches, *doc, &Match::doc) == matches.end())
      matches.push_back({*doc, 0});
}

std::optional<DocNumber> Columns::find(const Uuid& id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? std::nullopt : std::optional(it->second);
}

std::vector<Match> Columns::all() const {
  std::vector<Match> matches;
  matches.reserve(size());
  for (DocNumber doc = 0; doc < docs_.size(); ++doc)
    if (docs_[doc].alive) matches.push_back({doc, 0});
  return matches;
}

std::map<std::string, std::uint64_t> Columns::count(const std::string& facet) const {
  std::map<std::string, std::uint64_t> counts;
  const auto column = facets_.find(facet);
  if (column == facets_.end()) return counts;
  for (DocNumber doc = 0; doc < docs_.size(); ++doc)
    for (const std::uint32_t value : column->second.values.get(doc)) ++counts[column->second.names[value]];
  return counts;
}

Columns::Plan Columns::plan_of(const Query& query) const {
  Plan plan;
  plan.sort = query.sort;
  if (plan.sort.by == Sort::By::relevance && query.text.empty()) plan.sort.by = Sort::By::title;
  const auto facet_of = [this](const std::string& name) {
    const auto it = facets_.find(name);
    return it == facets_.end() ? nullptr : &it->second;
  };
  const auto column_of = [this](const std::string& name) {
    const auto it = numbers_.find(name);
    return it == numbers_.end() ? nullptr : &it->second;
  };
  for (const Filter& filter : query.filters) {
    Plan::FilterPlan one{facet_of(filter.facet), {}};
    if (one.facet)
      for (const std::string& value : filter.any_of)
        if (const auto it = one.facet->numbers.find(value); it != one.facet->numbers.end())
          one.any_of.push_back(it->second);
    plan.filters.push_back(std::move(one));
  }
  for (const Range& range : query.ranges)
    plan.ranges.push_back(
        {column_of(range.column), range.least.value_or(INT64_MIN), range.most.value_or(INT64_MAX)});
  for (const std::string& name : query.facets) {
    Plan::CountPlan one{name, facet_of(name), 0, {}};
    if (one.facet) one.counts.resize(one.facet->names.size());
    for (std::size_t i = 0; i < query.filters.size(); ++i)
      if (query.filters[i].facet == name) one.own_filter = std::uint32_t{1} << i;
    plan.counts.push_back(std::move(one));
  }
  if (plan.sort.by == Sort::By::number) plan.sort_column = column_of(plan.sort.column);
  if (plan.sort.by != Sort::By::relevance) return plan;
  if (!plan.sort.boost.empty()) plan.boost = column_of(plan.sort.boost);
  for (const Uuid& id : query.pinned)
    if (const auto doc = find(id)) plan.pinned.push_back(*doc);
  return plan;
}

/// One bit for each filter that the document fails; all bits if it fails a range.
std::uint32_t Columns::failed_filters(const Plan& plan, DocNumber doc) const {
  for (const auto& range : plan.ranges) {
    if (!range.column) return UINT32_MAX;
    const auto values = range.column->get(doc);
    if (std::none_of(values.begin(), values.end(),
                     [&](std::int64_t value) { return value >= range.least && value <= range.most; }))
      return UINT32_MAX;
  }
  std::uint32_t failed = 0;
  for (std::size_t i = 0; i < plan.filters.size(); ++i) {
    const auto& filter = plan.filters[i];
    bool holds = false;
    if (filter.facet)
      for (const std::uint32_t value : filter.facet->values.get(doc))
        holds = holds || std::find(filter.any_of.begin(), filter.any_of.end(), value) != filter.any_of.end();
    if (!holds) failed |= std::uint32_t{1} << i;
  }
  return failed;
}

std::uint64_t Columns::relevance_key(const Plan& plan, const Match& match) const {
  // Weights are not negative, so that their bits order as they do, and the greatest key of one pinned is below them all.
  const auto pin = std::ranges::find(plan.pinned, match.doc);
  if (pin != plan.pinned.end()) return static_cast<std::uint64_t>(pin - plan.pinned.begin());
  const auto counts = plan.boost ? plan.boost->get(match.doc) : std::span<const std::int64_t>{};
  return ~std::bit_cast<std::uint64_t>(counts.empty() ? match.weight : match.weight * boost_of(counts.front()));
}

std::uint64_t Columns::key_of(const Plan& plan, const Match& match) const {
  std::uint64_t key = 0;
  switch (plan.sort.by) {
    case Sort::By::relevance:
      return relevance_key(plan, match);
    case Sort::By::title:
      key = docs_[match.doc].title_head;
      break;
    case Sort::By::number: {
      const auto values = plan.sort_column ? plan.sort_column->get(match.doc) : std::span<const std::int64_t>{};
      if (values.empty()) return kLast;
      key = ascending(*std::min_element(values.begin(), values.end()));
      break;
    }
  }
  return plan.sort.descending ? ~key : key;
}

bool Columns::before(const Plan& plan, const SortKey& a, const SortKey& b) const {
  if (a.number != b.number) return a.number < b.number;
  const Doc& left = docs_[a.doc];
  const Doc& right = docs_[b.doc];
  if (plan.sort.by == Sort::By::title)
    if (const int order = left.sort_title.compare(right.sort_title); order != 0)
      return plan.sort.descending ? order > 0 : order < 0;
  return left.id < right.id;
}

std::map<std::string, std::vector<FacetCount>> Columns::most_frequent(const Plan& plan) const {
  std::map<std::string, std::vector<FacetCount>> facets;
  for (const auto& count : plan.counts) {
    std::vector<FacetCount>& values = facets[count.name];
    for (std::size_t i = 0; i < count.counts.size(); ++i)
      if (count.counts[i] > 0) values.push_back({count.facet->names[i], count.counts[i]});
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), kMostFacetValues));
    std::partial_sort(values.begin(), end, values.end(), [](const FacetCount& a, const FacetCount& b) {
      return a.count != b.count ? a.count > b.count : a.value < b.value;
    });
    values.erase(end, values.end());
  }
  return facets;
}

Result<QueryReply> Columns::select(const std::vector<Match>& matches, const Query& query) const {
  Plan plan = plan_of(query);
  const std::uint64_t fingerprint = fingerprint_of(query);
  std::optional<Position> after;
  if (!query.cursor.empty()) {
    Result<Position> position = read_cursor(query.cursor, fingerprint);
    if (!position) return fail(std::move(position).error());
    after = std::move(*position);
  }
  const auto is_after = [&](const SortKey& key) {
    if (key.number != after->number) return key.number > after->number;
    const Doc& doc = docs_[key.doc];
    if (plan.sort.by == Sort::By::title)
      if (const int order = doc.sort_title.compare(after->title); order != 0)
        return plan.sort.descending ? order < 0 : order > 0;
    return doc.id > after->id;
  };

  QueryReply reply;
  std::vector<SortKey> found;
  for (const Match& match : matches) {
    const std::uint32_t failed = failed_filters(plan, match.doc);
    if (failed == 0) {
      ++reply.total;
      const SortKey key{key_of(plan, match), match.doc};
      if (!after || is_after(key)) found.push_back(key);
    } else if (!std::has_single_bit(failed)) {
      continue;
    }
    for (auto& count : plan.counts)
      if (count.facet && (failed == 0 || failed == count.own_filter))
        for (const std::uint32_t value : count.facet->values.get(match.doc)) ++count.counts[value];
  }

  const std::size_t page = std::min(found.size(), query.limit);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(page), found.end(),
                    [&](const SortKey& a, const SortKey& b) { return before(plan, a, b); });
  for (std::size_t i = 0; i < page; ++i) reply.ids.push_back(docs_[found[i].doc].id);
  if (page > 0 && found.size() > page) {
    const SortKey& last = found[page - 1];
    const Doc& doc = docs_[last.doc];
    const std::string title = plan.sort.by == Sort::By::title ? doc.sort_title : std::string();
    reply.next_cursor = write_cursor({last.number, title, doc.id}, fingerprint);
  }
  reply.facets = most_frequent(plan);
  return reply;
}

}  // namespace pps::search
