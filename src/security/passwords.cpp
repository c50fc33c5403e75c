#include "security/passwords.hpp"

#include <argon2.h>
#include <openssl/crypto.h>

#include <array>

#include "runtime/sync.hpp"
#include "security/arenas.hpp"

namespace pps::security {

namespace {
constexpr std::size_t kSalt = 16;
constexpr std::size_t kHash = 32;

// How long memory for hashing is kept after the last hash.
constexpr Duration kIdle = std::chrono::seconds(10);

int take_arena(std::uint8_t** memory, std::size_t bytes) {
  *memory = Arenas::instance().take(bytes);
  return *memory ? ARGON2_OK : ARGON2_MEMORY_ALLOCATION_ERROR;
}
void give_arena_back(std::uint8_t* memory, std::size_t bytes) { Arenas::instance().give_back(memory, bytes); }

Result<std::array<std::uint8_t, kHash>> derive(const std::string& password,
                                               const std::string& pepper, const std::string& salt,
                                               PasswordCost cost) {
  std::array<std::uint8_t, kHash> out{};
  std::string pass = password;
  std::string secret = pepper;
  std::string salt_copy = salt;
  const auto bytes = [](std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); };
  const auto size = [](const std::string& text) { return static_cast<std::uint32_t>(text.size()); };
  argon2_context context{};
  context.out = out.data();
  context.outlen = kHash;
  context.pwd = bytes(pass);
  context.pwdlen = size(pass);
  context.salt = bytes(salt_copy);
  context.saltlen = size(salt_copy);
  context.secret = secret.empty() ? nullptr : bytes(secret);
  context.secretlen = size(secret);
  context.t_cost = cost.passes;
  context.m_cost = cost.memory_kib;
  context.lanes = cost.lanes;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = take_arena;
  context.free_cbk = give_arena_back;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const int status = argon2id_ctx(&context);
  OPENSSL_cleanse(pass.data(), pass.size());
  OPENSSL_cleanse(secret.data(), secret.size());
  if (status != ARGON2_OK)
    return fail(ErrorKind::unavailable, "overloaded", argon2_error_message(status));
  return out;
}

std::string base64(std::string_view bytes) {  // PHC: standard alphabet, no padding
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (have += 8; have >= 6;) out += kAlphabet[(bits >> (have -= 6)) & 63];
  }
  if (have > 0) out += kAlphabet[(bits << (6 - have)) & 63];
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(at);
    if ((have += 6) >= 8) out += static_cast<char>(bits >> (have -= 8));
  }
  return out;
}

struct Phc {
  PasswordCost cost;
  std::string salt, hash;
};

// $argon2id$v=19$m=47104,t=1,p=1$<salt>$<hash>
std::optional<Phc> parse(const std::string& text) {
  Phc phc;
  std::array<char, 64> salt{};
  std::array<char, 128> hash{};
  int end = 0;
  const int read = std::sscanf(text.c_str(), "$argon2id$v=19$m=%u,t=%u,p=%u$%63[^$]$%127[^$]%n",
                               &phc.cost.memory_kib, &phc.cost.passes, &phc.cost.lanes, salt.data(),
                               hash.data(), &end);
  if (read != 5 || static_cast<std::size_t>(end) != text.size()) return std::nullopt;
  const auto salt_bytes = unbase64(salt.data());
  const auto hash_bytes = unbase64(hash.data());
  if (!salt_bytes || !hash_bytes || hash_bytes->size() != kHash) return std::nullopt;
  phc.salt = *salt_bytes;
  phc.hash = *hash_bytes;
  return phc;
}

std::string print(const Phc& phc) {
  return fmt::format("$argon2id$v=19$m={},t={},p={}${}${}", phc.cost.memory_kib, phc.cost.passes,
                     phc.cost.lanes, base64(phc.salt), base64(phc.hash));
}

std::string text_of(const std::array<std::uint8_t, kHash>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string random_salt(runtime::Random& random) {
  std::string salt(kSalt, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(salt.data()), salt.size()});
  return salt;
}
}  // namespace

Passwords::Passwords(runtime::Runtime& runtime, PasswordCost cost, std::string pepper)
    : runtime_(runtime),
      cost_(cost),
      pepper_(std::move(pepper)),
      decoy_(print({cost, random_salt(runtime.random), std::string(kHash, '\0')})) {}

/// A shop at night holds none.
void Passwords::release_when_idle() {
  release_ = runtime_.timers.call_at(runtime_.clock.monotonic() + kIdle, [] { Arenas::instance().release_idle(); });
}

Task<std::string> Passwords::hash(std::string password) {
  Result<std::string> normal = to_nfc(password);
  if (!normal) co_return fail(std::move(normal).error());
  std::function<Result<std::string>()> work =
      [password = std::move(*normal), pepper = pepper_, cost = cost_,
       salt = random_salt(runtime_.random)]() -> Result<std::string> {
    const auto derived = derive(password, pepper, salt, cost);
    if (!derived) return fail(derived.error());
    return print({cost, salt, text_of(*derived)});
  };
  Result<std::string> phc = co_await runtime::run_on<std::string>(runtime_, runtime_.hash_pool, std::move(work));
  release_when_idle();
  co_return phc;
}

Task<Passwords::Verdict> Passwords::verify(std::string password, std::string phc) {
  Result<std::string> normal = to_nfc(password);
  const bool can_match = normal.has_value() && !phc.empty();
  const auto parsed = parse(phc.empty() ? decoy_ : phc);
  if (!parsed)
    co_return fail(ErrorKind::internal, "password.corrupt", "a kept password hash cannot be read");
  std::function<Result<Verdict>()> work = [password = normal.value_or(""), pepper = pepper_,
                                           kept = *parsed, can_match,
                                           cost = cost_]() -> Result<Verdict> {
    const auto derived = derive(password, pepper, kept.salt, kept.cost);
    if (!derived) return fail(derived.error());
    const bool equal = CRYPTO_memcmp(derived->data(), kept.hash.data(), kHash) == 0;
    return Verdict{equal && can_match, kept.cost != cost};
  };
  Result<Verdict> verdict = co_await runtime::run_on<Verdict>(runtime_, runtime_.hash_pool, std::move(work));
  release_when_idle();
  co_return verdict;
}

}  // namespace pps::security
