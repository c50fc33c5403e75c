#include "security/jwt.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <boost/json.hpp>

namespace pps::security {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
const std::string kIssuer = "https://shop.example";

const std::shared_ptr<const SigningKey>& key() {
  static const auto made = std::make_shared<const SigningKey>(std::move(*SigningKey::generate()));
  return made;
}
const std::shared_ptr<const SigningKey>& stranger() {
  static const auto made = std::make_shared<const SigningKey>(std::move(*SigningKey::generate()));
  return made;
}

Claims good_claims() {
  return {kIssuer, "pps",     "user-1", "pps-web", "session-1", "jti-1", "account purchase",
          kNow,    kNow + 300};
}
std::string good_header() {
  return fmt::format(R"({{"alg":"RS256","typ":"at+jwt","kid":"{}"}})", key()->id());
}
std::string good_body() {
  return fmt::format(R"({{"iss":"{}","aud":"pps","sub":"u","iat":{},"exp":{}}})", kIssuer, kNow,
                     kNow + 300);
}

// Signs any header and body by OpenSSL itself, so that what is refused is refused for its content.
std::string sign_raw(const SigningKey& with, const std::string& header, const std::string& body) {
  const std::string pem = with.to_pem();
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* parsed = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const std::string text = base64url(header) + "." + base64url(body);
  std::string signature(256, '\0');
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, parsed), 1);
  EXPECT_EQ(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(text.data()), text.size()),
            1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(parsed);
  return text + "." + base64url(signature);
}

TokenVerifier verifier() {
  TokenVerifier made(kIssuer);
  made.set_keys({key()});
  return made;
}
std::string code_of(const Result<Claims>& result) { return result ? "ok" : result.error().code; }

TEST(Jwt, carries_its_claims) {
  const auto back = verifier().verify(key()->sign(good_claims()), kNow);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->issuer, kIssuer);
  EXPECT_EQ(back->audience, "pps");
  EXPECT_EQ(back->subject, "user-1");
  EXPECT_EQ(back->client_id, "pps-web");
  EXPECT_EQ(back->session_id, "session-1");
  EXPECT_EQ(back->jti, "jti-1");
  EXPECT_EQ(back->scope, "account purchase");
  EXPECT_EQ(back->issued_at, kNow);
  EXPECT_EQ(back->expires_at, kNow + 300);
}

// The public key as it is published is enough to check a signature, without any code of ours.
TEST(Jwt, verifies_with_the_published_key) {
  const auto jwk = boost::json::parse(key()->jwk()).as_object();
  EXPECT_EQ(jwk.at("kty"), "RSA");
  EXPECT_EQ(jwk.at("alg"), "RS256");
  EXPECT_EQ(jwk.at("use"), "sig");
  EXPECT_FALSE(jwk.contains("d"));
  const auto number = [&](const char* name) {
    const std::string bytes = *from_base64url(std::string(jwk.at(name).as_string()));
    return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                     static_cast<int>(bytes.size()), nullptr);
  };
  BIGNUM* n = number("n");
  BIGNUM* e = number("e");
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* pub = nullptr;
  ASSERT_EQ(EVP_PKEY_fromdata_init(context), 1);
  ASSERT_EQ(EVP_PKEY_fromdata(context, &pub, EVP_PKEY_PUBLIC_KEY, params), 1);
  const std::string token = key()->sign(good_claims());
  const auto last = token.rfind('.');
  const std::string signature = *from_base64url(token.substr(last + 1));
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  ASSERT_EQ(EVP_DigestVerifyInit(digest, nullptr, EVP_sha256(), nullptr, pub), 1);
  EXPECT_EQ(EVP_DigestVerify(digest, reinterpret_cast<const unsigned char*>(signature.data()),
                             signature.size(), reinterpret_cast<const unsigned char*>(token.data()),
                             last),
            1);
  EVP_MD_CTX_free(digest);
  EVP_PKEY_free(pub);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(builder);
  BN_free(n);
  BN_free(e);
}

TEST(Jwt, keeps_its_key_as_pem) {
  const auto again = SigningKey::from_pem(key()->to_pem());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->id(), key()->id());
  EXPECT_EQ(again->jwk(), key()->jwk());
  EXPECT_FALSE(SigningKey::from_pem("").has_value());
  EXPECT_FALSE(
      SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
          .has_value());
}

// The raw signer's good token passes, so each refusal below is due to the one thing that differs.
TEST(Jwt, accepts_what_the_raw_signer_signs) {
  EXPECT_EQ(code_of(verifier().verify(sign_raw(*key(), good_header(), good_body()), kNow)), "ok");
}

