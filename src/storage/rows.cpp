#include "storage/rows.hpp"

namespace pps::storage::detail {

std::optional<Error> refuse_format(std::string_view body) {
  if (body.empty() || body[0] == 0) return corrupt_row();
  if (static_cast<std::uint8_t>(body[0]) > kRowFormat)
    return Error{ErrorKind::internal, "storage.newer_format", "the row was written by a newer version"};
  return std::nullopt;
}

Error corrupt_row() { return {ErrorKind::internal, "storage.corrupt", "a stored row cannot be read"}; }

}  // namespace pps::storage::detail
