#include "runtime/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace pps::runtime {

namespace {
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> failed(const char* code, const char* what, const std::string& path) {
  return fail(ErrorKind::unavailable, code,
              std::string(what) + " " + path + ": " + std::strerror(errno));
}

Result<int> open_to_read(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return fd;
  if (errno == ENOENT) return fail(ErrorKind::not_found, "file.missing", path + " is not there");
  return failed("file.read", "cannot open", path);
}
}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  const Result<int> opened = open_to_read(path);
  if (!opened) return fail(opened.error());
  const Descriptor file(*opened);
  std::string contents;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0) return failed("file.read", "cannot read", path);
    if (got == 0) return contents;
    contents.append(buffer.data(), static_cast<std::size_t>(got));
    if (contents.size() > most_bytes)
      return fail(ErrorKind::too_large, "file.too_large",
                  path + " is over " + std::to_string(most_bytes) + " bytes");
  }
}

Result<FilePiece> read_file_piece(const std::string& path, std::int64_t offset, std::int64_t most_bytes) {
  const Result<int> opened = open_to_read(path);
  if (!opened) return fail(opened.error());
  const Descriptor file(*opened);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return failed("file.read", "cannot read", path);
  FilePiece piece{std::string(static_cast<std::size_t>(most_bytes), '\0'), about.st_size, false};
  std::size_t filled = 0;
  while (filled < piece.bytes.size()) {
    const auto got = ::pread(file.get(), piece.bytes.data() + filled, piece.bytes.size() - filled, offset + static_cast<off_t>(filled));
    if (got < 0) return failed("file.read", "cannot read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  piece.bytes.resize(filled);
  piece.last = offset + static_cast<std::int64_t>(filled) >= piece.size;
  return piece;
}

Result<void> replace_file(const std::string& path, const std::string& contents, std::string temporary) {
  if (temporary.empty()) temporary = path + ".new";
  {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("file.write", "cannot make", temporary);
    for (std::size_t at = 0; at < contents.size();) {
      const auto wrote = ::write(file.get(), contents.data() + at, contents.size() - at);
      if (wrote < 0) return failed("file.write", "cannot write", temporary);
      at += static_cast<std::size_t>(wrote);
    }
    if (::fsync(file.get()) != 0) return failed("file.write", "cannot sync", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return failed("file.write", "cannot replace", path);
  const auto parent = std::filesystem::path(path).parent_path().string();
  const Descriptor folder(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0)
    return failed("file.write", "cannot sync", parent);
  return {};
}

Result<void> make_folder(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty() && !file_exists(parent.string())) {
    Result<void> made = make_folder(parent.string());
    if (!made) return made;
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return failed("file.write", "cannot make the folder", path);
  return {};
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string program_folder() {
  std::array<char, 4096> buffer{};
  const auto size = ::readlink("/proc/self/exe", buffer.data(), buffer.size() - 1);
  if (size <= 0) return ".";
  return std::filesystem::path(std::string(buffer.data(), static_cast<std::size_t>(size)))
      .parent_path()
      .string();
}

}  // namespace pps::runtime
