#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "runtime/runtime.hpp"

namespace pps::store {

/// Keeps licence keys unreadable at rest. `context` (the instance's id) is bound to the sealed
/// text, so that one instance's keys cannot be moved to another. Thread-safe.
class Sealer {
 public:
  virtual ~Sealer() = default;
  virtual std::string seal(const std::vector<std::string>& keys, std::string_view context) = 0;
  /// Error `internal` "store.unsealable" for a text that was changed or sealed with another key.
  virtual Result<std::vector<std::string>> open(std::string_view sealed,
                                                std::string_view context) = 0;
};

/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per text. @param key 32 bytes.
Result<std::shared_ptr<Sealer>> make_sealer(std::string key, runtime::Random& random);

}  // namespace pps::store
