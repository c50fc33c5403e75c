#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/task.hpp"

/// The cache port: replies that are costly to make are kept, by key, until they are invalidated, too old, or there is
/// no room. What it holds can always be made again, so losing any of it is never an error.
namespace pps::cache {

/// A cached value: its bytes, shared with whoever is sending them, and a short text kept beside them (an ETag).
struct Entry {
  std::shared_ptr<const std::string> bytes;
  std::string tag;
};

/// Makes a value. Owns what it touches: it may run on after its first caller has gone.
using Load = std::function<Task<Entry>()>;

/// Implementations: cache/local; Redis later. Loop-confined.
class Cache {
 public:
  virtual ~Cache() = default;
  /// The value kept under `key`, else what `load` makes; callers that ask while it is being made wait for the same one
  /// (single-flight). An error of `load` reaches all of them and is not kept.
  virtual Task<Entry> get_or_load(std::string key, Load load) = 0;
  /// Forgets the key. A load of it that is under way still answers those who wait for it, but is not kept, and whoever
  /// asks after this call loads anew: call it once the change is durable, and nobody reads the value before it again.
  virtual void invalidate(const std::string& key) = 0;
};

}  // namespace pps::cache
