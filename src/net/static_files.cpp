#include "net/static_files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "net/problem.hpp"

namespace pps::net {

namespace fs = std::filesystem;

namespace {

struct Copy {
  std::shared_ptr<const std::string> bytes;
  std::string etag;
};

struct File {
  std::string type;
  bool immutable = false;
  Copy plain;
  std::optional<Copy> br;
  std::optional<Copy> gzip;
};

struct Site {
  StaticFilesOptions options;
  std::map<std::string, File, std::less<>> files;  // by path, "/assets/x.js"
};

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string type_of(const fs::path& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".avif", "image/avif"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".xml", "application/xml"},
  }};
  const std::string extension = path.extension().string();
  for (const auto& [known, type] : kTypes)
    if (extension == known) return std::string(type);
  return "application/octet-stream";
}

std::string etag_of(std::string_view bytes, std::string_view encoding) {
  std::array<unsigned char, 32> digest{};
  PPS_INVARIANT(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::string out = "\"";
  for (int i = 0; i < 12; ++i)
    fmt::format_to(std::back_inserter(out), "{:02x}", digest[static_cast<std::size_t>(i)]);
  return out.append(encoding).append("\"");
}

Result<Copy> read_copy(const fs::path& path, std::string_view encoding, std::size_t& room) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error)
    return fail(ErrorKind::unavailable, "static.read", path.string() + ": " + error.message());
  if (size > room)
    return fail(ErrorKind::too_large, "static.size",
                "the page's files are larger than is allowed together");
  room -= size;
  std::string bytes(size, '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size)))
    return fail(ErrorKind::unavailable, "static.read", path.string() + " cannot be read");
  std::string etag = etag_of(bytes, encoding);
  return Copy{std::make_shared<const std::string>(std::move(bytes)), std::move(etag)};
}

Result<void> read_compressed(const fs::path& path, const char* suffix, std::string_view encoding,
                             std::optional<Copy>& into, std::size_t& room) {
  const fs::path compressed = path.string() + suffix;
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(compressed, ignored))) return {};
  auto copy = read_copy(compressed, encoding, room);
  if (!copy) return fail(std::move(copy).error());
  into = std::move(*copy);
  return {};
}

Result<File> read_file(const fs::path& path, std::string_view name, std::size_t& room) {
  File file;
  file.type = type_of(path);
  file.immutable = name.starts_with("/assets/");
  auto plain = read_copy(path, "", room);
  if (!plain) return fail(std::move(plain).error());
  file.plain = std::move(*plain);
  if (auto read = read_compressed(path, ".br", "-br", file.br, room); !read)
    return fail(std::move(read).error());
  if (auto read = read_compressed(path, ".gz", "-gz", file.gzip, room); !read)
    return fail(std::move(read).error());
  return file;
}

// Links could lead out of the folder; what begins with a dot is the build's own.
bool is_served(const fs::directory_entry& entry) {
  if (entry.is_symlink() || !entry.is_regular_file()) return false;
  const auto extension = entry.path().extension();
  return extension != ".br" && extension != ".gz";
}

Result<void> read_folder(Site& site) {
  const fs::path root = site.options.folder;
  std::size_t room = site.options.max_bytes;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(root, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().filename().string().starts_with('.')) {
      it.disable_recursion_pending();
      continue;
    }
    if (!is_served(*it)) continue;
    const std::string name = "/" + it->path().lexically_relative(root).generic_string();
    auto file = read_file(it->path(), name, room);
    if (!file) return fail(std::move(file).error());
    site.files.emplace(name, std::move(*file));
  }
  if (error)
    return fail(ErrorKind::not_found, "static.folder", root.string() + ": " + error.message());
  if (!site.files.contains("/index.html"))
    return fail(ErrorKind::not_found, "static.folder", root.string() + " has no index.html");
  return {};
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// RFC 9110, 12.5.3. An encoding that is not named is not used: copies without one are always there.
bool accepts(std::string_view header, std::string_view encoding) {
  while (!header.empty()) {
    const auto item = trim(header.substr(0, header.find(',')));
    header.remove_prefix(std::min(header.find(','), header.size() - 1) + 1);
    const auto semicolon = item.find(';');
    if (!same_name(trim(item.substr(0, semicolon)), encoding)) continue;
    if (semicolon == std::string_view::npos) return true;
    const auto weight = trim(item.substr(semicolon + 1));
    return !(weight.starts_with("q=0") || weight.starts_with("Q=0")) ||
           weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

bool matches(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  while (!if_none_match.empty()) {
    auto item = trim(if_none_match.substr(0, if_none_match.find(',')));
    if_none_match.remove_prefix(std::min(if_none_match.find(','), if_none_match.size() - 1) + 1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag) return true;
  }
  return false;
}

void add_security(Headers& headers, bool hsts) {
  headers.add("Content-Security-Policy", std::string(kPolicy));
  headers.add("Referrer-Policy", "strict-origin-when-cross-origin");
  headers.add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  headers.add("Cross-Origin-Opener-Policy", "same-origin");
  headers.add("Cross-Origin-Resource-Policy", "same-origin");
  if (hsts) headers.add("Strict-Transport-Security", "max-age=31536000");
}

bool is_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

bool has_dots(std::string_view path) {
  return path.find("/../") != std::string_view::npos || path.ends_with("/..") ||
         path.find('\\') != std::string_view::npos || path.find('\0') != std::string_view::npos;
}

const File* find(const Site& site, std::string_view path) {
  if (const auto exact = site.files.find(path); exact != site.files.end()) return &exact->second;
  if (is_below(path, "/assets") || has_dots(path)) return nullptr;
  for (const auto& other : site.options.not_ours)
    if (is_below(path, other)) return nullptr;
  return &site.files.find("/index.html")->second;
}

Response serve(const Site& site, const Request& request) {
  if (request.method != Method::get && request.method != Method::head) {
    Response response = problem_with_status(
        405, Error{ErrorKind::unsupported, "method.not_allowed", "This path takes GET, HEAD."});
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  const File* file = find(site, request.path);
  if (file == nullptr)
    return problem(Error{ErrorKind::not_found, "not_found", "There is nothing at this path."});
  const std::string_view accepted = request.headers.get("Accept-Encoding").value_or("");
  const bool br = file->br && accepts(accepted, "br");
  const bool gzip = !br && file->gzip && accepts(accepted, "gzip");
  const Copy& copy = br ? *file->br : (gzip ? *file->gzip : file->plain);
  Response response;
  response.headers.add("ETag", copy.etag);
  response.headers.add("Cache-Control",
                       file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (file->br || file->gzip) response.headers.add("Vary", "Accept-Encoding");
  add_security(response.headers, site.options.hsts);
  if (const auto known = request.headers.get("If-None-Match");
      known && matches(*known, copy.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", file->type);
  if (br || gzip) response.headers.add("Content-Encoding", br ? "br" : "gzip");
  response.body = copy.bytes;
  return response;
}

}  // namespace

Result<Handler> make_static_files(StaticFilesOptions options) {
  auto site = std::make_shared<Site>();
  site->options = std::move(options);
  if (auto read = read_folder(*site); !read) return fail(std::move(read).error());
  return [site](Request request) -> Task<Response> { co_return serve(*site, request); };
}

}  // namespace pps::net
