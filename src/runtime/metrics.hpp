#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Prometheus metrics, process-wide. Get a handle once (a map look-up), keep it, count with it (an
/// atomic add). Names follow Prometheus: `pps_purchases_accepted_total`, units last (`_seconds`,
/// `_bytes`).
namespace pps::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t v) { value_.store(v, std::memory_order_relaxed); }
  void add(std::int64_t v) { value_.fetch_add(v, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Latency in seconds, fixed buckets from 50 µs to 10 s.
class Histogram {
 public:
  void observe_us(std::int64_t microseconds);
  struct Snapshot {
    std::vector<std::pair<double, std::uint64_t>>
        cumulative;  ///< (upper bound in seconds, count ≤ it)
    std::uint64_t count = 0;
    double sum_seconds = 0;
  };
  Snapshot snapshot() const;

 private:
  static constexpr int kBuckets = 17;
  std::atomic<std::uint64_t> buckets_[kBuckets + 1]{};
  std::atomic<std::uint64_t> sum_us_{0};
};

Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {});

/// The text exposition format 0.0.4 of all of them.
std::string expose();

}  // namespace pps::metrics
