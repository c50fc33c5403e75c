#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "net/http.hpp"
#include "net/json_reader.hpp"

/// What routes of several services read of a request in the same way.
namespace pps::net {

/// The account that calls. `forbidden` "auth.scope_missing" for a token that stands for no person.
Result<CustomerId> account_of(const Request& request);
/// The first {placeholder} of the path. `malformed` "request.malformed": not a UUID.
Result<Uuid> id_of(const Request& request);
/// An optional object that somebody else understands, as canonical JSON; empty if it is absent or null. Refuses what is no
/// object (`field.type`) and what has more than `most` bytes (`field.length`).
std::string read_opaque_object(ObjectReader& in, std::string_view name, std::size_t most);

}  // namespace pps::net
