#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runtime/runtime.hpp"
#include "runtime/task.hpp"

namespace pps::security {

/// Cost of argon2id (RFC 9106). The floor is OWASP's: 19456 KiB, 2 passes.
struct PasswordCost {
  std::uint32_t memory_kib = 47'104;
  std::uint32_t passes = 1;
  std::uint32_t lanes = 1;
  bool operator==(const PasswordCost&) const = default;
};

/// Hashes and checks passwords on a pool, at most as many at once as the pool has threads; their
/// memory (Arenas) is handed back 10 s after the last. A PHC string is what is kept. Loop-confined. Both answer `unavailable` "overloaded"
/// when the pool's queue is full.
class Passwords {
 public:
  /// @param pepper a secret outside the database, mixed into every hash (argon2's secret); may be
  /// empty in tests.
  Passwords(runtime::Runtime& runtime, PasswordCost cost, std::string pepper);

  /// @param password UTF-8 of any length up to 4096 bytes; hashed in NFC.
  Task<std::string> hash(std::string password);
  struct Verdict {
    bool matches = false;
    bool outdated =
        false;  ///< Hashed at another cost: hash again now that the password is at hand.
  };
  /// @param phc empty for an account that does not exist: takes as long, and never matches.
  Task<Verdict> verify(std::string password, std::string phc);

 private:
  void release_when_idle();

  runtime::Runtime& runtime_;
  runtime::TimerHandle release_;
  PasswordCost cost_;
  std::string pepper_;
  std::string decoy_;
};

/// NFC of a text (Unicode 15); error `invalid` "text.encoding" if it is not UTF-8.
Result<std::string> to_nfc(std::string_view text);
/// The form under which addresses are compared: trimmed, NFKC, case-folded (UTS 46's mapping of an
/// account's name).
Result<std::string> canonical_email(std::string_view email);
/// Characters (code points) of a UTF-8 text.
std::size_t count_characters(std::string_view text);

}  // namespace pps::security
