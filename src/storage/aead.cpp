#include "storage/aead.hpp"

#include <openssl/evp.h>

namespace pps::storage::aead {

namespace {
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text, std::size_t at) { return reinterpret_cast<unsigned char*>(text.data()) + at; }
}  // namespace

std::string seal(const SecretKey& key, runtime::Random& random, std::string_view associated, std::string_view plain) {
  std::string out(kNonce + plain.size() + kTag, '\0');
  random.fill({bytes_of(out, 0), kNonce});
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  const bool done =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), bytes_of(out, 0)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(associated), static_cast<int>(associated.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(out, kNonce), &size, bytes_of(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(out, kNonce + plain.size()), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, bytes_of(out, kNonce + plain.size())) == 1;
  PPS_INVARIANT(done);
  return out;
}

std::optional<std::string> open(const SecretKey& key, std::string_view associated, std::string_view sealed) {
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  const std::size_t length = sealed.size() - kNonce - kTag;
  std::string plain(length, '\0');
  std::string tag(sealed.substr(kNonce + length));
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  const bool done =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), bytes_of(sealed)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(associated), static_cast<int>(associated.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes_of(plain, 0), &size, bytes_of(sealed.substr(kNonce)), static_cast<int>(length)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes_of(tag, 0), &size) == 1;
  if (!done) return std::nullopt;
  return plain;
}

}  // namespace pps::storage::aead
