#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pps::security {

/// The claims of an access token (RFC 9068). Times in Unix seconds.
struct Claims {
  std::string issuer, audience, subject, client_id, session_id, jti, scope;
  std::int64_t issued_at = 0, expires_at = 0;
};

/// An RSA key for RS256 (RFC 7518, 3.3). Thread-compatible; the parsed key and its contexts are
/// kept between calls.
class SigningKey {
 public:
  static Result<SigningKey> generate();  ///< 2048 bits; about 100 ms.
  static Result<SigningKey> from_pem(std::string_view pem);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  std::string to_pem() const;     ///< PKCS#8, unencrypted: for encrypted storage only.
  const std::string& id() const;  ///< The key's RFC 7638 thumbprint.
  std::string jwk() const;        ///< The public half as JSON (RFC 7517), with use, alg and kid.
  /// `base64url(header).base64url(claims).base64url(signature)`, typ `at+jwt`.
  std::string sign(const Claims& claims) const;

 private:
  friend class TokenVerifier;
  SigningKey();
  struct State;
  std::unique_ptr<State> state_;
};

/// Checks access tokens against the keys of one issuer, as RFC 8725 asks: one algorithm per key,
/// `typ` at+jwt, no `jwk`, `jku`, `x5u`, `x5c` or `crit`, exact issuer, not before `iat` − 60 s,
/// not after `exp`.
class TokenVerifier {
 public:
  explicit TokenVerifier(std::string issuer) : issuer_(std::move(issuer)) {}
  void set_keys(std::vector<std::shared_ptr<const SigningKey>> keys) { keys_ = std::move(keys); }
  /// Error `unauthenticated` "auth.token_invalid"; detail says why, for logs.
  Result<Claims> verify(std::string_view token, std::int64_t now_s) const;

 private:
  std::string issuer_;
  std::vector<std::shared_ptr<const SigningKey>> keys_;
};

std::string base64url(std::string_view bytes);
/// Strict: no padding, no other characters, canonical last bits.
Result<std::string> from_base64url(std::string_view text);
std::string sha256(std::string_view bytes);  ///< 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string to_hex(std::string_view bytes);
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace pps::security
