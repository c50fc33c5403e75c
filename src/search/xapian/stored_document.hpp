#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "search/index.hpp"

namespace pps::search {

/// What of a document is kept with it in the index, so that the columns can be read back: all but its texts.
std::string encode_stored(const Document& document);
/// Nothing if the bytes are not of that form.
std::optional<Document> decode_stored(std::string_view bytes);

}  // namespace pps::search
