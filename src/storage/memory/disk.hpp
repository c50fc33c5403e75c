#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "storage/engine.hpp"

namespace pps::storage::memory {

/// A disk with a durable and a volatile half. Several simulated processes may share one: their writes form one log,
/// each group decided against all groups before it, and a sync makes everything before it durable too.
/// Thread-safe.
class Disk {
 public:
  enum class Fault {
    unavailable,      ///< Refused, nothing written.
    unknown_before,   ///< `unknown_outcome`, and it was not done.
    unknown_after,    ///< `unknown_outcome`, and it was done.
  };
  /// The next `count` groups fail so.
  void fail_writes(std::size_t count, Fault fault);
  /// The next `count` reads answer `unavailable`.
  void fail_reads(std::size_t count);
  /// While full, writes answer `unavailable` "storage.no_space".
  void set_full(bool full);
  /// How long a sync takes: uniform between the two. 200 µs to 2 ms unless told.
  void set_sync_latency(Duration least, Duration most);
  /// Power loss: what was not synced is gone. A process that lives on gets `unknown_outcome` for it.
  void crash();
  /// kill -9 of whoever wrote: what was written stays, and is durable from now on.
  void replay();

  std::size_t unsynced_groups() const;
  std::uint64_t groups_written() const;

  // For the engine.
  Result<std::uint64_t> write(std::vector<KeyWrite> group);
  Result<void> sync(std::uint64_t ticket);
  Duration sync_latency(runtime::Random& random) const;
  Engine::Found newest(FamilyUse use, const std::string& key) const;
  Result<Engine::Found> durable(FamilyUse use, const std::string& key);
  Result<KeyPage> durable(const KeyRange& range);

 private:
  using Map = std::map<std::string, std::string>;
  struct Half {
    Map maps[2];
    void apply(const std::vector<KeyWrite>& group);
    Map& of(FamilyUse use) { return maps[static_cast<std::size_t>(use)]; }
    const Map& of(FamilyUse use) const { return maps[static_cast<std::size_t>(use)]; }
  };
  struct Unsynced {
    std::uint64_t ticket = 0;
    std::vector<KeyWrite> group;
  };
  bool take_read_fault();
  void sync_locked(std::uint64_t ticket);

  mutable std::mutex mutex_;
  Half durable_, newest_;
  std::deque<Unsynced> unsynced_;
  std::map<std::uint64_t, Error> lost_;  ///< Tickets whose sync answers an error.
  std::deque<Fault> faults_;
  std::size_t read_faults_ = 0;
  bool full_ = false;
  std::uint64_t tickets_ = 0;
  Duration least_{200}, most_{2000};
};

}  // namespace pps::storage::memory
