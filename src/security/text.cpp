#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include "security/passwords.hpp"

namespace pps::security {

namespace {
Result<icu::UnicodeString> decode(std::string_view text) {
  const icu::UnicodeString unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  std::string back;
  unicode.toUTF8String(back);
  if (back != text) return fail(ErrorKind::invalid, "text.encoding", "the text is not UTF-8");
  return unicode;
}

Result<std::string> normalized(std::string_view text, const icu::Normalizer2* form, bool trim) {
  Result<icu::UnicodeString> unicode = decode(text);
  if (!unicode) return fail(std::move(unicode).error());
  if (trim) unicode->trim();
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString result = form->normalize(*unicode, status);
  if (trim) result.trim();  // a no-break space is a space only once it is normalized
  if (U_FAILURE(status))
    return fail(ErrorKind::internal, "text.normalization", u_errorName(status));
  std::string out;
  result.toUTF8String(out);
  return out;
}
}  // namespace

Result<std::string> to_nfc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  return normalized(text, icu::Normalizer2::getNFCInstance(status), false);
}

Result<std::string> canonical_email(std::string_view email) {
  UErrorCode status = U_ZERO_ERROR;
  return normalized(email, icu::Normalizer2::getNFKCCasefoldInstance(status), true);
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

}  // namespace pps::security
