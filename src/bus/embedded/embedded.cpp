#include "bus/embedded/embedded.hpp"

#include <algorithm>

#include "bus/embedded/topic.hpp"

namespace pps::bus::embedded {

namespace {
constexpr std::size_t kBatch = 256;
constexpr Duration kFirstBackoff = std::chrono::milliseconds(100);
constexpr Duration kLastBackoff = std::chrono::seconds(10);
/// How soon entries are seen that another process on the same table appended: nothing wakes for them.
constexpr Duration kLookAgain = std::chrono::seconds(1);

/// One group's way through one topic.
struct Subscription {
  runtime::Runtime& runtime;
  std::shared_ptr<Topic> topic;
  std::string group;
  Consumer consumer;
  std::uint64_t offset = 0;  ///< Next entry to handle.
  std::uint64_t kept = 0;
  bool keeping = false;
  bool closed = false;

  static boost::asio::awaitable<void> run(std::shared_ptr<Subscription> self) {
    Duration backoff = kFirstBackoff;
    bool started = false;
    while (!self->closed) {
      const std::uint64_t seen = self->topic->appends();
      Task<std::size_t> next = started ? handle(self) : start(self);
      Result<std::size_t> handled = co_await std::move(next);
      if (!handled) {
        co_await runtime::sleep_for(self->runtime, backoff);
        backoff = std::min(backoff * 2, kLastBackoff);
        continue;
      }
      backoff = kFirstBackoff;
      const bool idle = started && *handled == 0 && seen == self->topic->appends();
      started = true;
      if (!idle || self->closed) continue;
      const auto look_again = self->runtime.timers.call_at(self->runtime.clock.monotonic() + kLookAgain,
                                                           [topic = self->topic] { topic->appended().notify(); });
      co_await self->topic->appended().wait();
    }
  }

  static Task<std::size_t> start(std::shared_ptr<Subscription> self) {
    Result<std::optional<std::uint64_t>> kept = co_await Topic::offset_of(self->topic, self->group);
    if (!kept) co_return fail(std::move(kept).error());
    if (!*kept) {
      // A new group is known from its beginning on, so that nothing it has to handle is erased.
      Result<std::uint64_t> oldest = co_await Topic::oldest_offset(self->topic);
      if (!oldest) co_return fail(std::move(oldest).error());
      Result<void> noted = co_await Topic::keep_offset(self->topic, self->group, *oldest);
      if (!noted) co_return fail(std::move(noted).error());
      *kept = *oldest;
    }
    self->offset = self->kept = **kept;
    co_return 0;
  }

  static Task<std::size_t> handle(std::shared_ptr<Subscription> self) {
    Result<std::vector<Delivered>> batch = co_await Topic::read(self->topic, self->offset, kBatch);
    if (!batch) co_return fail(std::move(batch).error());
    if (batch->empty() || self->closed) co_return 0;
    const std::uint64_t after = batch->back().offset + 1;
    const std::size_t count = batch->size();
    Result<void> done = co_await self->consumer(std::move(*batch));
    if (!done) co_return fail(std::move(done).error());
    self->offset = after;
    if (!self->keeping) {
      self->keeping = true;
      runtime::spawn(self->runtime.executor, keep(self));
    }
    co_return count;
  }

  /// Beside the next batch; a failure only means that entries come again after a restart.
  static boost::asio::awaitable<void> keep(std::shared_ptr<Subscription> self) {
    while (self->kept != self->offset) {
      const std::uint64_t offset = self->offset;
      Result<void> done = co_await Topic::keep_offset(self->topic, self->group, offset);
      if (!done) break;
      self->kept = offset;
    }
    self->keeping = false;
  }
};

/// One after the other: an outbox's entries must not be appended past one that failed.
Task<void> append_to(std::shared_ptr<Topic> topic, std::vector<Bus::Entry> entries) {
  std::vector<std::vector<Bus::Entry>> chunks = Topic::chunks(std::move(entries));
  for (auto& chunk : chunks) {
    const Topic::Answer answer = topic->append(std::move(chunk));
    Result<void> done = co_await answer->get();
    if (!done) co_return done;
  }
  co_return Result<void>{};
}

Task<void> all_done(std::vector<Task<void>> tasks) {
  const std::vector<Result<void>> results = co_await runtime::all_of(std::move(tasks));
  for (const auto& result : results)
    if (!result) co_return result;
  co_return Result<void>{};
}

Task<std::uint64_t> lag_of(std::shared_ptr<Topic> topic, std::shared_ptr<Subscription> here, std::string group) {
  Result<std::uint64_t> next = co_await Topic::next_offset(topic);
  if (!next) co_return next;
  if (here && here->offset > 0) co_return *next - here->offset;
  Result<std::optional<std::uint64_t>> kept = co_await Topic::offset_of(topic, std::move(group));
  if (!kept) co_return fail(std::move(kept).error());
  if (*kept) co_return *next - **kept;
  Result<std::uint64_t> oldest = co_await Topic::oldest_offset(topic);
  if (!oldest) co_return oldest;
  co_return *next - *oldest;
}

class EmbeddedBus final : public Bus {
 public:
  EmbeddedBus(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, Options options)
      : runtime_(runtime), table_(std::move(table)), options_(options) {}
  ~EmbeddedBus() override {
    for (const auto& subscription : subscriptions_) subscription->closed = true;
    for (const auto& [name, topic] : topics_) topic->appended().notify();
  }

  Task<void> append(std::vector<Entry> entries) override {
    std::map<std::string, std::vector<Entry>> by_topic;
    for (auto& entry : entries) by_topic[entry.event.topic].push_back(std::move(entry));
    std::vector<Task<void>> tasks;
    for (auto& [name, some] : by_topic) tasks.push_back(append_to(topic(name), std::move(some)));
    return all_done(std::move(tasks));
  }

  void subscribe(std::string name, std::string group, Consumer consumer) override {
    auto subscription = std::make_shared<Subscription>(Subscription{runtime_, topic(name), std::move(group), std::move(consumer)});
    subscriptions_.push_back(subscription);
    runtime::spawn(runtime_.executor, Subscription::run(std::move(subscription)));
  }

  Task<std::uint64_t> lag(std::string name, std::string group) override {
    std::shared_ptr<Topic> where = topic(name);
    std::shared_ptr<Subscription> here;
    for (const auto& subscription : subscriptions_)
      if (subscription->topic == where && subscription->group == group) here = subscription;
    return lag_of(std::move(where), std::move(here), std::move(group));
  }

 private:
  std::shared_ptr<Topic> topic(const std::string& name) {
    auto& found = topics_[name];
    if (!found) found = std::make_shared<Topic>(runtime_, table_, name, options_);
    return found;
  }

  runtime::Runtime& runtime_;
  std::shared_ptr<storage::Table> table_;
  const Options options_;
  std::map<std::string, std::shared_ptr<Topic>> topics_;
  std::vector<std::shared_ptr<Subscription>> subscriptions_;
};
}  // namespace

std::shared_ptr<Bus> open(runtime::Runtime& runtime, std::shared_ptr<storage::Table> table, Options options) {
  return std::make_shared<EmbeddedBus>(runtime, std::move(table), options);
}

}  // namespace pps::bus::embedded
