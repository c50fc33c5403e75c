#pragma once

#include "net/http.hpp"

namespace pps::net {

/// The one place where an error's kind becomes a status.
int status_of(ErrorKind kind);

/// RFC 9457: `{type, title, status, detail?, code, errors?}`, Retry-After, and WWW-Authenticate
/// (RFC 6750) on 401 and 403. Details of `internal` errors are logged, not sent. `extra`: further
/// members as JSON text
/// ("{\"total\":{…}}"), or empty.
Response problem(const Error& error, std::string_view extra = {});
/// The same for the few refusals of HTTP itself whose status no ErrorKind has (405, 417, 431).
Response problem_with_status(int status, const Error& error, std::string_view extra = {});
/// RFC 6749 section 5.2: `{error, error_description}`. An error's code of RFC 6749
/// ("invalid_grant", with or without "oauth." before it) is sent as it is; others by their kind.
Response oauth_problem(const Error& error);

}  // namespace pps::net
