#include "net/request_values.hpp"

#include <fmt/format.h>

namespace pps::net {

Result<CustomerId> account_of(const Request& request) {
  const auto account = request.principal ? CustomerId::parse(request.principal->subject) : std::nullopt;
  if (!account) return fail(ErrorKind::forbidden, "auth.scope_missing", "The token stands for no person.");
  return *account;
}

Result<Uuid> id_of(const Request& request) {
  const auto id = request.params.empty() ? std::nullopt : Uuid::parse(request.params.front());
  if (!id) return fail(ErrorKind::malformed, "request.malformed", "The id in the path is not a UUID.");
  return *id;
}

std::string read_opaque_object(ObjectReader& in, std::string_view name, std::size_t most) {
  if (!in.has(name)) {
    in.canonical(name);  // null counts as absent
    return {};
  }
  std::string text = in.canonical(name).value_or("");
  if (!text.starts_with('{')) in.refuse(name, "field.type", fmt::format("{} must be an object", name));
  if (text.size() > most) in.refuse(name, "field.length", fmt::format("{} must have at most {} bytes", name, most));
  return text;
}

}  // namespace pps::net
