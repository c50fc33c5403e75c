#pragma once

#include <memory>
#include <string>

#include "runtime/runtime.hpp"
#include "search/index.hpp"

namespace pps::search {

struct XapianOptions {
  /// A folder of its own, made if it is not there; empty: in memory, without spelling correction.
  std::string path;
};

/// The index in a Xapian database, built without positions; facets, numbers and titles in memory (search/columns.hpp).
/// Work runs on the general pool, one query at a time beside at most one writer. A folder that is missing, broken or
/// of another format becomes an empty index: its position is 0, and its owner builds it again.
/// Errors: `unavailable` "search.engine" (the folder cannot be written, is locked by another process).
Task<std::shared_ptr<Index>> open_xapian(runtime::Runtime& runtime, XapianOptions options);

}  // namespace pps::search
