#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace pps::security {

/// Blocks of memory for argon2, kept between hashes: to have 46 MiB mapped anew for each costs more than argon2 itself. One
/// for the process, since argon2 asks for memory without saying for whom. Thread-safe.
class Arenas {
 public:
  static Arenas& instance();

  /// Null if there is no memory.
  std::uint8_t* take(std::size_t bytes);
  /// @param bytes as it was taken. Its content is wiped.
  void give_back(std::uint8_t* memory, std::size_t bytes);
  /// Hands what nobody uses back to the system.
  void release_idle();
  /// Bytes held, in use or not.
  std::size_t held() const;

 private:
  struct Block {
    std::uint8_t* memory;
    std::size_t bytes;
  };
  void unmap(const Block& block);

  mutable std::mutex mutex_;  ///< Guards what follows.
  std::vector<Block> idle_;
  std::size_t held_ = 0;
};

}  // namespace pps::security
