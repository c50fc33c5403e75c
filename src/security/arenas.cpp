#include "security/arenas.hpp"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <algorithm>

#include "runtime/metrics.hpp"

namespace pps::security {

namespace {
/// Of one size there are as many as hashing threads; a change of cost brings a second size.
constexpr std::size_t kMostIdle = 16;

metrics::Gauge& gauge() {
  static metrics::Gauge& held =
      metrics::gauge("pps_password_memory_bytes", "Memory held for hashing passwords, in use or kept for the next.");
  return held;
}
}  // namespace

Arenas& Arenas::instance() {
  static Arenas arenas;
  return arenas;
}

std::uint8_t* Arenas::take(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto fits = std::find_if(idle_.begin(), idle_.end(), [&](const Block& one) { return one.bytes == bytes; });
  if (fits != idle_.end()) {
    std::uint8_t* memory = fits->memory;
    idle_.erase(fits);
    return memory;
  }
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  held_ += bytes;
  gauge().set(static_cast<std::int64_t>(held_));
  return static_cast<std::uint8_t*>(memory);
}

void Arenas::give_back(std::uint8_t* memory, std::size_t bytes) {
  OPENSSL_cleanse(memory, bytes);
  const std::lock_guard lock(mutex_);
  idle_.push_back({memory, bytes});
  if (idle_.size() <= kMostIdle) return;
  unmap(idle_.front());
  idle_.erase(idle_.begin());
}

void Arenas::release_idle() {
  const std::lock_guard lock(mutex_);
  for (const Block& block : idle_) unmap(block);
  idle_.clear();
}

std::size_t Arenas::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void Arenas::unmap(const Block& block) {
  munmap(block.memory, block.bytes);
  held_ -= block.bytes;
  gauge().set(static_cast<std::int64_t>(held_));
}

}  // namespace pps::security
