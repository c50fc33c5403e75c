#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "storage/keyring.hpp"

namespace pps::storage {

namespace {
constexpr std::size_t kDigits = 2 * SecretKey::kBytes;

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

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<SecretKey> parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() != kDigits) return std::nullopt;
  SecretKey key;
  for (std::size_t i = 0; i < SecretKey::kBytes; ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return key;
}

Result<SecretKey> content_of(int fd, const std::string& path) {
  char text[kDigits + 2];
  const ssize_t size = ::read(fd, text, sizeof text);
  const auto key = parse({text, size < 0 ? 0 : static_cast<std::size_t>(size)});
  OPENSSL_cleanse(text, sizeof text);
  if (!key)
    return fail(ErrorKind::invalid, "encryption.key_file_content", path + " must hold 64 hexadecimal digits (lower case)");
  return *key;
}
}  // namespace

Result<SecretKey> read_key_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0)
    return fail(ErrorKind::invalid, "encryption.key_file_missing",
                path + " cannot be read; without the key file encrypted data cannot be opened");
  struct stat status {};
  const bool good = ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077) == 0 &&
                    status.st_uid == ::geteuid();
  if (!good)
    return fail(ErrorKind::invalid, "encryption.key_file_permissions",
                path + " must be a file of this user that nobody else can read: chmod 600 " + path);
  return content_of(file.get(), path);
}

Result<void> create_key_file(const std::string& path, runtime::Random& random) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    const bool exists = errno == EEXIST;
    return fail(ErrorKind::invalid, exists ? "encryption.key_file_exists" : "encryption.key_file_missing",
                path + (exists ? " exists and is never overwritten" : " cannot be created"));
  }
  const SecretKey key = SecretKey::random(random);
  std::string text;
  for (const auto byte : key.bytes) text += fmt::format("{:02x}", byte);
  text += '\n';
  const bool written = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.get()) == 0;
  OPENSSL_cleanse(text.data(), text.size());
  if (!written) {
    ::unlink(path.c_str());
    return fail(ErrorKind::unavailable, "encryption.key_file_content", path + " cannot be written");
  }
  return {};
}

}  // namespace pps::storage
