#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "cache/cache.hpp"
#include "runtime/runtime.hpp"

namespace pps::cache {

struct LocalOptions {
  std::string name;  ///< Label `cache` of its metrics.
  std::size_t max_bytes = 32 << 20;  ///< Of keys, values and about 150 bytes of bookkeeping each.
  Duration ttl = std::chrono::minutes(10);  ///< Older values are made anew.
};

/// The cache in this process's memory: least recently used go first. A value of more than an eighth of `max_bytes` is
/// answered but not kept. Metrics: pps_cache_requests_total{cache,outcome=hit|miss|joined}, pps_cache_bytes{cache},
/// pps_cache_evictions_total{cache}.
std::shared_ptr<Cache> make_local_cache(runtime::Runtime& runtime, LocalOptions options);

}  // namespace pps::cache
