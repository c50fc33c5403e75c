#include "services/catalogue/search_settings.hpp"

#include <algorithm>
#include <set>

#include "base/time.hpp"
#include "net/json_reader.hpp"
#include "search/fold.hpp"
#include "services/catalogue/text_json.hpp"

namespace pps::catalogue {
namespace {

constexpr std::size_t kMostSynonyms = 2'000, kMostMeanings = 10;
constexpr std::size_t kMostPins = 500, kMostPinned = 10;
constexpr std::size_t kMostQuery = 200, kMostWord = 100;

bool is_one_word(std::string_view text) { return text.find_first_of(" \t\r\n") == std::string_view::npos; }

/// Which of two comes first in the list, and stays when one must go.
bool asked_more(const MissedQuery& a, const MissedQuery& b) {
  return std::tuple(a.count, a.last_at_us) > std::tuple(b.count, b.last_at_us);
}

}  // namespace

std::string normal_query(const std::string& query) {
  std::string out;
  for (const char c : search::folded(query)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

Result<SynonymsRow> read_synonyms(std::string_view json) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(json);
  if (!in) return fail(std::move(in).error());
  SynonymsRow row;
  std::vector<net::ObjectReader> items = in->objects("items", 0, kMostSynonyms);
  for (net::ObjectReader& one : items) {
    const std::string word = search::folded(one.text("word", {1, kMostWord}));
    if (!is_one_word(word)) one.refuse("word", "field.format", "word must be one word, without spaces");
    if (word.size() > kMostWord) one.refuse("word", "field.length", "word must have at most 100 bytes in small letters");
    std::vector<std::string> means = one.texts("means", kMostMeanings, {1, 200});
    if (means.empty()) one.refuse("means", "field.length", "means must have 1 to 10 items");
    if (!word.empty() && !row.means.emplace(word, std::move(means)).second)
      one.refuse("word", "field.duplicate", "another item has this word; put all its meanings there");
  }
  const Result<void> done = in->finish();
  if (!done) return fail(done.error());
  return row;
}

std::string write_synonyms(const SynonymsRow& row) {
  JsonArray items;
  for (const auto& [word, means] : row.means) {
    JsonObject one;
    one.text("word", word).raw("means", json_texts(means));
    items.raw(one.take());
  }
  JsonObject out;
  out.raw("items", items.take());
  return out.take();
}

namespace {
Pin read_pin(net::ObjectReader& in) {
  Pin pin{normal_query(in.text("query", {1, kMostQuery})), {}, {}};
  if (pin.query.empty()) in.refuse("query", "field.format", "query must have letters or digits");
  if (pin.query.size() > kMostQuery) in.refuse("query", "field.length", "query must have at most 200 bytes in small letters");
  const std::vector<std::string> products = in.texts("products", kMostPinned, {36, 36});
  if (products.empty()) in.refuse("products", "field.length", "products must have 1 to 10 items");
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::optional<Uuid> id = Uuid::parse(products[i]);
    if (!id)
      in.refuse_item("products", i, "field.format", "must be the id of a product");
    else if (std::ranges::find(pin.products, *id) != pin.products.end())
      in.refuse_item("products", i, "field.duplicate", "the product is pinned there already");
    else
      pin.products.push_back(*id);
  }
  return pin;
}
}  // namespace

Result<PinsRow> read_pins(std::string_view json) {
  Result<net::ObjectReader> in = net::ObjectReader::parse(json);
  if (!in) return fail(std::move(in).error());
  PinsRow row;
  std::set<std::string> queries;
  std::vector<net::ObjectReader> items = in->objects("items", 0, kMostPins);
  for (net::ObjectReader& one : items) {
    row.pins.push_back(read_pin(one));
    if (!queries.insert(row.pins.back().query).second)
      one.refuse("query", "field.duplicate", "another item has this query; put all its products there");
  }
  const Result<void> done = in->finish();
  if (!done) return fail(done.error());
  return row;
}

std::string write_pins(const PinsRow& row) {
  JsonArray items;
  for (const Pin& pin : row.pins) {
    std::vector<std::string> products;
    for (const Uuid& id : pin.products) products.push_back(id.to_string());
    JsonObject one;
    one.text("query", pin.query).raw("products", json_texts(products));
    items.raw(one.take());
  }
  JsonObject out;
  out.raw("items", items.take());
  return out.take();
}

void MissedQueries::load(MissedRow row) {
  for (MissedQuery& one : row.queries) queries_[one.query] = std::move(one);
}

void MissedQueries::count(const std::string& query, bool partial, std::int64_t now_us) {
  std::string key = normal_query(query);
  if (key.empty() || key.size() > kMostQuery) return;
  MissedQuery& one = queries_[key];
  one.query = std::move(key);
  ++one.count;
  one.last_at_us = now_us;
  one.partial = partial;
  if (queries_.size() > kMost) drop_one();
}

void MissedQueries::drop_one() {
  const auto least = std::max_element(queries_.begin(), queries_.end(),
                                      [](const auto& a, const auto& b) { return asked_more(a.second, b.second); });
  queries_.erase(least);
}

std::vector<MissedQuery> MissedQueries::most_asked(std::size_t limit) const {
  std::vector<MissedQuery> all;
  for (const auto& [key, one] : queries_) all.push_back(one);
  std::sort(all.begin(), all.end(), asked_more);
  all.resize(std::min(all.size(), limit));
  return all;
}

std::string write_missed(const std::vector<MissedQuery>& queries) {
  JsonArray items;
  for (const MissedQuery& query : queries) {
    JsonObject one;
    one.text("query", query.query).number("count", query.count).text("last_at", to_rfc3339(from_unix_us(query.last_at_us)));
    one.raw("partial", query.partial ? "true" : "false");
    items.raw(one.take());
  }
  JsonObject out;
  out.raw("items", items.take());
  return out.take();
}

}  // namespace pps::catalogue
