#include "simulators/common/journal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/files.hpp"

namespace pps::simulators {

namespace {
constexpr std::uint32_t kErased = 0xffffffff;

void put_number(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), 4);
}
bool take_number(std::string_view& in, std::uint32_t& value) {
  if (in.size() < 4) return false;
  std::memcpy(&value, in.data(), 4);
  in.remove_prefix(4);
  return true;
}

void put_change(std::string& out, std::string_view key, const std::string* value) {
  put_number(out, static_cast<std::uint32_t>(key.size()));
  put_number(out, value ? static_cast<std::uint32_t>(value->size()) : kErased);
  out += key;
  if (value) out += *value;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

// A record: size, checksum, changes.
std::string framed(std::string_view changes) {
  std::string out;
  put_number(out, static_cast<std::uint32_t>(changes.size()));
  put_number(out, checksum(changes));
  out += changes;
  return out;
}

void apply(MemoryStore& pairs, std::string_view changes) {
  for (std::uint32_t key = 0, value = 0;
       take_number(changes, key) && take_number(changes, value);) {
    const auto name = changes.substr(0, key);
    changes.remove_prefix(key);
    if (value == kErased) {
      pairs.erase(name);
      continue;
    }
    pairs.put(std::string(name), std::string(changes.substr(0, value)));
    changes.remove_prefix(value);
  }
}

// Blocks; only at the start.
bool lock_within(const runtime::Runtime& runtime, int fd, Duration patience) {
  const Duration until = runtime.clock.monotonic() + patience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (runtime.clock.monotonic() >= until) return false;
    ::poll(nullptr, 0, 10);
  }
  return true;
}

Result<void> write_synced(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto wrote = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (wrote < 0) return fail(ErrorKind::unavailable, "journal.write", std::strerror(errno));
    at += static_cast<std::size_t>(wrote);
  }
  if (::fdatasync(fd) != 0)
    return fail(ErrorKind::unavailable, "journal.sync", std::strerror(errno));
  return {};
}
}  // namespace

Result<std::shared_ptr<Journal>> Journal::open(runtime::Runtime& runtime, const std::string& dir,
                                               Duration patience) {
  Result<void> ready = runtime::make_folder(dir);
  if (!ready) return fail(std::move(ready).error());
  std::shared_ptr<Journal> journal(new Journal(runtime));
  journal->lock_ = ::open((dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (journal->lock_ < 0 || !lock_within(runtime, journal->lock_, patience))
    return fail(ErrorKind::unavailable, "journal.in_use", dir + " is used by another process");
  const std::string path = dir + "/journal";
  ready = journal->replay(path);
  if (ready) ready = journal->rewrite(path);
  if (!ready) return fail(std::move(ready).error());
  return journal;
}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
  if (lock_ >= 0) ::close(lock_);
}

Result<void> Journal::replay(const std::string& path) {
  Result<std::string> bytes = runtime::read_file(path, std::size_t{8} << 30);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return {};
  if (!bytes) return fail(std::move(bytes).error());
  std::string_view rest = *bytes;
  for (std::uint32_t size = 0, sum = 0; take_number(rest, size) && take_number(rest, sum);) {
    if (rest.size() < size || checksum(rest.substr(0, size)) != sum) break;  // the torn end
    apply(pairs_, rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return {};
}

Result<void> Journal::rewrite(const std::string& path) {
  std::string bytes;
  std::string changes;
  for (const auto& [key, value] : pairs_.scan("", "\xff", SIZE_MAX, false)) {
    put_change(changes, key, &value);
    if (changes.size() < (1u << 20)) continue;
    bytes += framed(changes);
    changes.clear();
  }
  if (!changes.empty()) bytes += framed(changes);
  Result<void> replaced = runtime::replace_file(path, bytes);
  if (!replaced) return replaced;
  fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd_ < 0)
    return fail(ErrorKind::unavailable, "journal.open", path + ": " + std::strerror(errno));
  return {};
}

void Journal::put(std::string key, std::string value) {
  put_change(pending_, key, &value);
  pairs_.put(std::move(key), std::move(value));
}

void Journal::erase(std::string_view key) {
  put_change(pending_, key, nullptr);
  pairs_.erase(key);
}

boost::asio::awaitable<void> Journal::durable() {
  if (!pending_.empty()) {
    unwritten_ += framed(std::exchange(pending_, {}));
    ++changed_;
  }
  const std::uint64_t mine = changed_;
  while (written_ < mine) {
    if (writing_) {
      co_await synced_.wait();
    } else {
      co_await write_all();
    }
  }
}

boost::asio::awaitable<void> Journal::write_all() {
  writing_ = true;
  const std::uint64_t up_to = changed_;
  std::function<Result<void>()> work = [fd = fd_, bytes = std::exchange(unwritten_, {})] {
    return write_synced(fd, bytes);
  };
  const Result<void> done =
      co_await runtime::run_on<void>(runtime_, runtime_.sync_pool, std::move(work));
  if (!done) {
    std::fprintf(stderr, "journal: %s\n", done.error().detail.c_str());
    std::_Exit(1);
  }
  written_ = up_to;
  writing_ = false;
  synced_.notify();
}

}  // namespace pps::simulators
