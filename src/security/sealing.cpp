#include "security/sealing.hpp"

#include <openssl/evp.h>

#include "security/jwt.hpp"

namespace pps::security {

namespace {
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }
int size(std::string_view text) { return static_cast<int>(text.size()); }
std::unexpected<Error> corrupt() {
  return fail(ErrorKind::internal, "sealed.corrupt", "a sealed text does not open with this key");
}
}  // namespace

Result<Sealer> Sealer::make(std::string key, runtime::Random& random) {
  if (key.size() != 32)
    return fail(ErrorKind::invalid, "key.invalid", "the key must be exactly 32 bytes");
  std::string index_key = hmac_sha256(key, "blind index");
  return Sealer(hmac_sha256(key, "sealing"), std::move(index_key), random);
}

std::string Sealer::seal(std::string_view plain, std::string_view context) const {
  std::string out(kNonce + plain.size() + kTag, '\0');
  random_->fill({bytes(out), kNonce});
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  PPS_INVARIANT(
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(out)) == 1);
  PPS_INVARIANT(EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(context), size(context)) ==
                1);
  PPS_INVARIANT(EVP_EncryptUpdate(cipher.get(), bytes(out) + kNonce, &length, bytes(plain),
                                  size(plain)) == 1);
  PPS_INVARIANT(EVP_EncryptFinal_ex(cipher.get(), bytes(out) + kNonce + length, &length) == 1);
  PPS_INVARIANT(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                                    bytes(out) + kNonce + plain.size()) == 1);
  return out;
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < kNonce + kTag) return corrupt();
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  std::string tag(sealed.substr(sealed.size() - kTag));
  const auto body = sealed.substr(kNonce, plain.size());
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  if (EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(sealed)) !=
          1 ||
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(context), size(context)) != 1 ||
      EVP_DecryptUpdate(cipher.get(), bytes(plain), &length, bytes(body), size(body)) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(cipher.get(), bytes(plain) + length, &length) != 1)
    return corrupt();
  return plain;
}

std::string Sealer::blind_index(std::string_view plain, std::string_view context) const {
  std::string input(context);
  input += '\0';
  input += plain;
  return hmac_sha256(index_key_, input);
}

}  // namespace pps::security