TEST(Jwt, refuses_headers) {
  const std::string kid = key()->id();
  const std::string more = R"({"alg":"RS256","typ":"at+jwt","kid":")" + kid + "\",";
  for (const auto& header :
       {R"({"alg":"none","typ":"at+jwt","kid":")" + kid + "\"}",
        R"({"alg":"HS256","typ":"at+jwt","kid":")" + kid + "\"}",
        R"({"alg":"RS512","typ":"at+jwt","kid":")" + kid + "\"}",
        R"({"alg":"PS256","typ":"at+jwt","kid":")" + kid + "\"}",
        R"({"alg":"rs256","typ":"at+jwt","kid":")" + kid + "\"}",
        R"({"alg":["RS256"],"typ":"at+jwt","kid":")" + kid + "\"}",
        R"({"alg":"RS256","typ":"JWT","kid":")" + kid + "\"}",
        R"({"alg":"RS256","kid":")" + kid + "\"}", std::string(R"({"alg":"RS256","typ":"at+jwt"})"),
        std::string(R"({"alg":"RS256","typ":"at+jwt","kid":"other"})"), more + R"("jwk":{}})",
        more + R"("jku":"https://x"})", more + R"("x5u":"https://x"})", more + R"("x5c":[]})",
        more + R"("crit":["exp"]})", more + R"("b64":false})", std::string("[]"), std::string("{"),
        std::string("")})
    EXPECT_EQ(code_of(verifier().verify(sign_raw(*key(), header, good_body()), kNow)),
              "auth.token_invalid")
        << header;
}

// RFC 8725, 2.1: the public key must not become an HMAC secret.
TEST(Jwt, refuses_an_hmac_made_with_the_public_key) {
  const std::string head =
      base64url(R"({"alg":"HS256","typ":"at+jwt","kid":")" + key()->id() + "\"}");
  const std::string text = head + "." + base64url(good_body());
  EXPECT_EQ(
      code_of(verifier().verify(text + "." + base64url(hmac_sha256(key()->jwk(), text)), kNow)),
      "auth.token_invalid");
  EXPECT_EQ(code_of(verifier().verify(text + ".", kNow)), "auth.token_invalid");
}

TEST(Jwt, refuses_a_strangers_signature_under_our_key_id) {
  EXPECT_EQ(code_of(verifier().verify(sign_raw(*stranger(), good_header(), good_body()), kNow)),
            "auth.token_invalid");
  EXPECT_EQ(code_of(verifier().verify(stranger()->sign(good_claims()), kNow)),
            "auth.token_invalid");
}

TEST(Jwt, refuses_claims) {
  const auto body = [](std::string iss, std::string rest) {
    return R"({"iss":")" + iss + "\"," + rest + "}";
  };
  const std::string times = fmt::format(R"("iat":{},"exp":{})", kNow, kNow + 300);
  for (const auto& claims :
       {body("https://other.example", R"("aud":"pps","sub":"u",)" + times),
        body(kIssuer + "/", R"("aud":"pps","sub":"u",)" + times),
        body(kIssuer, R"("sub":"u",)" + times), body(kIssuer, R"("aud":"pps",)" + times),
        body(kIssuer, R"("aud":"pps","sub":"u","exp":1900000000)"),
        body(kIssuer, R"("aud":"pps","sub":"u","iat":1800000000)"),
        body(kIssuer, R"("aud":"pps","sub":"u","iat":1800000000,"exp":"1900000000")"),
        body(kIssuer, R"("aud":"pps","sub":"u","iat":1800000000,"exp":1e300)"), std::string("[1]"),
        std::string("\xff")})
    EXPECT_EQ(code_of(verifier().verify(sign_raw(*key(), good_header(), claims), kNow)),
              "auth.token_invalid")
        << claims;
}

TEST(Jwt, is_good_from_its_issue_to_its_end) {
  const std::string token = key()->sign(good_claims());
  EXPECT_EQ(code_of(verifier().verify(token, kNow - 61)), "auth.token_invalid");
  EXPECT_EQ(code_of(verifier().verify(token, kNow - 60)), "ok");
  EXPECT_EQ(code_of(verifier().verify(token, kNow + 299)), "ok");
  EXPECT_EQ(code_of(verifier().verify(token, kNow + 300)), "auth.token_invalid");
}

TEST(Jwt, notices_any_changed_character) {
  const std::string token = key()->sign(good_claims());
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(code_of(verifier().verify(changed, kNow)), "ok") << at;
  }
}

TEST(Jwt, refuses_other_shapes) {
  const std::string token = key()->sign(good_claims());
  for (const auto& text :
       {std::string(), std::string("."), std::string(".."), std::string("..."), token + ".",
        "." + token, token + "=", " " + token, token + "\n", token.substr(0, token.rfind('.')),
        std::string(9000, 'A') + "." + std::string("A.A"), token + std::string(8192, 'A')})
    EXPECT_EQ(code_of(verifier().verify(text, kNow)), "auth.token_invalid") << text.substr(0, 40);
}

TEST(Base64url, is_canonical) {
  // RFC 4648, 10, without padding.
  for (const auto& [plain, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                  {"f", "Zg"},
                                                                  {"fo", "Zm8"},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg"},
                                                                  {"fooba", "Zm9vYmE"},
                                                                  {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64url(plain), text);
    EXPECT_EQ(from_base64url(text).value_or("?"), plain);
  }
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  for (const char* bad : {"Zh", "Zm9", "Z", "Zg==", "Zm+v", "Zm/v", "Zm 9v", "Zm9vY"}) {
    EXPECT_FALSE(from_base64url(bad).has_value()) << bad;
  }
}

TEST(Digest, gives_the_published_values) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace pps::security
