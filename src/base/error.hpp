#pragma once

#include <string>
#include <vector>

namespace pps {

/// What went wrong, as far as a caller can act on it. Each kind maps to one HTTP status in net/problem.cpp.
enum class ErrorKind {
  malformed,        ///< The request cannot be read at all (400).
  unauthenticated,  ///< No credential, or one that is not valid (401).
  forbidden,        ///< A valid credential without the right (403).
  not_found,        ///< Nothing there, or nothing this caller may see (404).
  conflict,         ///< The state refuses it now (409).
  stale,            ///< A precondition on a version failed (412).
  precondition_required,  ///< A version must be given (428).
  too_large,        ///< Over a stated size limit (413).
  unsupported,      ///< A media type, method or feature that is not supported (415).
  invalid,          ///< Understood, but a field's value is refused (422).
  rate_limited,     ///< Too many; try after retry_after_s (429).
  unavailable,      ///< Surely not done; may be tried again after retry_after_s (503).
  timeout,          ///< Surely not done before the deadline (504).
  unknown_outcome,  ///< May or may not have been done: read by id before anything else (504).
  internal,         ///< A broken invariant or a defect (500).
};

/// One refused field of a request: RFC 6901 pointer into the body (or `?name` for a query parameter), a stable
/// code, and a sentence that names the limit and the fix.
struct FieldError {
  std::string pointer;
  std::string code;
  std::string detail;
  bool operator==(const FieldError&) const = default;
};

/// An error as a value. `code` is stable and meant for programs (`stock.insufficient`); `detail` is for people and
/// never holds a secret.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;
  std::string detail;
  std::vector<FieldError> fields{};
  int retry_after_s = 0;  ///< 0: no advice.
};

/// The kind's name in logs and metrics ("not_found").
const char* name_of(ErrorKind kind);

}  // namespace pps
