#pragma once

#include "net/http.hpp"

namespace pps::net {

/// The one place where an error's kind becomes a status.
int status_of(ErrorKind kind);

/// RFC 9457: `{type, title, status, detail, code, errors?, instance?}`, Retry-After, and WWW-Authenticate (RFC 6750)
/// on 401 and 403. Details of `internal` errors are logged, not sent. `extra`: further members as JSON text
/// ("{\"total\":{…}}"), or empty.
Response problem(const Error& error, std::string_view extra = {});
/// RFC 6749 section 5.2: `{error, error_description}`.
Response oauth_problem(const Error& error);

}  // namespace pps::net
