// Access tokens: a header and claims of any bytes, rightly signed, and any bytes in place of a token. What is taken is what
// RFC 9068 and RFC 8725 ask for, whatever else stands in it.
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "security/jwt.hpp"

using namespace pps;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;
const std::string kIssuer = "https://shop.example";

/// One key for the run: inputs name it as KID, which is replaced by its id.
struct Signer {
  std::shared_ptr<const security::SigningKey> key =
      std::make_shared<const security::SigningKey>(std::move(*security::SigningKey::generate()));
  EVP_PKEY* raw = nullptr;
  security::TokenVerifier verifier{kIssuer};

  Signer() {
    const std::string pem = key->to_pem();
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    raw = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO_free(in);
    verifier.set_keys({key});
  }
  std::string sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    PPS_INVARIANT(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, raw) == 1);
    PPS_INVARIANT(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                                 reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    EVP_MD_CTX_free(context);
    return text + "." + security::base64url(signature);
  }
};

const Signer& signer() {
  static const Signer one;
  return one;
}

std::string with_key_id(std::string header) {
  if (const auto at = header.find("KID"); at != std::string::npos) header.replace(at, 3, signer().key->id());
  return header;
}

void check(const std::string& header, const security::Claims& claims) {
  boost::json::error_code error;
  const auto parsed = boost::json::parse(header, error);
  PPS_INVARIANT(!error && parsed.is_object());
  const auto& object = parsed.get_object();
  for (const auto* refused : {"jwk", "jku", "x5u", "x5c", "crit", "b64"}) PPS_INVARIANT(!object.contains(refused));
  PPS_INVARIANT(object.at("alg") == "RS256" && object.at("typ") == "at+jwt");
  PPS_INVARIANT(claims.issuer == kIssuer && !claims.subject.empty() && !claims.audience.empty());
  PPS_INVARIANT(claims.issued_at <= kNow + 60 && claims.expires_at > kNow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto bare = signer().verifier.verify(text, kNow);
  PPS_INVARIANT(!bare && bare.error().code == "auth.token_invalid" && !bare.error().detail.empty());

  const auto line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string header = with_key_id(std::string(text.substr(0, line)));
  const std::string body(text.substr(line + 1));
  const std::string token = signer().sign(security::base64url(header) + "." + security::base64url(body));
  const auto claims = signer().verifier.verify(token, kNow);
  if (claims) check(header, *claims);
  if (!claims) PPS_INVARIANT(claims.error().code == "auth.token_invalid" && !claims.error().detail.empty());
  return 0;
}
