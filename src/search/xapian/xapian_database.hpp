#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "search/columns.hpp"
#include "search/index.hpp"

namespace pps::search {

/// All that speaks Xapian. Blocking.
///
/// Thread contract: `apply` from one thread at a time; everything else from any thread, also beside it.
class XapianDatabase {
 public:
  /// @param path empty: in memory. Reads every document's columns: about 3 µs each.
  static Result<std::shared_ptr<XapianDatabase>> open(const std::string& path);
  ~XapianDatabase();
  XapianDatabase(const XapianDatabase&) = delete;

  Result<void> apply(const std::vector<Change>& changes, std::uint64_t position);
  std::uint64_t stored_position() const;

  Result<QueryReply> query(const Query& query);
  Result<std::vector<Uuid>> suggest(const std::string& typed, std::size_t limit);
  std::map<std::string, std::uint64_t> count(const std::string& facet);
  std::uint64_t documents();
  // These never wait for a query; whoever asks afterwards sees what they said.
  void set_synonyms(std::shared_ptr<const Synonyms> synonyms);
  void set_live(const Uuid& id, std::string facet, std::vector<std::string> values);
  void set_live_number(const Uuid& id, std::string column, std::int64_t value);

 private:
  struct State;
  explicit XapianDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pps::search
