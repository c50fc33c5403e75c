#include "search/fold.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace pps::search {

std::string folded(std::string_view text) {
  std::string out;
  icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())})
      .toLower(icu::Locale::getRoot())
      .toUTF8String(out);
  return out;
}

}  // namespace pps::search
