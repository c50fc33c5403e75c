#include "bus/embedded/topic.hpp"

#include <algorithm>
#include <charconv>

#include "storage/keys.hpp"

namespace pps::bus::embedded {

using storage::Condition;
using storage::FamilyUse;
using storage::KeyReader;
using storage::KeyWriter;
using storage::Put;
using storage::Row;
using storage::RowKey;
using storage::RowKind;
using storage::ScanPage;
using storage::ScanQuery;

namespace {
constexpr storage::Family kLog{"bus_log", FamilyUse::conditional};
constexpr storage::Family kOffsets{"bus_offsets", FamilyUse::plain};
constexpr RowKind kEntry = 1;
constexpr RowKind kMark = 2;
constexpr RowKind kOffset = 1;
/// Room in a commit beside the entries: static row, marks, the erased range.
constexpr std::size_t kMaxGroupBytes = storage::kMaxBatchBytes - (64 << 10);
constexpr std::size_t kMaxGroups = 256;
/// Old entries go in ranges of at least this many.
constexpr std::uint64_t kEraseStep = 1024;
constexpr int kMaxTries = 20;

const RowKey kStaticRow{0, ""};

struct LogEntry {
  std::string origin;
  Event event;
  static constexpr auto columns() {
    return std::tuple(storage::column<1>(&LogEntry::origin), storage::column<2>(&LogEntry::event));
  }
};
struct Number {
  std::uint64_t value = 0;
  static constexpr auto columns() { return std::tuple(storage::column<1>(&Number::value)); }
};

std::string offset_key(std::uint64_t offset) { return KeyWriter().u64(offset).take(); }

/// "<service>/<shard>/<seq>" → ("<service>/<shard>", seq).
std::optional<std::pair<std::string, std::uint64_t>> parse_origin(const std::string& origin) {
  const auto slash = origin.rfind('/');
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  std::uint64_t seq = 0;
  const char* end = origin.data() + origin.size();
  const auto [stop, error] = std::from_chars(origin.data() + slash + 1, end, seq);
  if (error != std::errc() || stop != end || seq == 0) return std::nullopt;
  return std::pair(origin.substr(0, slash), seq);
}

std::size_t size_of(const Bus::Entry& entry) {
  return 128 + 2 * entry.origin.size() + entry.event.topic.size() + entry.event.type.size() + entry.event.key.size() +
         entry.event.body.size();
}

ScanQuery all_of_kind(const storage::Family& family, const std::string& partition, RowKind kind) {
  ScanQuery query;
  query.family = &family;
  query.partition = partition;
  query.kind = kind;
  query.limit = 10'000;
  return query;
}
}  // namespace

Topic::Answer Topic::append(std::vector<Bus::Entry> entries) {
  auto answer = std::make_shared<runtime::Promise<void>>();
  const bool named = std::ranges::all_of(entries, [](const auto& entry) { return parse_origin(entry.origin).has_value(); });
  if (!named) {
    answer->fulfil(fail(ErrorKind::invalid, "bus.origin", "an entry's origin is <service>/<shard>/<sequence>"));
    return answer;
  }
  queue_.push_back({std::move(entries), answer});
  if (!running_) {
    running_ = true;
    runtime::spawn(runtime_.executor, run(shared_from_this()));
  }
  return answer;
}

std::vector<std::vector<Bus::Entry>> Topic::chunks(std::vector<Bus::Entry> entries) {
  std::vector<std::vector<Bus::Entry>> chunks;
  std::size_t bytes = 0;
  for (auto& entry : entries) {
    const std::size_t more = size_of(entry);
    if (chunks.empty() || bytes + more > kMaxGroupBytes) {
      chunks.emplace_back();
      bytes = 0;
    }
    bytes += more;
    chunks.back().push_back(std::move(entry));
  }
  return chunks;
}

std::vector<Topic::Queued> Topic::next_group() {
  std::vector<Queued> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < kMaxGroups) {
    std::size_t more = 0;
    for (const auto& entry : queue_.front().entries) more += size_of(entry);
    if (!group.empty() && bytes + more > kMaxGroupBytes) break;
    bytes += more;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

boost::asio::awaitable<void> Topic::run(std::shared_ptr<Topic> self) {
  while (!self->queue_.empty()) {
    auto group = std::make_shared<std::vector<Queued>>(self->next_group());
    Result<void> done = co_await write_group(self, group);
    for (const auto& queued : *group) queued.answer->fulfil(done);
  }
  self->running_ = false;
}

Task<void> Topic::load(std::shared_ptr<Topic> self) {
  Result<std::optional<Row>> row = co_await self->table_->find(kLog, self->name_, kStaticRow);
  if (!row) co_return fail(std::move(row).error());
  Log log;
  if (*row) {
    Result<Log> kept = storage::decode_row<Log>((*row)->body);
    if (!kept) co_return fail(std::move(kept).error());
    log = std::move(*kept);
  }
  Marks marks;
  ScanQuery query = all_of_kind(kLog, self->name_, kMark);
  for (bool more = true; more;) {
    ScanQuery copy = query;
    Result<ScanPage> page = co_await self->table_->scan(std::move(copy));
    if (!page) co_return fail(std::move(page).error());
    for (const auto& mark : page->rows) {
      Result<Number> seq = storage::decode_row<Number>(mark.body);
      if (!seq) co_return fail(std::move(seq).error());
      marks[mark.at.key] = seq->value;
      query.from = mark.at.key + '\0';
    }
    more = page->more;
  }
  self->log_ = std::move(log);
  self->marks_ = std::move(marks);
  self->loaded_ = true;
  co_return Result<void>{};
}

Topic::Attempt Topic::attempt(const std::vector<Queued>& group, std::uint64_t erase_below) const {
  Attempt attempt;
  attempt.log = log_;
  auto& mutations = attempt.batch.mutations;
  for (const auto& queued : group) {
    for (const auto& [origin, event] : queued.entries) {
      const auto [outbox, seq] = *parse_origin(origin);
      const auto known = marks_.find(outbox);
      std::uint64_t& mark = attempt.marks.try_emplace(outbox, known == marks_.end() ? 0 : known->second).first->second;
      if (seq <= mark) continue;
      mark = seq;
      LogEntry entry{origin, event};
      mutations.push_back(Put{{{kEntry, offset_key(attempt.log.next++)}, 1, storage::encode_row(entry)}});
    }
  }
  if (mutations.empty()) return attempt;
  for (const auto& [outbox, seq] : attempt.marks) {
    const auto known = marks_.find(outbox);
    if (known != marks_.end() && known->second == seq) continue;
    mutations.push_back(Put{{{kMark, outbox}, seq, storage::encode_row(Number{seq})}});
  }
  if (erase_below >= log_.oldest + kEraseStep) {
    mutations.push_back(storage::EraseRange{kEntry, offset_key(log_.oldest), offset_key(erase_below)});
    attempt.log.oldest = erase_below;
  }
  const bool first = log_.commits == 0;
  ++attempt.log.commits;
  attempt.batch.conditions.push_back(
      {first ? Condition::Kind::absent : Condition::Kind::version_is, kStaticRow, log_.commits});
  mutations.push_back(Put{{kStaticRow, attempt.log.commits, storage::encode_row(attempt.log)}});
  attempt.batch.family = &kLog;
  attempt.batch.partition = name_;
  return attempt;
}

Task<void> Topic::write_group(std::shared_ptr<Topic> self, std::shared_ptr<std::vector<Queued>> group) {
  for (int tries = 0;; ++tries) {
    if (!self->loaded_) {
      Result<void> loaded = co_await load(self);
      if (!loaded) co_return loaded;
    }
    std::uint64_t erase_below = 0;
    if (self->log_.next >= self->log_.oldest + self->options_.keep + kEraseStep) {
      Result<std::uint64_t> below = co_await erasable(self);
      if (below) erase_below = *below;
    }
    Attempt attempt = self->attempt(*group, erase_below);
    if (attempt.batch.mutations.empty()) co_return Result<void>{};
    Result<void> done = co_await self->table_->commit(std::move(attempt.batch));
    if (done) {
      self->log_ = std::move(attempt.log);
      for (auto& [outbox, seq] : attempt.marks) self->marks_[outbox] = seq;
      ++self->appends_;
      self->appended_.notify();
      co_return done;
    }
    // Another process appended, or nobody knows: what is there now decides what is still to be written.
    self->loaded_ = false;
    const auto kind = done.error().kind;
    const bool again = kind == ErrorKind::conflict || kind == ErrorKind::unknown_outcome;
    if (!again || tries == kMaxTries) co_return done;
    co_await runtime::sleep_for(self->runtime_, std::chrono::milliseconds(1 + tries * 5));
  }
}

/// The offset below which no group needs anything and more than `keep` entries would stay behind.
Task<std::uint64_t> Topic::erasable(std::shared_ptr<Topic> self) {
  std::uint64_t below = self->log_.next - std::min(self->log_.next, self->options_.keep);
  ScanQuery query = all_of_kind(kOffsets, self->name_, kOffset);
  Result<ScanPage> page = co_await self->table_->scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  for (const auto& row : page->rows) below = std::min(below, row.version - 1);
  co_return below;
}

Task<std::vector<Delivered>> Topic::read(std::shared_ptr<Topic> self, std::uint64_t offset, std::size_t limit) {
  ScanQuery query = all_of_kind(kLog, self->name_, kEntry);
  query.from = offset_key(offset);
  query.limit = limit;
  Result<ScanPage> page = co_await self->table_->scan(std::move(query));
  if (!page) co_return fail(std::move(page).error());
  std::vector<Delivered> entries;
  for (const auto& row : page->rows) {
    Result<LogEntry> entry = storage::decode_row<LogEntry>(row.body);
    if (!entry) co_return fail(std::move(entry).error());
    Delivered delivered;
    if (!KeyReader(row.at.key).u64(delivered.offset)) co_return fail(storage::detail::corrupt_row());
    delivered.origin = std::move(entry->origin);
    delivered.event = std::move(entry->event);
    entries.push_back(std::move(delivered));
  }
  co_return entries;
}

Task<std::uint64_t> Topic::next_offset(std::shared_ptr<Topic> self) {
  if (!self->loaded_ && !self->running_) {
    Result<void> loaded = co_await load(self);
    if (!loaded) co_return fail(std::move(loaded).error());
  }
  co_return self->log_.next;
}

Task<std::uint64_t> Topic::oldest_offset(std::shared_ptr<Topic> self) {
  Result<std::uint64_t> next = co_await next_offset(self);
  if (!next) co_return next;
  co_return self->log_.oldest;
}

// A group's offset is a view whose version is offset + 1: it only goes forward, whoever writes it.
Task<std::optional<std::uint64_t>> Topic::offset_of(std::shared_ptr<Topic> self, std::string group) {
  RowKey at{kOffset, std::move(group)};
  Result<std::optional<Row>> row = co_await self->table_->find(kOffsets, self->name_, at);
  if (!row) co_return fail(std::move(row).error());
  if (!*row) co_return std::nullopt;
  co_return std::optional((*row)->version - 1);
}

Task<void> Topic::keep_offset(std::shared_ptr<Topic> self, std::string group, std::uint64_t offset) {
  storage::ViewWrite write;
  write.family = &kOffsets;
  write.partition = self->name_;
  write.row.at = {kOffset, std::move(group)};
  write.row.version = offset + 1;
  std::vector<storage::ViewWrite> writes;
  writes.push_back(std::move(write));
  return self->table_->write_views(std::move(writes));
}

}  // namespace pps::bus::embedded
