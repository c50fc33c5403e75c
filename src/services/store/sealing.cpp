#include "services/store/sealing.hpp"

#include <openssl/evp.h>

#include "storage/rows.hpp"

namespace pps::store {

namespace {
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

struct Keys {
  std::vector<std::string> keys;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&Keys::keys)); }
};

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

class AesSealer final : public Sealer {
 public:
  AesSealer(std::string key, runtime::Random& random) : key_(std::move(key)), random_(random) {}

  std::string seal(const std::vector<std::string>& keys, std::string_view context) override {
    const std::string plain = storage::encode_row(Keys{keys});
    std::string out(kNonce + plain.size() + kTag, '\0');
    random_.fill({bytes(out), kNonce});
    const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int length = 0;
    PPS_INVARIANT(
        EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(out)) == 1);
    PPS_INVARIANT(
        EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(context), size(context)) == 1);
    PPS_INVARIANT(EVP_EncryptUpdate(cipher.get(), bytes(out) + kNonce, &length, bytes(plain),
                                    size(plain)) == 1);
    PPS_INVARIANT(EVP_EncryptFinal_ex(cipher.get(), bytes(out) + kNonce + length, &length) == 1);
    PPS_INVARIANT(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                                      bytes(out) + kNonce + plain.size()) == 1);
    return out;
  }

  Result<std::vector<std::string>> open(std::string_view sealed,
                                        std::string_view context) override {
    if (sealed.size() < kNonce + kTag) return unsealable();
    std::string plain(sealed.size() - kNonce - kTag, '\0');
    std::string tag(sealed.substr(sealed.size() - kTag));
    const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int length = 0;
    const auto body = sealed.substr(kNonce, plain.size());
    if (EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(sealed)) !=
            1 ||
        EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(context), size(context)) != 1 ||
        EVP_DecryptUpdate(cipher.get(), bytes(plain), &length, bytes(body), size(body)) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), bytes(plain) + length, &length) != 1)
      return unsealable();
    Result<Keys> keys = storage::decode_row<Keys>(plain);
    if (!keys) return fail(std::move(keys).error());
    return std::move(keys->keys);
  }

 private:
  static int size(std::string_view text) { return static_cast<int>(text.size()); }
  static std::unexpected<Error> unsealable() {
    return fail(ErrorKind::internal, "store.unsealable",
                "sealed licence keys do not open with this key");
  }
  std::string key_;
  runtime::Random& random_;
};
}  // namespace

Result<std::shared_ptr<Sealer>> make_sealer(std::string key, runtime::Random& random) {
  if (key.size() != 32)
    return fail(ErrorKind::invalid, "store.key", "the key file must hold exactly 32 bytes");
  return std::make_shared<AesSealer>(std::move(key), random);
}

}  // namespace pps::store
