#include <rocksdb/compaction_filter.h>

#include "storage/layout.hpp"
#include "storage/rocksdb/engine.hpp"

namespace pps::storage::rocksdb {

namespace rdb = ::rocksdb;

namespace {
class LeaveOutExpired final : public rdb::CompactionFilter {
 public:
  explicit LeaveOutExpired(std::int64_t now_s) : now_s_(now_s) {}
  const char* Name() const override { return "pps.LeaveOutExpired"; }
  bool Filter(int, const rdb::Slice&, const rdb::Slice& value, std::string*, bool*) const override {
    constexpr std::int64_t kGrace_s = 3600;
    const auto stored = layout::unpack({value.data(), value.size()});
    return stored && stored->is_gone(now_s_ - kGrace_s);
  }

 private:
  std::int64_t now_s_;
};

class LeaveOutExpiredFactory final : public rdb::CompactionFilterFactory {
 public:
  explicit LeaveOutExpiredFactory(std::shared_ptr<const std::atomic<std::int64_t>> now_s) : now_s_(std::move(now_s)) {}
  const char* Name() const override { return "pps.LeaveOutExpiredFactory"; }
  std::unique_ptr<rdb::CompactionFilter> CreateCompactionFilter(const rdb::CompactionFilter::Context&) override {
    return std::make_unique<LeaveOutExpired>(now_s_->load(std::memory_order_relaxed));
  }

 private:
  std::shared_ptr<const std::atomic<std::int64_t>> now_s_;
};
}  // namespace

std::shared_ptr<rdb::CompactionFilterFactory> leave_out_expired(std::shared_ptr<const std::atomic<std::int64_t>> now_s) {
  return std::make_shared<LeaveOutExpiredFactory>(std::move(now_s));
}

}  // namespace pps::storage::rocksdb
