#pragma once

#include <string>
#include <string_view>

namespace pps::search {

/// Small letters, by Unicode's full mapping, in no language in particular; what is not UTF-8 becomes U+FFFD.
std::string folded(std::string_view text);

}  // namespace pps::search
