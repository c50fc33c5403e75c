#include "storage/memory/disk.hpp"

#include <algorithm>

namespace pps::storage::memory {

namespace {
Error unknown(std::string detail) { return {ErrorKind::unknown_outcome, "storage.unknown", std::move(detail)}; }
Error unreadable() { return {ErrorKind::unavailable, "storage.unavailable", "injected: the disk does not answer"}; }
}  // namespace

void Disk::Half::apply(const std::vector<KeyWrite>& group) {
  for (const auto& write : group) {
    Map& map = of(write.use);
    if (!write.range_end.empty())
      map.erase(map.lower_bound(write.key), map.lower_bound(write.range_end));
    else if (write.value)
      map.insert_or_assign(write.key, *write.value);
    else
      map.erase(write.key);
  }
}

void Disk::fail_writes(std::size_t count, Fault fault) {
  std::scoped_lock lock(mutex_);
  faults_.insert(faults_.end(), count, fault);
}

void Disk::fail_reads(std::size_t count) {
  std::scoped_lock lock(mutex_);
  read_faults_ += count;
}

void Disk::set_full(bool full) {
  std::scoped_lock lock(mutex_);
  full_ = full;
}

void Disk::set_sync_latency(Duration least, Duration most) {
  std::scoped_lock lock(mutex_);
  least_ = least;
  most_ = std::max(least, most);
}

void Disk::crash() {
  std::scoped_lock lock(mutex_);
  for (const auto& [ticket, group] : unsynced_) lost_[ticket] = unknown("the write was lost with the power");
  unsynced_.clear();
  newest_ = durable_;
}

void Disk::replay() {
  std::scoped_lock lock(mutex_);
  sync_locked(tickets_);
}

std::size_t Disk::unsynced_groups() const {
  std::scoped_lock lock(mutex_);
  return unsynced_.size();
}

std::uint64_t Disk::groups_written() const {
  std::scoped_lock lock(mutex_);
  return tickets_;
}

Result<std::uint64_t> Disk::write(std::vector<KeyWrite> group) {
  std::scoped_lock lock(mutex_);
  if (full_) return std::unexpected(Error{ErrorKind::unavailable, "storage.no_space", "the disk is full", {}, 1});
  std::optional<Fault> fault;
  if (!faults_.empty()) {
    fault = faults_.front();
    faults_.pop_front();
  }
  if (fault == Fault::unavailable) return fail(ErrorKind::unavailable, "storage.unavailable", "injected: refused");
  const std::uint64_t ticket = ++tickets_;
  if (fault) lost_[ticket] = unknown("injected: no answer");
  if (fault == Fault::unknown_before) return ticket;
  newest_.apply(group);
  unsynced_.push_back({ticket, std::move(group)});
  return ticket;
}

void Disk::sync_locked(std::uint64_t ticket) {
  while (!unsynced_.empty() && unsynced_.front().ticket <= ticket) {
    durable_.apply(unsynced_.front().group);
    unsynced_.pop_front();
  }
}

Result<void> Disk::sync(std::uint64_t ticket) {
  std::scoped_lock lock(mutex_);
  sync_locked(ticket);
  const auto lost = lost_.find(ticket);
  if (lost == lost_.end()) return {};
  Error error = std::move(lost->second);
  lost_.erase(lost);
  return fail(std::move(error));
}

Duration Disk::sync_latency(runtime::Random& random) const {
  std::scoped_lock lock(mutex_);
  return least_ + Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>((most_ - least_).count()) + 1)));
}

Engine::Found Disk::newest(FamilyUse use, const std::string& key) const {
  std::scoped_lock lock(mutex_);
  const auto found = newest_.of(use).find(key);
  return found == newest_.of(use).end() ? Engine::Found() : Engine::Found(found->second);
}

bool Disk::take_read_fault() {
  if (read_faults_ == 0) return false;
  --read_faults_;
  return true;
}

Result<Engine::Found> Disk::durable(FamilyUse use, const std::string& key) {
  std::scoped_lock lock(mutex_);
  if (take_read_fault()) return fail(unreadable());
  const auto found = durable_.of(use).find(key);
  return found == durable_.of(use).end() ? Engine::Found() : Engine::Found(found->second);
}

Result<KeyPage> Disk::durable(const KeyRange& range) {
  std::scoped_lock lock(mutex_);
  if (take_read_fault()) return fail(unreadable());
  const Map& map = durable_.of(range.use);
  const auto first = map.lower_bound(range.from);
  const auto last = map.lower_bound(range.to);
  KeyPage page;
  std::size_t bytes = 0;
  const auto take = [&](const auto& row) {
    page.more = page.rows.size() == range.limit || bytes > kMaxPageBytes;
    if (page.more) return false;
    bytes += row.first.size() + row.second.size();
    page.rows.push_back({row.first, row.second});
    return true;
  };
  if (range.backwards) {
    for (auto at = last; at != first && take(*std::prev(at));) --at;
  } else {
    for (auto at = first; at != last && take(*at);) ++at;
  }
  return page;
}

}  // namespace pps::storage::memory
