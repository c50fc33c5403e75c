#pragma once

#include <memory>

#include "runtime/runtime.hpp"
#include "services/shoppers/api.hpp"
#include "storage/keyring.hpp"
#include "storage/table.hpp"

namespace pps::shoppers {

struct Dependencies {
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  storage::SecretKey key;  ///< The key-encryption key behind the sealed addresses.
  std::uint16_t shards = 4;
};

/// Errors: those of opening; `invalid` "encryption.wrong_key".
Task<std::shared_ptr<ShoppersApi>> make_local(Dependencies dependencies);

}  // namespace pps::shoppers
