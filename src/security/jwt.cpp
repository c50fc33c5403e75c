#include "security/jwt.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>

namespace pps::security {

namespace json = boost::json;

namespace {
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  PPS_INVARIANT(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(raw, &BN_free);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
  BN_bn2bin(raw, reinterpret_cast<std::uint8_t*>(bytes.data()));
  return base64url(bytes);
}

std::unexpected<Error> invalid(std::string why) {
  return fail(ErrorKind::unauthenticated, "auth.token_invalid", std::move(why));
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::optional<std::int64_t> time_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

Result<json::object> parse_part(std::string_view part) {
  Result<std::string> bytes = from_base64url(part);
  if (!bytes) return invalid("a part is not base64url");
  json::parse_options options;
  options.max_depth = 4;
  boost::system::error_code error;
  json::value value = json::parse(*bytes, error, {}, options);
  if (error || !value.is_object()) return invalid("a part is not a JSON object");
  return std::move(value.get_object());
}
}  // namespace

struct SigningKey::State {
  Key key{nullptr, &EVP_PKEY_free};
  DigestContext signer{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  DigestContext verifier{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  std::string n, e, id;
};

SigningKey::SigningKey() : state_(std::make_unique<State>()) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::generate() {
  const Key key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  PPS_INVARIANT(key != nullptr);
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  PPS_INVARIANT(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                              nullptr) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return from_pem({data, static_cast<std::size_t>(size)});
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  SigningKey signing;
  State& state = *signing.state_;
  state.key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  if (!state.key || EVP_PKEY_get_base_id(state.key.get()) != EVP_PKEY_RSA ||
      EVP_PKEY_get_bits(state.key.get()) < 2048)
    return fail(ErrorKind::invalid, "key.invalid",
                "not a PEM private RSA key of at least 2048 bits");
  state.n = number_of(state.key.get(), OSSL_PKEY_PARAM_RSA_N);
  state.e = number_of(state.key.get(), OSSL_PKEY_PARAM_RSA_E);
  state.id =
      base64url(sha256(fmt::format(R"({{"e":"{}","kty":"RSA","n":"{}"}})", state.e, state.n)));
  PPS_INVARIANT(
      EVP_DigestSignInit(state.signer.get(), nullptr, EVP_sha256(), nullptr, state.key.get()) == 1);
  PPS_INVARIANT(EVP_DigestVerifyInit(state.verifier.get(), nullptr, EVP_sha256(), nullptr,
                                     state.key.get()) == 1);
  return signing;
}

std::string SigningKey::to_pem() const {
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  PPS_INVARIANT(PEM_write_bio_PKCS8PrivateKey(out.get(), state_->key.get(), nullptr, nullptr, 0,
                                              nullptr, nullptr) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

const std::string& SigningKey::id() const { return state_->id; }

std::string SigningKey::jwk() const {
  return fmt::format(R"({{"kty":"RSA","kid":"{}","use":"sig","alg":"RS256","n":"{}","e":"{}"}})",
                     state_->id, state_->n, state_->e);
}

std::string SigningKey::sign(const Claims& claims) const {
  const json::object header{{"alg", "RS256"}, {"typ", "at+jwt"}, {"kid", state_->id}};
  json::object body{{"iss", claims.issuer},     {"aud", claims.audience},
                    {"sub", claims.subject},    {"client_id", claims.client_id},
                    {"jti", claims.jti},        {"iat", claims.issued_at},
                    {"exp", claims.expires_at}, {"scope", claims.scope}};
  if (!claims.session_id.empty()) body["sid"] = claims.session_id;
  std::string token = base64url(json::serialize(header)) + "." + base64url(json::serialize(body));
  // The initialised context is copied: parsing the key anew for each signature would cost more than
  // half as much again.
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  PPS_INVARIANT(EVP_MD_CTX_copy_ex(context.get(), state_->signer.get()) == 1);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get())), '\0');
  std::size_t size = signature.size();
  PPS_INVARIANT(EVP_DigestSign(context.get(), reinterpret_cast<std::uint8_t*>(signature.data()),
                               &size, bytes_of(token), token.size()) == 1);
  signature.resize(size);
  return token + "." + base64url(signature);
}

Result<Claims> TokenVerifier::verify(std::string_view token, std::int64_t now_s) const {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || last == first || token.find('.', first + 1) != last ||
      token.size() > 8192)
    return invalid("not three parts, or over 8192 characters");
  Result<json::object> header = parse_part(token.substr(0, first));
  if (!header) return fail(std::move(header).error());
  for (const auto* refused : {"jwk", "jku", "x5u", "x5c", "crit", "b64"})
    if (header->contains(refused)) return invalid(std::string("the header has ") + refused);
  if (text_in(*header, "alg") != "RS256" || text_in(*header, "typ") != "at+jwt")
    return invalid("alg is not RS256 or typ is not at+jwt");
  const std::string kid = text_in(*header, "kid");
  const auto key = std::ranges::find_if(keys_, [&](const auto& one) { return one->id() == kid; });
  if (key == keys_.end()) return invalid("no such key");
  Result<std::string> signature = from_base64url(token.substr(last + 1));
  if (!signature) return invalid("the signature is not base64url");
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  PPS_INVARIANT(EVP_MD_CTX_copy_ex(context.get(), (*key)->state_->verifier.get()) == 1);
  if (EVP_DigestVerify(context.get(), bytes_of(*signature), signature->size(), bytes_of(token),
                       last) != 1)
    return invalid("the signature is wrong");
  Result<json::object> body = parse_part(token.substr(first + 1, last - first - 1));
  if (!body) return fail(std::move(body).error());
  const auto issued = time_in(*body, "iat");
  const auto expires = time_in(*body, "exp");
  if (!issued || !expires) return invalid("iat or exp is missing");
  Claims claims{text_in(*body, "iss"),
                text_in(*body, "aud"),
                text_in(*body, "sub"),
                text_in(*body, "client_id"),
                text_in(*body, "sid"),
                text_in(*body, "jti"),
                text_in(*body, "scope"),
                *issued,
                *expires};
  if (claims.issuer != issuer_) return invalid("another issuer");
  if (claims.subject.empty() || claims.audience.empty()) return invalid("sub or aud is missing");
  if (now_s < claims.issued_at - 60) return invalid("issued in the future");
  if (now_s >= claims.expires_at) return invalid("the token has ended");
  return claims;
}

}  // namespace pps::security
