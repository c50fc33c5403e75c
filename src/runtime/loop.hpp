#pragma once

#include <memory>

#include "runtime/runtime.hpp"

namespace pps::runtime {

/// The real world: one io_context run by the calling thread, system clocks, OpenSSL's random generator, and the pools of
/// Runtime, which keep kinds of work from waiting for each other.
class Loop {
 public:
  struct Options {
    std::size_t pool_threads = 2;
    std::size_t pool_queue = 1024;  ///< Work waiting beyond this is refused.
    std::size_t hash_threads = 2;
    std::size_t hash_queue = 128;  ///< A few seconds of hashing: who comes later is told to come again.
    std::size_t mail_threads = 4;
    std::size_t mail_queue = 64;
  };
  explicit Loop(Options options);
  Loop() : Loop(Options{}) {}
  ~Loop();
  Loop(const Loop&) = delete;

  Runtime& runtime();
  void run();   ///< Until `stop`, on the calling thread. May be called again afterwards.
  void stop();  ///< Thread-safe. Pools finish what they have begun.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pps::runtime
