#pragma once

#include "shop.hpp"

namespace pps::simulation {

/// What goes wrong beside single exchanges, until the faults are stopped: processes die, alone or with the power; two
/// own a shard for a while; clocks are wrong; the disk does not answer or is full; the warehouse loses what it packed.
class Trouble {
 public:
  explicit Trouble(Shop& shop) : shop_(shop) {}
  void start();

 private:
  boost::asio::awaitable<void> make();
  void one();
  void twin();
  void lose_goods();
  void break_disk();
  boost::asio::awaitable<void> kill_later(runtime::SimulatedProcess& process);
  boost::asio::awaitable<void> make_room();

  Shop& shop_;
};

}  // namespace pps::simulation
