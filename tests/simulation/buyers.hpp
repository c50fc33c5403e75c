#pragma once

#include <boost/json/array.hpp>

#include "shop.hpp"

namespace pps::simulation {

/// The load of a run, and what its buyers were told.
class Buyers {
 public:
  explicit Buyers(Shop& shop) : shop_(shop) {}
  /// Books the first stock, and lets everybody begin within `span`.
  void start(int purchases, Duration span);
  /// Nobody waits for a reply any more.
  bool all_left() const { return left_ == begun_; }
  std::size_t accepted() const { return accepted_; }
  /// Records for the checker: accepted, seen, cancel_accepted.
  /// From now on every event of a purchase is a record.
  void listen();
  boost::json::array& records() { return records_; }

 private:
  boost::asio::awaitable<void> stock();
  boost::asio::awaitable<void> buy(int number, Duration begin);
  /// A licence alone, with a key of its own.
  void take_what_there_is(orchestrator::AcceptRequest& request);
  Task<orchestrator::Purchase> place(orchestrator::AcceptRequest request);
  boost::asio::awaitable<void> watch(orchestrator::Purchase purchase);
  Task<void> cancel(PurchaseId id);
  orchestrator::AcceptRequest order(int number);
  void saw(const orchestrator::Purchase& purchase);

  Shop& shop_;
  std::size_t begun_ = 0, left_ = 0, accepted_ = 0;
  boost::json::array records_;
};

}  // namespace pps::simulation
