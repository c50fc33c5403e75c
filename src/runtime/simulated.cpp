#include "runtime/simulated.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace pps::runtime {

namespace asio = boost::asio;

namespace {
/// A process that is killed frees nothing: what waits in it is abandoned where it stands, as kill -9 does. So what a step of
/// the simulated world allocates is not reported as a leak (docs/decisions/0080).
struct MayBeAbandoned {
#ifdef __SANITIZE_ADDRESS__
  MayBeAbandoned() { __lsan_disable(); }
  ~MayBeAbandoned() { __lsan_enable(); }
#endif
};
}  // namespace

/// Asio's view of a simulated process: work handed to it becomes one of the ready handlers.
class SimulatedExecutor {
 public:
  SimulatedExecutor(SimulatedWorld& world, SimulatedProcess& process) : world_(&world), process_(&process) {}
  asio::execution_context& query(asio::execution::context_t) const noexcept { return *world_; }
  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  template <class F>
  void execute(F f) const {
    auto shared = std::make_shared<F>(std::move(f));
    world_->push(*process_, [shared] { std::move (*shared)(); });
  }
  bool operator==(const SimulatedExecutor&) const noexcept = default;

 private:
  SimulatedWorld* world_;
  SimulatedProcess* process_;
};

namespace {
std::uint64_t mix(std::uint64_t& state) {  // splitmix64 (Steele, Lea, Flood 2014)
  state += 0x9E3779B97F4A7C15ull;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
constexpr Timestamp kStart{std::chrono::microseconds(1767225600000000)};
}  // namespace

SimulatedProcess::SimulatedProcess(SimulatedWorld& world, std::string name)
    : world_(world),
      name_(std::move(name)),
      runtime_{SimulatedExecutor(world, *this), world, world, *this, *this, *this, *this, *this} {}

void SimulatedProcess::kill() {
  alive_ = false;
  // Dropped handlers may own objects whose destructors touch these containers: move them out first.
  std::vector<SimulatedWorld::Ready> dropped;
  auto& ready = world_.ready_;
  for (auto it = ready.begin(); it != ready.end();) {
    if (it->process == this) {
      dropped.push_back(std::move(*it));
      it = ready.erase(it);
    } else {
      ++it;
    }
  }
  for (auto it = world_.timers_.begin(); it != world_.timers_.end();) {
    if (it->second.process == this) {
      dropped.push_back(std::move(it->second));
      it = world_.timers_.erase(it);
    } else {
      ++it;
    }
  }
}

TimerHandle SimulatedProcess::call_at(Duration at, std::function<void()> fn) {
  if (!alive_) return {};
  const std::pair key{std::max(at, world_.elapsed_), ++world_.timer_seq_};
  world_.timers_.emplace(key, SimulatedWorld::Ready{this, std::move(fn)});
  return TimerHandle([&world = world_, key] { world.timers_.erase(key); });
}

bool SimulatedProcess::submit(std::function<void()> work) {
  world_.push(*this, std::move(work));
  return true;
}

SimulatedWorld::SimulatedWorld(std::uint64_t seed) : state_(seed * 2 + 1) { main_ = &process("main"); }

SimulatedWorld::~SimulatedWorld() {
  for (auto& process : processes_) process->kill();
  shutdown();
}

Timestamp SimulatedWorld::now() const { return kStart + elapsed_; }

void SimulatedWorld::fill(std::span<std::uint8_t> out) {
  for (auto& byte : out) byte = static_cast<std::uint8_t>(mix(state_) >> 24);
}

SimulatedProcess& SimulatedWorld::process(std::string name) {
  processes_.push_back(std::make_unique<SimulatedProcess>(*this, std::move(name)));
  return *processes_.back();
}

void SimulatedWorld::push(SimulatedProcess& process, std::function<void()> work) {
  if (process.alive()) ready_.push_back({&process, std::move(work)});
}

std::uint64_t SimulatedWorld::choose(std::uint64_t bound) {
  const std::uint64_t choice = mix(state_) % bound;
  event_hash_ = (event_hash_ ^ (choice + bound * 31 + static_cast<std::uint64_t>(elapsed_.count()))) * 1099511628211ull;
  return choice;
}

bool SimulatedWorld::step() {
  ++steps_;
  if (ready_.empty()) {
    if (timers_.empty()) return false;
    auto first = timers_.extract(timers_.begin());
    elapsed_ = std::max(elapsed_, first.key().first);
    ready_.push_back(std::move(first.mapped()));
  }
  const std::size_t at = choose(ready_.size());
  Ready chosen = std::move(ready_[at]);
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(at));
  {
    [[maybe_unused]] const MayBeAbandoned abandoned;
    chosen.work();
  }
  return true;
}

bool SimulatedWorld::run_until(const std::function<bool()>& done, Duration limit) {
  const Duration end = elapsed_ + limit;
  while (!done()) {
    if (elapsed_ > end || !step()) return done();
  }
  return true;
}

void SimulatedWorld::run_for(Duration duration) {
  bool over = false;
  const auto timer = main_->call_at(elapsed_ + duration, [&over] { over = true; });
  run_until([&over] { return over; }, duration);
}

}  // namespace pps::runtime
