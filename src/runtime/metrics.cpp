#include "runtime/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <mutex>
#include <variant>

#include "base/result.hpp"

namespace pps::metrics {

namespace {

constexpr std::array<std::int64_t, 17> kBoundsUs{
    50,     100,     250,     500,     1'000,     2'500,     5'000,     10'000,    25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

template <class T>
using Cells = std::map<Labels, std::unique_ptr<T>>;

struct Family {
  std::string help;
  std::variant<Cells<Counter>, Cells<Gauge>, Cells<Histogram>> cells;
};

struct Registry {
  std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;
};

// Never destroyed: handles are used until the very end of the process.
Registry& registry() {
  static auto* instance = new Registry;
  return *instance;
}

template <class T>
T& cell(std::string_view name, std::string_view help, const Labels& labels) {
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  auto found = all.families.find(name);
  if (found == all.families.end())
    found = all.families.emplace(std::string(name), Family{std::string(help), Cells<T>{}}).first;
  auto* cells = std::get_if<Cells<T>>(&found->second.cells);
  PPS_INVARIANT(cells != nullptr);  // one name, two kinds of metric
  auto& slot = (*cells)[labels];
  if (!slot) slot = std::make_unique<T>();
  return *slot;
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

std::string label_text(const Labels& labels, std::string_view extra = {}) {
  std::string out;
  for (const auto& [key, value] : labels)
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", key, escaped(value, true));
  if (!extra.empty()) out += fmt::format("{}{}", out.empty() ? "" : ",", extra);
  return out.empty() ? out : "{" + out + "}";
}

struct Expose {
  std::string& out;
  const std::string& name;

  void operator()(const Cells<Counter>& cells) const {
    out += fmt::format("# TYPE {} counter\n", name);
    for (const auto& [labels, counter] : cells)
      out += fmt::format("{}{} {}\n", name, label_text(labels), counter->value());
  }
  void operator()(const Cells<Gauge>& cells) const {
    out += fmt::format("# TYPE {} gauge\n", name);
    for (const auto& [labels, gauge] : cells)
      out += fmt::format("{}{} {}\n", name, label_text(labels), gauge->value());
  }
  void operator()(const Cells<Histogram>& cells) const {
    out += fmt::format("# TYPE {} histogram\n", name);
    for (const auto& [labels, histogram] : cells) {
      const auto snapshot = histogram->snapshot();
      for (const auto& [bound, count] : snapshot.cumulative)
        out += fmt::format("{}_bucket{} {}\n", name,
                           label_text(labels, fmt::format("le=\"{}\"", bound)), count);
      out +=
          fmt::format("{}_bucket{} {}\n", name, label_text(labels, "le=\"+Inf\""), snapshot.count);
      out += fmt::format("{}_sum{} {}\n", name, label_text(labels), snapshot.sum_seconds);
      out += fmt::format("{}_count{} {}\n", name, label_text(labels), snapshot.count);
    }
  }
};

}  // namespace

void Histogram::observe_us(std::int64_t microseconds) {
  static_assert(kBoundsUs.size() == kBuckets);
  const std::int64_t value = std::max<std::int64_t>(microseconds, 0);
  const auto bucket =
      std::lower_bound(kBoundsUs.begin(), kBoundsUs.end(), value) - kBoundsUs.begin();
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(value), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot out;
  for (int i = 0; i < kBuckets; ++i) {
    out.count += buckets_[i].load(std::memory_order_relaxed);
    out.cumulative.emplace_back(static_cast<double>(kBoundsUs[static_cast<std::size_t>(i)]) / 1e6,
                                out.count);
  }
  out.count += buckets_[kBuckets].load(std::memory_order_relaxed);
  out.sum_seconds = static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6;
  return out;
}

Counter& counter(std::string_view name, std::string_view help, const Labels& labels) {
  return cell<Counter>(name, help, labels);
}
Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return cell<Gauge>(name, help, labels);
}
Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels) {
  return cell<Histogram>(name, help, labels);
}

std::string expose() {
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  std::string out;
  for (const auto& [name, family] : all.families) {
    out += fmt::format("# HELP {} {}\n", name, escaped(family.help, false));
    std::visit(Expose{out, name}, family.cells);
  }
  return out;
}

}  // namespace pps::metrics
