#pragma once

#include <map>
#include <memory>

#include "base/id.hpp"
#include "runtime/sync.hpp"

namespace pps::catalogue {

/// One writer of a product at a time: a change reads, checks and writes, and waits in between. Loop-confined.
class ProductLocks {
 public:
  /// Held until destroyed.
  class Held {
   public:
    Held(ProductLocks* locks, ProductId id) : locks_(locks), id_(id) {}
    Held(Held&& other) noexcept : locks_(std::exchange(other.locks_, nullptr)), id_(other.id_) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (locks_) locks_->release(id_);
    }

   private:
    ProductLocks* locks_;
    ProductId id_;
  };

  boost::asio::awaitable<Held> acquire(ProductId id) {
    auto& entry = entries_[id];
    if (!entry) entry = std::make_shared<Entry>();
    const std::shared_ptr<Entry> mine = entry;
    ++mine->users;
    co_await mine->semaphore.acquire();
    co_return Held(this, id);
  }

 private:
  struct Entry {
    runtime::Semaphore semaphore{1};
    int users = 0;
  };
  void release(ProductId id) {
    const auto it = entries_.find(id);
    const std::shared_ptr<Entry> entry = it->second;
    if (--entry->users == 0) entries_.erase(it);
    entry->semaphore.release();
  }

  std::map<ProductId, std::shared_ptr<Entry>> entries_;
};

}  // namespace pps::catalogue
