#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "search/xapian/xapian_database.hpp"

namespace pps::search {

/// The folder of an index: two places, `a` and `b`, of which the file `current` names the one that answers; the other one is
/// empty, or an index being built. Blocking; one call at a time.
class IndexFolder {
 public:
  /// @param path empty: in memory, with nothing on disk.
  explicit IndexFolder(std::string path) : path_(std::move(path)) {}

  /// Removes what a rebuild that broke off has left, and what stood in the folder before it had places. Errors: XapianDatabase::open's.
  Result<std::shared_ptr<XapianDatabase>> open_current();
  /// An empty one in the other place.
  Result<std::shared_ptr<XapianDatabase>> open_next();
  /// From now on that one is the current one, also after a crash; the other is removed. `unavailable` "search.folder".
  Result<void> place_next();

 private:
  std::string path_;
  char current_ = 'a';
};

}  // namespace pps::search
