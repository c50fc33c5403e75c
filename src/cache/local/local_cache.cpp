#include "cache/local/local_cache.hpp"

#include <list>
#include <string_view>
#include <unordered_map>

#include "runtime/metrics.hpp"
#include "runtime/sync.hpp"

namespace pps::cache {
namespace {

constexpr std::size_t kBookkeeping = 150;

class LocalCache final : public Cache, public std::enable_shared_from_this<LocalCache> {
 public:
  LocalCache(runtime::Runtime& runtime, LocalOptions options)
      : runtime_(runtime),
        options_(std::move(options)),
        hits_(requests("hit")),
        misses_(requests("miss")),
        joined_(requests("joined")),
        evictions_(metrics::counter("pps_cache_evictions_total", "Values dropped to make room.",
                                    {{"cache", options_.name}})),
        bytes_metric_(metrics::gauge("pps_cache_bytes", "Bytes held.", {{"cache", options_.name}})) {}

  Task<Entry> get_or_load(std::string key, Load load) override {
    if (const Node* node = find(key)) {
      hits_.add();
      co_return node->entry;
    }
    const auto self = shared_from_this();
    if (const auto it = flights_.find(key); it != flights_.end()) {
      joined_.add();
      const std::shared_ptr<Flight> flight = it->second;
      Result<Entry> result = co_await flight->get();
      co_return result;
    }
    misses_.add();
    const auto flight = std::make_shared<Flight>();
    flights_.emplace(key, flight);
    Result<Entry> result = co_await load();
    const auto it = flights_.find(key);
    if (it != flights_.end() && it->second == flight) {  // else it was invalidated meanwhile
      flights_.erase(it);
      if (result) keep(key, *result);
    }
    flight->fulfil(result);
    co_return result;
  }

  void invalidate(const std::string& key) override {
    flights_.erase(key);
    if (const auto it = index_.find(key); it != index_.end()) drop(it->second);
  }

 private:
  using Flight = runtime::Promise<Entry>;
  struct Node {
    std::string key;
    Entry entry;
    Duration made_at;
    std::size_t cost = 0;
  };
  using Nodes = std::list<Node>;

  metrics::Counter& requests(const char* outcome) const {
    return metrics::counter("pps_cache_requests_total", "Look-ups by how they ended.",
                            {{"cache", options_.name}, {"outcome", outcome}});
  }

  const Node* find(const std::string& key) {
    const auto it = index_.find(key);
    if (it == index_.end()) return nullptr;
    if (runtime_.clock.monotonic() - it->second->made_at > options_.ttl) {
      drop(it->second);
      return nullptr;
    }
    nodes_.splice(nodes_.begin(), nodes_, it->second);
    return &nodes_.front();
  }

  void keep(const std::string& key, const Entry& entry) {
    const std::size_t cost = kBookkeeping + key.size() + entry.tag.size() + (entry.bytes ? entry.bytes->size() : 0);
    if (cost > options_.max_bytes / 8) return;
    nodes_.push_front(Node{key, entry, runtime_.clock.monotonic(), cost});
    index_.emplace(nodes_.front().key, nodes_.begin());
    bytes_ += cost;
    while (bytes_ > options_.max_bytes) {
      evictions_.add();
      drop(std::prev(nodes_.end()));
    }
    bytes_metric_.set(static_cast<std::int64_t>(bytes_));
  }

  void drop(Nodes::iterator node) {
    bytes_ -= node->cost;
    bytes_metric_.set(static_cast<std::int64_t>(bytes_));
    index_.erase(node->key);
    nodes_.erase(node);
  }

  runtime::Runtime& runtime_;
  const LocalOptions options_;
  metrics::Counter& hits_;
  metrics::Counter& misses_;
  metrics::Counter& joined_;
  metrics::Counter& evictions_;
  metrics::Gauge& bytes_metric_;
  Nodes nodes_;  ///< Most recently used first.
  std::unordered_map<std::string_view, Nodes::iterator> index_;  ///< Views into the nodes' keys.
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::shared_ptr<Cache> make_local_cache(runtime::Runtime& runtime, LocalOptions options) {
  return std::make_shared<LocalCache>(runtime, std::move(options));
}

}  // namespace pps::cache
