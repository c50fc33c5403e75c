#pragma once

#include <memory>

#include "bus/bus.hpp"
#include "runtime/runtime.hpp"
#include "services/store/api.hpp"
#include "storage/keyring.hpp"
#include "storage/table.hpp"

namespace pps::store {

struct Dependencies {
  runtime::Runtime& runtime;
  std::shared_ptr<storage::Table> table;
  std::shared_ptr<bus::Bus> bus;
  storage::SecretKey key;  ///< The key-encryption key behind the sealed licence keys.
  std::uint16_t shards = 4;
};

/// The Product Store of this process, its shards open. Errors: those of opening; `invalid`
/// "encryption.wrong_key".
Task<std::shared_ptr<StoreApi>> make_local(Dependencies dependencies);

}  // namespace pps::store
